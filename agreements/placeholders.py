"""What [[placeholders]] in a clause become. A closed list; nothing is ever executed.

Simple ones become text, escaped where they stand; blocks stand alone in a paragraph and become
Markdown (a list, or a phrase from agreements/texts/phrases). `lint` finds what may not be
published. The list with its fallbacks: agreements/texts/README.md.
"""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from django.utils.translation import gettext as _

from agreements.models import LegalReference
from core import markdown
from core.periods import covers

TEXTS = Path(__file__).resolve().parent / "texts"
SIMPLE = frozenset(
    {
        "municipality",
        "branch_name",
        "activity_title",
        "activity_purpose",
        "volunteer_name",
        "contact_name",
        "contact_details",
        "deputy_name",
        "starts_on",
        "ends_on",
        "tie",
        "notification_recipient",
        "dpo_contact",
        "privacy_url",
        "guardian_name",
        "association_name",
        "association_cvr",
        "association_contact",
        "consent_days",
    }
)
LISTS = ("may", "may_not", "refer")
BLOCKS = frozenset({*LISTS, "insurance", "attestation"})
LEGAL = "legal:"
PARAGRAPHS = re.compile(r"\n[ \t\r]*\n")
IN_BRACKETS = re.compile(r"\s*\(\s*(\[\[[^\[\]]+\]\])\s*\)")


def as_kept(text):
    """A text as it is kept, whoever wrote it: browsers end their lines with two characters."""
    return text.replace("\r\n", "\n")


@dataclass(frozen=True)
class Values:
    """What one agreement puts in: `simple` {name: text}, `lists` {name: [line, ...]},
    `phrases` {block: file stem}, `notes` {block: [text, ...]} put after a phrase, and the language
    of phrases and fallbacks.
    """

    simple: dict
    lists: dict
    phrases: dict
    notes: dict = field(default_factory=dict)
    language: str = "da"


@dataclass(frozen=True)
class Fault:
    """What keeps a clause from being published: where, and a sentence that says what."""

    clause: str
    message: str


def phrase(name, language):
    """The Markdown of a phrase file; Danish where the language lacks it."""
    return text_file(f"phrases/{name}", language)


@cache
def text_file(name, language):
    """A file of agreements/texts without a head; Danish where the language lacks it."""
    path = TEXTS / f"{name}.{language}.md"
    if not path.exists():
        path = TEXTS / f"{name}.da.md"
    return path.read_text(encoding="utf-8").strip()


def html(body, values):
    """Safe HTML of a clause's text with everything filled in.

    Raises KeyError for an unknown placeholder: a text with a hole is never shown.
    """
    simple = dict(values.simple)
    pieces = [_paragraph(piece, values, simple) for piece in PARAGRAPHS.split(body.strip())]
    return markdown.render("\n\n".join(piece for piece in pieces if piece), simple)


def _paragraph(piece, values, simple):
    """One paragraph as Markdown: a block is put in, an empty placeholder takes its place along."""
    alone = markdown.PLACEHOLDER.fullmatch(piece.strip())
    if alone and alone[1] in BLOCKS:
        return _block(alone[1], values, simple)
    if alone and simple.get(alone[1]) == "":
        return ""
    return IN_BRACKETS.sub(lambda match: _bracket(match, simple), piece)


def _bracket(match, simple):
    name = markdown.PLACEHOLDER.fullmatch(match[1])[1]
    return "" if simple.get(name) == "" else match[0]


def _block(name, values, simple):
    if name not in LISTS:
        notes = {f"{name}_note:{n}": text for n, text in enumerate(values.notes.get(name, ()))}
        simple.update(notes)
        own = [f"[[{key}]]" for key in notes]
        return "\n\n".join([phrase(values.phrases[name], values.language), *own])
    lines = values.lists[name]
    if not lines:
        return phrase("no_items", values.language)
    # Every line becomes a placeholder of its own, so that what people wrote is never Markdown.
    simple.update({f"{name}:{number}": line for number, line in enumerate(lines)})
    return "\n".join(f"- [[{name}:{number}]]" for number in range(len(lines)))


# --- Legal references ----------------------------------------------------------------------


def citations(on, language="da"):
    """{"legal:<key>": citation} of every reference in force on the day. 1 query."""
    return {
        LEGAL + reference.key: (language == "en" and reference.citation_en) or reference.citation
        for reference in LegalReference.objects.in_force(on).order_by("valid_from")
    }


def citations_or_last(on, language="da"):
    """The same, and for what is no longer (or not yet) in force its last entry: a text is shown
    whole, and `library.outdated` says that it must be mended. 1 query.
    """
    rows = LegalReference.objects.order_by("valid_from")
    last, current = {}, {}
    for row in rows:
        text = (language == "en" and row.citation_en) or row.citation
        last[LEGAL + row.key] = text
        if covers(row.valid_from, row.valid_until, on):
            current[LEGAL + row.key] = text
    return last | current


# --- Lint ----------------------------------------------------------------------------------


def lint(clauses, on):
    """Everything in these clauses that may not be published on the day. 2 queries."""
    in_force = citations(on)
    known = {LEGAL + key for key in LegalReference.objects.values_list("key", flat=True)}
    framed = [
        Fault(clause.key, _("%(name)s is not one of the placeholders that exist.") % {"name": name})
        for clause in clauses
        for name in unknown_in_frame(clause)
    ]
    return framed + [
        Fault(clause.key, message)
        for clause in clauses
        for body in (
            *(clause.heading, clause.body, clause.heading_easy, clause.body_easy),
            *(clause.heading_en, clause.body_en),
        )
        for message in _faults(body, in_force, known)
    ]


def frame_of(clause):
    """The placeholders that a branch may use in its own words for the clause, in order: those that
    the centre opens, and those of the centre's own text, so that a branch can write that anew. A
    law is cited by the centre alone, who is told when it falls.
    """
    of_the_text = [
        name
        for body in (clause.body, clause.body_en)
        for name in markdown.placeholders(body)
        if name in SIMPLE or name in BLOCKS
    ]
    return list(dict.fromkeys([*clause.local_placeholders.split(), *of_the_text]))


def outside_frame(clause, *bodies):
    """Sentences on what a branch's own text holds that the clause's frame does not open."""
    allowed = set(frame_of(clause))
    used = dict.fromkeys(name for body in bodies for name in markdown.placeholders(body))
    return [
        _("%(name)s may not be used here.") % {"name": f"[[{name}]]"}
        for name in used
        if name not in allowed
    ] + [
        _("%(name)s must stand alone, with an empty line before and after.")
        % {"name": f"[[{name}]]"}
        for name in used
        if name in BLOCKS & allowed and not all(_stands_alone(body, name) for body in bodies)
    ]


def unknown_in_frame(clause):
    """The placeholders that the clause's frame opens and that do not exist."""
    return sorted(set(clause.local_placeholders.split()) - SIMPLE - BLOCKS)


def _faults(body, in_force, known):
    for name in markdown.placeholders(body):
        shown = {"name": f"[[{name}]]"}
        if (name.startswith(LEGAL) and name in in_force) or name in SIMPLE:
            continue
        if name in BLOCKS:
            if not _stands_alone(body, name):
                yield _("%(name)s must stand alone, with an empty line before and after.") % shown
        elif name in known:
            yield _("%(name)s cites a law that is no longer in force.") % shown
        else:
            yield _("%(name)s is not one of the placeholders that exist.") % shown


def _stands_alone(body, name):
    found = [piece for piece in PARAGRAPHS.split(body) if name in markdown.placeholders(piece)]
    return all(markdown.PLACEHOLDER.fullmatch(piece.strip()) for piece in found)
