"""The kinds of message: what each is for, who may decline it, and what its text may put in.

    mail.group("shifts", label=_("Your shifts"), help=_("…"), order=20)
    mail.register(
        "coordination.shift_reminder",
        context=_reminder_context,
        title=_("Reminder of a shift"),
        group="shifts",
        necessity=mail.WORK,
        declinable=True,
        placeholders=(
            mail.Placeholder("first_name", _("The volunteer's first name"), "Frida"),
            mail.Placeholder("own_url", _("Link to my page"), "/min-side/", required=True),
        ),
    )

`context(message)` returns a value for every placeholder, or None when the message has lost its
sense. What it reads of rows it may leave to `load=`, which reads for many messages at once:

    load=lambda messages: mail.by_about(Assignment.objects.select_related("shift"), messages)

and then asks `mail.matter(message)`. How the text is filled: `core/mailtext.py`. What follows from
necessity: `core/necessity.py`. Why it is so: docs/decisions/message-texts.md, message-necessity.md.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from core.templatetags.ui import day, when

URGENT, ORDINARY, PATIENT = 10, 0, -10

# What the law asks for, what the person has just asked for, what the work needs, what is nice.
LAW, ASKED, WORK, NICE = "law", "asked", "work", "nice"
NECESSITIES = {
    LAW: _("Required by law"),
    ASKED: _("Asked for just now"),
    WORK: _("Needed for the work"),
    NICE: _("Nice to have"),
}

_groups = {}
_kinds = {}


@dataclass(frozen=True)
class Placeholder:
    """A name that a kind's texts may hold as [[name]]; nothing else is ever put in.

    `example` shows what it becomes: text, a day, an instant, a list of lines, or True for a
    `condition`, which is only asked for ([[if name]]). `required`: a text without it cannot be
    published. `secret`: a code or a link that opens something; never kept or shown again.
    `inside`: matter that a sensitive message tells on the person's own page and nowhere else.
    """

    name: str
    description: str
    example: object
    required: bool = False
    condition: bool = False
    secret: bool = False
    inside: bool = False

    @property
    def example_shown(self):
        """The example as it looks in a text, in the language that is active."""
        if isinstance(self.example, list):
            return " · ".join(line for line in self.example if line)
        if isinstance(self.example, datetime):
            return when(self.example)
        return day(self.example) if isinstance(self.example, date) else str(self.example)


@dataclass(frozen=True)
class Group:
    """Kinds that a person chooses about together, in plain words.

    `opt_in`: nobody gets them who has not said how; whoever writes them asks `choices.who_want`.
    """

    key: str
    label: str
    help: str = ""
    order: int = 50
    opt_in: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of message. `sensitive`: its matter must not be told outside the person's own page;
    `unsaid` are stems of words that its outside text may then not hold. `ways`: the channels it
    makes sense by, where not every one does (a reminder of tomorrow is no letter).
    `load(messages)` returns {message pk: what the context reads}, in queries that do not grow.
    `rests`: at night it waits for the morning, unless it is urgent.
    """

    name: str
    context: object
    title: str
    group: str = ""
    necessity: str = WORK
    declinable: bool = False
    rests: bool = False
    gatherable: bool = False
    sensitive: bool = False
    unsaid: tuple = ()
    placeholders: tuple = ()
    priority: int = ORDINARY
    ways: tuple | None = None
    load: Callable | None = None

    def placeholder(self, name):
        """The Placeholder of this name, or None."""
        return next((one for one in self.placeholders if one.name == name), None)


def group(key, *, label, help="", order=50, opt_in=False):
    """Name a group of kinds. Call it from the app's emails.py; returns the key."""
    _groups[key] = Group(key, label, help, order, opt_in)
    return key


def groups():
    """All groups, by key, in the order in which people see them."""
    return {found.key: found for found in sorted(_groups.values(), key=lambda one: one.order)}


def register(
    kind,
    *,
    context,
    title="",
    group="",
    necessity=WORK,
    declinable=None,
    rests=False,
    gatherable=False,
    sensitive=False,
    unsaid=(),
    placeholders=(),
    priority=None,
    ways=None,
    load=None,
):
    """Make a kind of message known. Call it from the app's emails.py, once per kind.

    What is nice may always be declined, what the law or the person asked for never; what may be
    declined rests at night. What is asked for is urgent. Raises ValueError if another module has
    taken the name, or for a necessity that contradicts the rest.
    """
    known = _kinds.get(kind)
    if known and known.context.__module__ != context.__module__:
        raise ValueError(f"Two kinds of message are named {kind}")
    if necessity not in NECESSITIES:
        raise ValueError(f"{kind}: there is no necessity {necessity}")
    declinable = necessity == NICE if declinable is None else declinable
    if declinable and necessity in (LAW, ASKED):
        raise ValueError(f"{kind}: what the law or the person asks for cannot be declined")
    if priority is None:
        priority = URGENT if necessity == ASKED else ORDINARY
    if gatherable and (priority >= URGENT or sensitive):
        raise ValueError(f"{kind}: what is urgent or sensitive is not gathered")
    _kinds[kind] = Kind(
        name=kind,
        context=context,
        title=title or kind,
        group=group,
        necessity=necessity,
        declinable=declinable,
        rests=rests or declinable,
        gatherable=gatherable,
        sensitive=sensitive,
        unsaid=tuple(unsaid),
        placeholders=(*COMMON, *placeholders),
        priority=priority,
        ways=ways,
        load=load,
    )


def kinds():
    """All kinds, by name."""
    return dict(_kinds)


def load(messages):
    """Read what these messages are about, for each kind at once; `matter` then costs no query."""
    by_kind = defaultdict(list)
    for message in messages:
        by_kind[message.kind].append(message)
    for name, rows in by_kind.items():
        if _kinds[name].load is None:
            continue
        found = _kinds[name].load(rows)
        for message in rows:
            message.matter = found.get(message.pk)


def matter(message):
    """What the kind's `load` found for this message, or None; read now if it was not before."""
    if not hasattr(message, "matter"):
        load([message])
    return message.matter


def by_about(rows, messages):
    """{message pk: the row of the queryset that it is about}, without those it has not. 1 query."""
    found = rows.in_bulk({message.about_id for message in messages})
    return {
        message.pk: found[message.about_id] for message in messages if message.about_id in found
    }


COMMON = (
    Placeholder("municipality", _("The municipality's name"), "Odense Kommune"),
    Placeholder("recipient_name", _("The recipient's full name"), "Frida Frivillig"),
    Placeholder("site_url", _("The address of this site"), "https://frivillig.example.dk"),
)
