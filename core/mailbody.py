"""From a message row to subject, text and HTML. The text is plain (`core/mailtext.py`), HTML is
made of it.

A body has one line per paragraph, an empty line between paragraphs. Lines that begin
with "- " are a list, "## " begins a heading, and a line of its own `Words: <address on this site>`
becomes a button with these words. Line breaks are kept.

Nothing a person wrote can become markup, or a button that leads elsewhere: the text is escaped
by the base template, and only addresses on this site become links.
"""

import re
from dataclasses import dataclass, replace
from email.utils import formataddr

import css_inline
import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.utils import translation

from core import kinds, mailtext, messagetexts, policies
from core.channels import unsubscribe
from core.jobs import describe

log = structlog.get_logger(__name__)

HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


@dataclass(frozen=True)
class Block:
    """A piece of the body as the HTML base template draws it."""

    kind: str
    lines: tuple = ()
    url: str = ""


@dataclass(frozen=True)
class Written:
    """A text with everything put in. `version` names the text at the time of sending,
    `kept_subject` is the subject without codes and secret links, `fault` says why the shipped
    text was taken in place of the edited one.
    """

    subject: str
    content: str
    version: str
    kept_subject: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Body:
    """What goes out. `version` names the text at the time of sending; `plain` is the text without
    what stands below every mail; `reply_to` who answers go to, if not to us; `kept_subject` and
    `fault` as in Written."""

    subject: str
    text: str
    html: str
    version: str
    plain: str = ""
    reply_to: str = ""
    kept_subject: str = ""
    fault: str = ""


def render(message, context):
    """The Body of a message with the values its kind gave; in the message's language.

    Raises TemplateDoesNotExist without a text, ValueError without a subject, KeyError for a
    placeholder that has no value.
    """
    reply_to = context.get("reply_to", "")
    return body_of(write(message, context), message.language, reply_to=reply_to)


def write(message, context):
    """The Written of a message: by its edited text, or by the shipped one if that fails."""
    with translation.override(message.language):
        values = shared_values(message.recipient_name) | context
        kind = kinds.kinds()[message.kind]
        edited = messagetexts.edited(message.kind, message.language)
        if edited is not None:
            try:
                return filled(kind, edited, values)
            except (KeyError, ValueError) as error:
                log.warning("edited_text_failed", kind=kind.name, error=describe(error))
                fault = f"{messagetexts.NOT_USABLE}: {edited.version}"
                return replace(_shipped(message, kind, values), fault=fault)
        return _shipped(message, kind, values)


def filled(kind, text, values):
    """The Written of a Text with these values, in the language that is active."""
    subject, content = mailtext.fill(text.subject, text.body, values)
    kept, _content = mailtext.fill(text.subject, "", mailtext.without_secrets(kind, values))
    return Written(subject, content, text.version, kept[:200])


def body_of(written, language, *, reply_to=""):
    """The Body of what has been written."""
    with translation.override(language):
        shared = shared_values("") | {
            "language": language,
            "subject": written.subject,
            "content": written.content,
            "blocks": list(blocks(written.content)),
            "has_logo": policies.get("municipality.logo") is not None,
        }
        text = get_template("emails/base.txt").template.render(_plain(shared))
        html = css_inline.inline(
            render_to_string("emails/base.html", shared),
            extra_css=render_to_string("emails/base.css"),
            load_remote_stylesheets=False,
        )
    return Body(
        subject=written.subject,
        text=text.strip() + "\n",
        html=html,
        version=written.version,
        plain=written.content,
        reply_to=reply_to,
        kept_subject=written.kept_subject,
        fault=written.fault,
    )


def _shipped(message, kind, values):
    return filled(kind, messagetexts.shipped(message.kind, message.language), values)


def shared_values(recipient_name):
    """What every text may put in."""
    return {
        "municipality": policies.get("municipality.name"),
        "site_url": settings.SITE_URL,
        "recipient_name": recipient_name,
    }


def email(message, body):
    """The MIME message: to one person, with the row's own Message-ID each time it is tried."""
    name = " ".join(message.recipient_name.split())
    sender = formataddr((policies.get("municipality.name"), settings.DEFAULT_FROM_EMAIL))
    mail = EmailMultiAlternatives(
        subject=body.subject,
        body=body.text,
        # The envelope's sender is where mails come back to; people see and answer the other.
        from_email=settings.BOUNCE_EMAIL or sender,
        to=[formataddr((name, message.recipient_email))],
        reply_to=[body.reply_to] if body.reply_to else None,
        headers={
            "Message-ID": message.message_id,
            "From": sender,
            **HEADERS,
            **unsubscribe.headers(message),
        },
    )
    mail.attach_alternative(body.html, "text/html")
    return mail


def blocks(content):
    """Yield the Blocks of a body: headings, lists, buttons and paragraphs."""
    for paragraph in re.split(r"\n\s*\n", content):
        lines = tuple(line.strip() for line in paragraph.strip().splitlines() if line.strip())
        yield from _paragraph(lines)


def _paragraph(lines):
    """Runs of lines of one kind become one block."""
    gathered, kind = [], None
    for line in lines:
        block = _line(line)
        if gathered and (block.kind != kind or kind in ("heading", "button")):
            yield _joined(kind, gathered)
            gathered = []
        kind = block.kind
        gathered.append(block)
    if gathered:
        yield _joined(kind, gathered)


def _line(line):
    if line.startswith("## "):
        return Block("heading", (line[3:],))
    if line.startswith("- "):
        return Block("list", (line[2:],))
    words, colon, url = line.rpartition(": ")
    own = url.startswith(f"{settings.SITE_URL}/") and not re.search(r"\s", url)
    if colon and own:
        return Block("button", (words,), url)
    return Block("text", (line,))


def _joined(kind, gathered):
    return Block(kind, tuple(line for block in gathered for line in block.lines), gathered[0].url)


def _plain(context):
    return Context(context, autoescape=False)
