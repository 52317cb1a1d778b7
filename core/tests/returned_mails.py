"""Mails as servers send them back, for the tests. Made by hand after RFC 3464 and RFC 5965."""


def bounce(message_id, *, status="5.1.1", action="failed", headers_only=False):
    """A delivery report as bytes."""
    original = f"Message-ID: {message_id}\r\nTo: frida@example.dk\r\nSubject: Hej\r\n"
    kind = "text/rfc822-headers" if headers_only else "message/rfc822"
    return (
        "From: MAILER-DAEMON@mail.example.dk\r\nTo: retur@example.dk\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nI'm sorry to have to inform you.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mail.example.dk\r\n\r\n"
        f"Final-Recipient: rfc822; frida@example.dk\r\nAction: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 no such user\r\n"
        f"\r\n--b\r\nContent-Type: {kind}\r\n\r\n{original}\r\nHej Frida\r\n--b--\r\n"
    ).encode()


def complaint(message_id):
    """A feedback report (ARF) as bytes."""
    return (
        "From: abuse@mail.example.dk\r\nTo: retur@example.dk\r\nSubject: FW: Hej\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type="feedback-report"; '
        'boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nThis is an email abuse report.\r\n"
        "--b\r\nContent-Type: message/feedback-report\r\n\r\n"
        "Feedback-Type: abuse\r\nUser-Agent: SomeGenerator/1.0\r\nVersion: 1\r\n\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\n"
        f"Message-ID: {message_id}\r\nSubject: Hej\r\n\r\nHej\r\n--b--\r\n"
    ).encode()


def answer():
    """What a person writes, which nobody may lose."""
    return b"From: frida@example.dk\r\nSubject: Re: Hej\r\n\r\nTak, jeg kommer.\r\n"


def nested(depth):
    """A report inside a report inside a report ..."""
    content = "Content-Type: text/plain\r\n\r\nx\r\n"
    for number in range(depth):
        content = (
            f'Content-Type: multipart/report; boundary="b{number}"\r\n\r\n'
            f"--b{number}\r\n{content}\r\n--b{number}--\r\n"
        )
    return content.encode()


HOSTILE = {
    "empty": b"",
    "no headers": b"\r\n\r\n",
    "binary": bytes(range(256)) * 100,
    "no boundary": b"Content-Type: multipart/report; report-type=delivery-status\r\n\r\nx",
    "nested": nested(2000),
    "huge": b"Subject: x\r\n\r\n" + b"A" * 3_000_000,
    "many headers": b"X: y\r\n" * 100_000 + b"\r\n",
    "long header": b"Content-Type: multipart/report; " + b"a=b; " * 50_000 + b"\r\n\r\n",
    "unknown charset": b'Content-Type: multipart/report; boundary="\xff"\r\n\r\n--\xff\r\n',
    "status without recipient": (
        b'Content-Type: multipart/report; boundary="b"\r\n\r\n'
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\nx\r\n--b--\r\n"
    ),
    "broken transfer encoding": (
        b'Content-Type: multipart/report; boundary="b"\r\n\r\n--b\r\n'
        b"Content-Type: text/rfc822-headers\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        b"%%%\r\n--b--\r\n"
    ),
}
