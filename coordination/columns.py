"""What the columns of a table with activities and shifts mean, and what its rows say.

Pure functions: no row of the database is read. The format is told on the page of the import and
in docs/import.md.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import scheduling
from coordination.models import Activity, ActivityKind, Shift
from coordination.states import SignUpWay
from core import cells

ACTIVITY, SHIFT = "activity", "shift"
HEADINGS_WITHIN = 10  # a title may stand above the headings
# An end that is not after its start is the next day's, as for a night; longer is a slip.
LONGEST_OVER_MIDNIGHT = timedelta(hours=12)
MOST_PLACES = 500


@dataclass(frozen=True)
class Column:
    """One thing a column can tell. `words`: headings that mean it, normalised, by "|"."""

    key: str
    label: str
    of: str
    words: str
    example: str
    written: str

    @property
    def headings(self):
        return self.words.split("|")


COLUMNS = (
    Column(
        "activity",
        gettext_lazy("Activity"),
        ACTIVITY,
        "aktivitet|aktiviteten|aktivitetsnavn|aktivitetens navn|arrangement|activity|"
        "activity name|event|activity title|navn på aktivitet",
        "Lektiecafé",
        gettext_lazy("The title. Needed in every row."),
    ),
    Column(
        "branches",
        gettext_lazy("Branch"),
        ACTIVITY,
        "afdeling|afdelinger|filial|filialer|bibliotek|biblioteker|institution|institutioner|"
        "branch|branches|library|sted|steder|hvor|site|sites",
        "Vollsmose Bibliotek|Tarup Bibliotek",
        gettext_lazy("Its name. Several are separated by a vertical line."),
    ),
    Column(
        "owner",
        gettext_lazy("Owning branch"),
        ACTIVITY,
        "ejer|ejes af|ejende afdeling|hovedafdeling|owner|owned by|owning branch",
        "Odense Biblioteker",
        gettext_lazy("Who may change the activity. Left out: the branch where it takes place."),
    ),
    Column(
        "kind",
        gettext_lazy("Kind"),
        ACTIVITY,
        "type|slags|aktivitetstype|form|kind|activity kind",
        "arrangement",
        gettext_lazy("Continuous or event."),
    ),
    Column(
        "purpose",
        gettext_lazy("Purpose"),
        ACTIVITY,
        "formål|purpose",
        "Hjælp til lektierne",
        gettext_lazy("Text of at most 2,000 characters."),
    ),
    Column(
        "description",
        gettext_lazy("Description"),
        ACTIVITY,
        "beskrivelse|beskrivelse af aktiviteten|om aktiviteten|description|text",
        "Vi læser sammen hver tirsdag.",
        gettext_lazy("Text of at most 5,000 characters."),
    ),
    Column(
        "target_group",
        gettext_lazy("Target group"),
        ACTIVITY,
        "målgruppe|for hvem|target group|audience",
        "Børn i skolealderen",
        gettext_lazy("Text of at most 200 characters."),
    ),
    Column(
        "day",
        gettext_lazy("Date"),
        SHIFT,
        "dato|dag|vagtdato|startdato|date|day|start date",
        "03-03-2027",
        gettext_lazy("Day before month: 03-03-2027, 3. marts 2027 or 2027-03-03."),
    ),
    Column(
        "starts",
        gettext_lazy("From"),
        SHIFT,
        "fra|fra kl|start|starter|starttid|starttidspunkt|begynder|mødetid|kl|tid fra|"
        "from|starts|start time|begins|start at",
        "15.00",
        gettext_lazy("15.00 or 15:00. A date may stand before the time."),
    ),
    Column(
        "ends",
        gettext_lazy("To"),
        SHIFT,
        "til|til kl|slut|slutter|sluttid|sluttidspunkt|ender|tid til|to|ends|end|end time|until|"
        "end at",
        "17.30",
        gettext_lazy("As above. Before the start: the next day, if that is at most 12 hours."),
    ),
    Column(
        "last_day",
        gettext_lazy("Last day"),
        SHIFT,
        "slutdato|til dato|sidste dag|end date|last day",
        "04-03-2027",
        gettext_lazy("Only where the shift ends on another day."),
    ),
    Column(
        "title",
        gettext_lazy("Shift"),
        SHIFT,
        "vagt|vagtnavn|vagtens navn|vagttitel|titel|opgave|shift|shift name|shift title|task|title",
        "Kaffe og kage",
        gettext_lazy("What the shift is called. Left out: the activity's name."),
    ),
    Column(
        "capacity",
        gettext_lazy("Places"),
        SHIFT,
        "pladser|antal pladser|antal|antal frivillige|maks|max|maksimum|behov|places|capacity|"
        "number of places|maximum|needed",
        "3",
        gettext_lazy("A whole number. Left out: 1."),
    ),
    Column(
        "minimum",
        gettext_lazy("At least"),
        SHIFT,
        "mindst|minimum|min|mindst antal|at least",
        "2",
        gettext_lazy("How many it takes. Left out: 1."),
    ),
    Column(
        "place",
        gettext_lazy("Meeting place"),
        SHIFT,
        "mødested|lokale|rum|meeting place|room|place",
        "Skranken",
        gettext_lazy("Text of at most 120 characters."),
    ),
    Column(
        "note",
        gettext_lazy("Note to the volunteers"),
        SHIFT,
        "besked|besked til de frivillige|bemærkning|bemærkninger|note|noter|note to the volunteers|"
        "remarks|comment",
        "Tag forklæde på",
        gettext_lazy("Text of at most 500 characters."),
    ),
    Column(
        "way",
        gettext_lazy("Who signs up"),
        SHIFT,
        "tilmelding|hvem tilmelder|hvem melder til|tilmeldingsform|sign-up|who signs up",
        "selv",
        gettext_lazy("Self, request or staff. Left out: as the activity has it."),
    ),
)
BY_KEY = {column.key: column for column in COLUMNS}
OF_SHIFTS = {column.key for column in COLUMNS if column.of == SHIFT}
NEEDED_FOR_SHIFTS = ("starts", "ends")
TEXTS = {
    **dict.fromkeys(("purpose", "description", "target_group"), Activity),
    **dict.fromkeys(("title", "place", "note"), Shift),
}
KINDS = {
    ActivityKind.CONTINUOUS: ("continuous", "løbende", "fast", "ongoing"),
    ActivityKind.EVENT: ("event", "arrangement", "begivenhed"),
}
WAYS = {
    SignUpWay.SELF: ("self", "selv", "selvtilmelding", "frivillige tilmelder sig selv"),
    SignUpWay.REQUEST: ("request", "anmodning", "efter godkendelse", "spørg"),
    SignUpWay.STAFF: ("staff", "koordinator", "personale", "kun koordinator"),
}
_WORDS = {word: column.key for column in COLUMNS for word in column.headings}
# Words that tell what a longer heading is about, such as "Dato for vagten".
_TELLING = {
    word: _WORDS[word]
    for word in (
        "dato",
        "date",
        "pladser",
        "places",
        "mødested",
        "afdeling",
        "branch",
        "bemærkning",
    )
}


class Wrong(NamedTuple):
    """What is wrong with a row, at which column ("" for the whole row), and what to do."""

    row: int
    column: str
    message: str


class RowError(Exception):
    """Something about a row is wrong: (column key or "", message)."""

    def __init__(self, message, column=""):
        super().__init__(str(message))
        self.message, self.column = str(message), column


# --- Headings --------------------------------------------------------------------------------


def normal(text):
    """The text as it is compared: one case, one kind of space, composed letters."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def heading(text):
    """A heading as it is compared: without marks, and without what stands in brackets."""
    text = re.sub(r"\(.*?\)", " ", normal(text).replace("_", " "))
    return " ".join(re.sub(r"[:*.?!]", " ", text).split())


def headings_of(rows):
    """(the row of headings, the rows below it). A title above them is passed by."""
    for number, row in enumerate(rows[:HEADINGS_WITHIN]):
        if sum(heading(cell) in _WORDS for cell in row.cells) >= 2:
            return row, rows[number + 1 :]
    return rows[0], rows[1:]


def guess(headings, known=None):
    """{column's number: key} that the headings tell. `known` ({heading: key, "" for nothing}) is
    what this person said the last time, and goes first. No key twice."""
    found, names = {}, [heading(text) for text in headings]
    for table in (known or {}, _WORDS):
        for number, name in enumerate(names):
            if number not in found and name in table and table[name] not in found.values():
                found[number] = table[name]
    for number, name in enumerate(names):
        told = [_TELLING[word] for word in name.split() if word in _TELLING]
        if number not in found and told and told[0] not in found.values():
            found[number] = told[0]
    return {number: key for number, key in found.items() if key}


def is_known(text):
    """True if a heading is one of those we guess by, so that it says nothing about a person."""
    return heading(text) in _WORDS


# --- Rows ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """What one row says. `activity`: title; `fields`, `details`: only what is written there.

    `branches` and `owner` are names. `starts_at` is None where the row plans no shift. One that is
    `broken` has cells that cannot be read; the names it gives can be looked at all the same.
    """

    row: int
    activity: str
    branches: tuple
    owner: str
    fields: dict
    starts_at: object = None
    ends_at: object = None
    title: str = ""
    details: dict = None
    broken: bool = False


def lines_of(rows, columns):
    """([Line], [Wrong]) of the rows; `columns` is {column's number: key}."""
    lines, wrong = [], []
    for row in rows:
        said = {
            key: row.cells[number] if number < len(row.cells) else ""
            for number, key in columns.items()
        }
        if not any(said.values()):
            continue
        line, found = _line_of(row.number, said)
        wrong += found
        lines.append(line)
    return lines, wrong


def _line_of(number, said):
    wrong, got = [], {}

    def take(key, read):
        text = said.get(key, "")
        try:
            if cells.is_excel_error(text):
                raise RowError(_("The cell holds an error of Excel's. Correct it in the file."))
            got[key] = read(text) if text else None
        except RowError as error:
            label = str(BY_KEY[error.column or key].label)
            wrong.append(Wrong(number, label, error.message))
            got[key] = None

    take("activity", _title)
    if not said.get("activity"):
        wrong.append(Wrong(number, str(BY_KEY["activity"].label), _("Write the activity's title.")))
    take("branches", _names)
    take("owner", str)
    take("kind", lambda text: _one_of(text, KINDS))
    for key, model in TEXTS.items():
        take(key, _text_within(model._meta.get_field(key).max_length))
    take("day", _day)
    take("last_day", _day)
    take("starts", _moment)
    take("ends", _moment)
    take("capacity", _number)
    take("minimum", _number)
    take("way", lambda text: _one_of(text, WAYS))
    starts_at = ends_at = None
    if not wrong:
        try:
            starts_at, ends_at = _period(said, got)
        except RowError as error:
            label = str(BY_KEY[error.column].label) if error.column else ""
            wrong.append(Wrong(number, label, error.message))
    fields = {key: got[key] for key in ("kind", "purpose", "description", "target_group")}
    details = {key: got[key] for key in ("capacity", "minimum", "place", "note", "way")}
    line = Line(
        row=number,
        activity=got["activity"] or "",
        branches=got["branches"] or (),
        owner=got["owner"] or "",
        fields=_written(fields),
        starts_at=starts_at,
        ends_at=ends_at,
        title=got["title"] or "",
        details=_written(details),
        broken=bool(wrong),
    )
    return line, wrong


def _written(values):
    return {name: value for name, value in values.items() if value is not None}


def _title(text):
    text = " ".join(text.split())
    return _text_within(Activity._meta.get_field("title").max_length)(text)


def _text_within(most):
    def read(text):
        if len(text) > most:
            raise RowError(
                _("The text is longer than %(most)s characters. Make it shorter.") % {"most": most}
            )
        return text

    return read


def _names(text):
    return tuple(dict.fromkeys(name for part in text.split("|") if (name := part.strip())))


def _one_of(text, table):
    wanted = normal(text)
    for value, words in table.items():
        if wanted in words or wanted == normal(str(value.label)):
            return value
    choices = ", ".join(words[1] for words in table.values())
    raise RowError(_("Write one of these: %(choices)s.") % {"choices": choices})


def _day(text):
    found = cells.day(text)
    if found is None:
        raise RowError(_("This is not a date we can read. Write it as 03-03-2027."))
    return found


def _moment(text):
    day, clock = cells.moment(text)
    if clock is None:
        raise RowError(_("This is not a time we can read. Write it as 15.30."))
    return day, clock


def _number(text):
    found = cells.whole(text)
    if found is None or not 0 <= found <= MOST_PLACES:
        raise RowError(
            _("Write a whole number of at most %(most)s, for example 3.") % {"most": MOST_PLACES}
        )
    return found


def _period(said, got):
    """The instants of the row's shift; (None, None) where it plans none."""
    if not any(said.get(key) for key in ("day", "starts", "ends")):
        if any(said.get(key) for key in OF_SHIFTS):
            raise RowError(_("A shift needs a date and times."), "day")
        return None, None
    for key in NEEDED_FOR_SHIFTS:
        if got[key] is None:
            raise RowError(_("Write the time, for example 15.30."), key)
    (start_day, start), (end_day, end) = got["starts"], got["ends"]
    first = got["day"] or start_day
    if first is None:
        raise RowError(_("Write the date of the shift."), "day")
    if start_day not in (None, first):
        raise RowError(_("The date here is another than the shift's."), "starts")
    last = got["last_day"] or end_day or _last_day(first, start, end)
    for key, day, clock in (("starts", first, start), ("ends", last, end)):
        for reason in scheduling.missing_clock_reasons(day, clock):
            raise RowError(reason.message, key)
    starts_at, ends_at = scheduling.period_on_clock(first, start, last, end)
    for reason in scheduling.length_reasons(starts_at, ends_at):
        raise RowError(reason.message, "ends")
    return starts_at, ends_at


def _last_day(first, start, end):
    """The same day, or the next for a shift over midnight."""
    if end > start:
        return first
    minutes = (end.hour * 60 + end.minute - start.hour * 60 - start.minute) % (24 * 60)
    if end == start or timedelta(minutes=minutes) > LONGEST_OVER_MIDNIGHT:
        raise RowError(
            _("The shift ends before it starts. Correct the time, or write the last day."), "ends"
        )
    return first + timedelta(days=1)
