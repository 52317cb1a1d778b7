"""The text of a message: its placeholders, how they are filled, and what keeps it from being used.

Shipped texts (templates/emails/<language>/<kind>.txt) and texts that managers have written are
one language, read by this one renderer. The first line of a file is `Subject: …`, then the body:

    Kære [[first_name]]

    [[if own_url]] Log ind, og se hvad det er: [[own_url]]
    [[unless own_url]] Kontakt din koordinator hos [[branch]].
    - [[gaps]]

- [[name]] becomes the value; a line in which a value is empty is left out.
- [[if name]] and [[unless name]] first in a line say when the line stands. Nothing else is asked.
- A list, or text of several lines, that stands alone (after "- " perhaps) gives a line for each.

Nothing in a text is executed, and what is put in is not read again: a name that looks like a
placeholder stays a name.
"""

import difflib
import re
from datetime import date, datetime

from django.conf import settings
from django.utils.translation import gettext as _

from core.markdown import PLACEHOLDER
from core.templatetags.ui import day, when

SUBJECT = "Subject: "
SUBJECT_LENGTH = 120
MARK = re.compile(r"\[\[\s*(if|unless)\s+([a-z_0-9]+)\s*\]\][ \t]*")
ALONE = re.compile(r"(\s*(?:- |## )?)\[\[\s*([^\[\]]*?)\s*\]\]\s*")
TEMPLATE_CODE = re.compile(r"\{\{|\{%|\{#")
HIDDEN = "•••"
EXAMPLE_SITE = "https://frivillig.example.dk"


def split(source):
    """(subject, body) of a text file. Raises ValueError without a subject line."""
    first, _newline, rest = source.lstrip().partition("\n")
    if not first.startswith(SUBJECT):
        raise ValueError("A message text begins with 'Subject: '")
    return first.removeprefix(SUBJECT).strip(), rest.strip("\n")


def fill(subject, body, values):
    """(subject, body) with everything put in; in the language that is active.

    Raises KeyError for a placeholder without a value, ValueError if no subject is left.
    """
    subject = " ".join(_put_in(subject, values).split())
    if not subject:
        raise ValueError("The subject is empty when it is filled in")
    lines = [line for source in body.splitlines() for line in _lines(source, values)]
    return subject, re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _lines(line, values):
    """What one line of the text becomes: nothing, itself, or a line for each of its value."""
    while mark := MARK.match(line):
        if (_shown(values[mark[2]]) != []) != (mark[1] == "if"):
            return []
        line = line[mark.end() :]
    names = PLACEHOLDER.findall(line)
    if any(_shown(values[name]) == [] for name in names):
        return []
    alone = ALONE.fullmatch(line)
    if alone:
        return [f"{alone[1]}{part}" if part else "" for part in _shown(values[alone[2]])]
    return [_put_in(line, values)]


def _put_in(line, values):
    return PLACEHOLDER.sub(lambda match: _joined(values[match[1]]), line)


def _joined(value):
    parts = [part for part in _shown(value) if part]
    return (", " if isinstance(value, list | tuple) else " ").join(parts)


def _shown(value):
    """The value as lines of text; none at all if it is empty."""
    if value is None or value is False or value == "":
        return []
    if isinstance(value, list | tuple):
        return [str(part) for part in value]
    if isinstance(value, datetime):
        return [when(value)]
    if isinstance(value, date):
        return [day(value)]
    return str(value).splitlines()


# --- Lint ----------------------------------------------------------------------------------


def names(text):
    """The names that a text uses, conditions included, in order of first use."""
    found = [name for line in text.splitlines() for name in _names(line)]
    return tuple(dict.fromkeys(found))


def _names(line):
    conditions, rest = _marks(line)
    return [*conditions, *PLACEHOLDER.findall(rest)]


def _marks(line):
    """([names asked for], the rest of the line)."""
    asked = []
    while mark := MARK.match(line):
        asked.append(mark[2])
        line = line[mark.end() :]
    return asked, line


def lint(kind, subject, body, *, inside=False):
    """Everything that keeps this text from being published, as sentences for the writer.

    `inside`: the text stands on the person's own page, where a sensitive message may be told.
    """
    faults = [*_subject_faults(subject), *_code_faults(subject, body)]
    if not body.strip():
        faults.append(_("The text is empty."))
    faults += _name_faults(kind, subject, body, inside=inside)
    if not inside:
        faults += _missing(kind, body) + _told(kind, f"{subject}\n{body}")
    return list(dict.fromkeys(faults))


def _subject_faults(subject):
    if not PLACEHOLDER.sub("", subject).strip():
        yield _("The subject is empty, or holds nothing but placeholders. Write what it is about.")
    if len(subject.splitlines()) > 1:
        yield _("The subject must be one line.")
    if len(PLACEHOLDER.sub("", subject)) > SUBJECT_LENGTH:
        yield _("The subject is too long. Write at most %(most)s characters.") % {
            "most": SUBJECT_LENGTH
        }
    if MARK.search(subject):
        yield _("[[if …]] and [[unless …]] cannot stand in the subject.")


def _code_faults(*parts):
    for part in parts:
        if TEMPLATE_CODE.search(part):
            yield _("{{ … }} and {% … %} mean nothing here. Write a placeholder as [[name]].")
        left = PLACEHOLDER.sub("", part)
        if "[[" in left or "]]" in left:
            yield _("A placeholder lacks a bracket. Write it as [[name]].")


def _name_faults(kind, subject, body, *, inside):
    for line in (*subject.splitlines(), *body.splitlines()):
        asked, rest = _marks(line)
        for name in asked:
            yield from _unknown(kind, name, inside=inside)
        for name in PLACEHOLDER.findall(rest):
            found = kind.placeholder(name)
            if re.match(r"(if|unless)\s", name):
                yield _("[[%(name)s]] must stand first in its line.") % {"name": name}
            elif found is not None and found.condition:
                yield _("[[%(name)s]] is not text. Use it as [[if %(name)s]].") % {"name": name}
            else:
                yield from _unknown(kind, name, inside=inside)


def _unknown(kind, name, *, inside):
    found = kind.placeholder(name)
    if found is None:
        known = [one.name for one in kind.placeholders]
        near = difflib.get_close_matches(name, known, n=1)
        if near:
            yield _("[[%(name)s]] does not exist. Did you mean [[%(near)s]]?") % {
                "name": name,
                "near": near[0],
            }
        else:
            yield _("[[%(name)s]] is not one of the placeholders that exist.") % {"name": name}
    elif found.inside and not inside:
        yield _("[[%(name)s]] is sensitive. It may only stand on the person's own page.") % {
            "name": name
        }


def _missing(kind, body):
    if not body.strip():
        return []
    used = {name for line in body.splitlines() for name in PLACEHOLDER.findall(_marks(line)[1])}
    return [
        _("The text lacks [[%(name)s]]. Without it the recipient cannot go on.")
        % {"name": one.name}
        for one in kind.placeholders
        if one.required and one.name not in used
    ]


def _told(kind, text):
    """Words that give the matter of a sensitive message away."""
    if not kind.sensitive:
        return []
    return [
        _("The text says “%(word)s”. That may only be told on the person's own page.")
        % {"word": word}
        for word in dict.fromkeys(re.findall(r"\w+", text.lower()))
        if any(stem in word for stem in kind.unsaid)
    ]


# --- Values --------------------------------------------------------------------------------


def examples(kind):
    """The example value of every placeholder; example addresses become ones on this site."""
    return {one.name: _here(one.example) for one in kind.placeholders}


def _here(example):
    return example.replace(EXAMPLE_SITE, settings.SITE_URL) if isinstance(example, str) else example


def without_secrets(kind, values):
    """The values with codes and links that open something hidden: for what is kept and shown."""
    hidden = {one.name for one in kind.placeholders if one.secret}
    return {name: HIDDEN if name in hidden and value else value for name, value in values.items()}
