"""`{% page_header %}` and `{% page_footer %}`: what surrounds every page.

Their templates are drawn once for what they show (`core.context.Top`, `Foot`) and kept: hundreds
of pages a minute share a dozen of them. What is one visitor's own (who is signed in, the token of
a form, the page's address) is no part of what is kept; it is put in where the template left a
place for it.
"""

from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

ACCOUNT, TOKEN, PATH = "[[account]]", "[[token]]", "[[path]]"


@register.simple_tag(takes_context=True)
def page_header(context):
    """The frame's top: municipality, menu, who is signed in. Nothing where no request is known,
    as on the page for one that cannot be read."""
    if "frame" not in context:
        return ""
    account = context.template.engine.get_template("components/account.html").render(context)
    return SafeString(_header(context["frame"].top, get_language()).replace(ACCOUNT, account))


@register.simple_tag(takes_context=True)
def page_footer(context):
    """The frame's foot: who is responsible, statements, language. Nothing as above."""
    if "frame" not in context:
        return ""
    frame = context["frame"]
    drawn = _footer(frame.foot, get_language())
    token = escape(context.get("csrf_token", ""))
    return SafeString(drawn.replace(TOKEN, token).replace(PATH, escape(frame.path)))


@lru_cache(maxsize=512)
def _header(top, language):
    return render_to_string("components/header.html", {"frame": top, "account": ACCOUNT})


@lru_cache(maxsize=64)
def _footer(foot, language):
    facts = {"frame": foot, "language": language, "path": PATH, "csrf_token": TOKEN}
    return render_to_string("components/footer.html", facts)
