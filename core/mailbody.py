"""From a message row to subject, text and HTML. The text is plain (`core/mailtext.py`), HTML is
made of it.

A body has one line per paragraph, an empty line between paragraphs. Lines that begin
with "- " are a list, "## " begins a heading, and a line of its own `Words: <address on this site>`
becomes a button with these words. Line breaks are kept.

Nothing a person wrote can become markup, or a button that leads elsewhere: the text is escaped
by the base template, and only addresses on this site become links.
"""

import hashlib
import re
from dataclasses import dataclass
from email.utils import formataddr

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context
from django.template.loader import get_template, render_to_string, select_template
from django.utils import translation

from core import kinds, mailtext, policies

HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


@dataclass(frozen=True)
class Block:
    """A piece of the body as the HTML base template draws it."""

    kind: str
    lines: tuple = ()
    url: str = ""


@dataclass(frozen=True)
class Body:
    """What goes out. `version` names the template's text at the time of sending; `plain` is the
    text without what stands below every mail; `reply_to` who answers go to, if not to us."""

    subject: str
    text: str
    html: str
    version: str
    plain: str = ""
    reply_to: str = ""


def render(message, context):
    """The Body of a message with the variables its kind gave; in the message's language.

    Raises TemplateDoesNotExist without a template, ValueError without a subject line.
    """
    with translation.override(message.language):
        source = select_template(
            [f"emails/{language}/{message.kind}.txt" for language in (message.language, "da")]
        ).template
        shared = {
            "municipality": policies.get("municipality.name"),
            "site_url": settings.SITE_URL,
            "recipient_name": message.recipient_name,
            "language": message.language,
        }
        kind = kinds.kinds().get(message.kind)
        if kind is None or kind.placeholders is None:
            subject, content = mailtext.split(source.render(_plain(shared | context)))
            content = re.sub(r"\n{3,}", "\n\n", content).strip()
        else:
            subject, content = mailtext.fill(*mailtext.split(source.source), shared | context)
        shared |= {"subject": subject, "content": content, "blocks": list(blocks(content))}
        text = get_template("emails/base.txt").template.render(_plain(shared))
        html = css_inline.inline(
            render_to_string("emails/base.html", shared),
            extra_css=render_to_string("emails/base.css"),
            load_remote_stylesheets=False,
        )
    version = hashlib.sha256(source.source.encode()).hexdigest()[:12]
    reply_to = context.get("reply_to", "")
    return Body(subject, text.strip() + "\n", html, version, content, reply_to)


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
        headers={"Message-ID": message.message_id, "From": sender, **HEADERS},
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
