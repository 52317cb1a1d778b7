"""A real mail server on loopback for tests, which answers as it is told and counts."""

from email import message_from_bytes, policy

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


class Office:
    """The server's behaviour: what it answers at RCPT and DATA, per address; what it took in."""

    def __init__(self):
        self.letters = []
        self.connections = 0
        self.rcpt = {}
        self.data = {}
        self.hang_up_after_data = set()
        self.hang_up_at_rcpt = set()

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.hang_up_at_rcpt:
            self.hang_up_at_rcpt.remove(address)
            server.transport.abort()
        answer = self.rcpt.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        (address,) = envelope.rcpt_tos
        answer = self.data.get(address, "250 OK")
        if answer.startswith("250"):
            self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        if address in self.hang_up_after_data:
            self.hang_up_after_data.remove(address)
            server.transport.abort()
        return answer

    def subjects(self):
        return sorted(letter["Subject"] for letter in self.letters)


class Server(Controller):
    def factory(self):
        return SMTP(self.handler, enable_SMTPUTF8=True, hostname="test")
