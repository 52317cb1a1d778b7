"""Municipal settings: a typed register of keys, and their dated values nearest scope first.

An app registers its keys in `AppConfig.ready` and asks with `policies.get(key, path=...)`.
Core knows no branch: the caller passes the path. All values are read in one query per request.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import Case, Value, When
from django.db.models.functions import Concat, Substr
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import audit, periods
from core.errors import DomainError
from core.models import PolicyValue, StoredFile
from core.prepared import Prepared
from core.scope import forget, remembered

TEXT = "text"
CHOICE = "choice"
FILE = "file"
EMAIL = "email"
URL = "url"
TYPES = (int, bool, str, date, TEXT, CHOICE, FILE, EMAIL, URL)
LONGEST_LINE = 300

audit.kind("policy.set", gettext_lazy("Setting changed"))
audit.kind("policy.withdrawn", gettext_lazy("Planned change of a setting withdrawn"))

_register = {}
_places = []
_sections = {}


@dataclass(frozen=True)
class Policy:
    """One setting: what it is called, what values make sense, and what holds until one is set.

    `type` is int, bool, str (one line), date, TEXT, CHOICE (of `choices`), EMAIL, URL or FILE
    (the id of a StoredFile). `source` names the law or guideline behind the default; `verify`
    marks a default that the municipality must confirm. `unit` is a word such as "days".
    """

    key: str
    type: object
    default: object
    label: str
    help: str = ""
    source: str = ""
    verify: bool = False
    overridable: bool = False
    optional: bool = False
    choices: tuple = ()
    minimum: int = 0
    maximum: int = 100_000
    unit: str = ""

    def clean(self, value):
        """The value in its own type, or DomainError("bad_policy_value") with what is wrong."""
        if value is None or value == "":
            if self.optional:
                return None if self.type in (int, date, CHOICE, FILE) else ""
            raise _refused(_("“%(setting)s” must have a value.") % {"setting": self.label})
        return _CLEANERS[self.type](self, value)

    def stored(self, value):
        """The JSON form of a cleaned value."""
        return value.isoformat() if isinstance(value, date) else value

    def read(self, stored):
        """The cleaned value of its JSON form."""
        return parse_date(stored) if self.type is date and stored else stored

    def shown(self, value):
        """The value in words, for lists."""
        if value is None or value == "":
            return _("not set")
        if self.type is bool:
            return _("yes") if value else _("no")
        if self.type == CHOICE:
            return str(dict(self.choices).get(value, value))
        return f"{value} {self.unit}".strip()


def register(*policies):
    """Add settings to the register. Raises ValueError for a taken key or a senseless default."""
    for policy in policies:
        if policy.key in _register:
            raise ValueError(f'The setting "{policy.key}" is already registered.')
        if policy.type not in TYPES:
            raise ValueError(f'The setting "{policy.key}" has an unknown type.')
        if policy.optional is False and policy.default in (None, ""):
            raise ValueError(f'The setting "{policy.key}" needs a default or optional=True.')
        _register[policy.key] = policy


def registered():
    """All settings, ordered by key."""
    return [_register[key] for key in sorted(_register)]


def name_section(prefix, label):
    """Name the settings whose key begins with `prefix` and a dot, for the list."""
    _sections[prefix] = label


def section_of(found):
    """The name of the section a setting stands in."""
    prefix = found.key.split(".")[0]
    return _sections.get(prefix, prefix)


def name_places(places):
    """Set how scopes are offered and named: places(user) -> [(path, name)], nearest root first."""
    _places[:] = [places]


def places(user):
    """The scopes below the municipality that the user may give values of their own."""
    return list(_places[0](user)) if _places else []


def policy(key):
    """The registered Policy. Raises LookupError for an unknown key."""
    try:
        return _register[key]
    except KeyError:
        raise LookupError(
            f'Unknown setting "{key}": register it with policies.register(...) in ready().'
        ) from None


def get(key, *, path="", on=None):
    """The value that holds for the path on the day (default: today), in its own type.

    The nearest scope with a value wins: "/1/4/" before "/1/" before "", then the default.
    No query of its own inside a scope that has asked before.
    """
    found = policy(key)
    on = on or periods.today()
    rows = remembered("policies", _load)
    for scope_path in _nearest_first(path if found.overridable else ""):
        row = _row_on(rows.get((key, scope_path), ()), on)
        if row is not None and not row.inherits:
            return found.read(row.value)
    return found.default


def rows_of(key):
    """Every dated row of one setting, by scope, newest day first, for its history."""
    return PolicyValue.objects.filter(key=key).order_by("path", "-valid_from", "-pk")


def paths_with_values(key, *, on=None):
    """The scopes below the municipality where another value holds on the day."""
    on = on or periods.today()
    found = []
    for (row_key, path), rows in remembered("policies", _load).items():
        row = _row_on(rows, on) if row_key == key and path else None
        if row is not None and not row.inherits:
            found.append(path)
    return sorted(found)


def expression(key, lookup):
    """The setting as a column of rows whose scope path stands at `lookup`: a query can compare
    each row with the value that holds there. No query of its own inside a scope.
    """
    deepest_first = sorted(paths_with_values(key), key=len, reverse=True)
    nearest = [
        When(**{f"{lookup}__startswith": path}, then=Value(get(key, path=path)))
        for path in deepest_first
    ]
    return Case(*nearest, default=Value(get(key)))


def current_row(key, *, path="", on=None):
    """The row that decides at exactly this path, or None."""
    rows = remembered("policies", _load)
    return _row_on(rows.get((key, path), ()), on or periods.today())


def next_row(key, *, path="", on=None):
    """The next planned change at exactly this path, or None."""
    on = on or periods.today()
    rows = remembered("policies", _load).get((key, path), ())
    return next((row for row in rows if row.valid_from > on), None)


@transaction.atomic
def set(key, value, *, by, path="", valid_from=None, note=""):
    """Give a setting a value from a day on (default: today); records who. Returns the row.

    Raises DomainError for a value that makes no sense, a day that has passed, or a branch value
    of a setting that is the same everywhere.
    """
    found = policy(key)
    return _add_row(
        found,
        path=path,
        valid_from=valid_from,
        by=by,
        note=note,
        value=found.stored(found.clean(value)),
        inherits=False,
    )


@transaction.atomic
def inherit(key, *, by, path="", valid_from=None, note=""):
    """Let the wider value (at "", the default) hold again from a day on. Returns the row."""
    return _add_row(
        policy(key),
        path=path,
        valid_from=valid_from,
        by=by,
        note=note,
        value=None,
        inherits=True,
    )


@transaction.atomic
def withdraw(row, *, by):
    """Take back a planned change. Raises DomainError once its day has come."""
    if row.valid_from <= periods.today():
        raise DomainError(
            _("This value is already in force. Set a new value instead."), code="policy_in_force"
        )
    audit.record("policy.withdrawn", by=by, about=row, fields=(row.key,), branch_path=row.path)
    row.delete()
    forget("policies")


def move_scope(old, new):
    """Let the values of a scope and all below it follow when its path changes. 1 query."""
    PolicyValue.objects.filter(path__startswith=old).update(
        path=Concat(Value(new), Substr("path", len(old) + 1))
    )
    forget("policies")


def _add_row(found, *, path, valid_from, by, note, value, inherits):
    valid_from = valid_from or periods.today()
    if valid_from < periods.today():
        raise DomainError(
            _("The value cannot count from a day that has passed. Choose today or a later day."),
            code="policy_in_past",
            field="valid_from",
        )
    if path and not found.overridable:
        raise DomainError(
            _("“%(setting)s” is the same for the whole municipality.") % {"setting": found.label},
            code="policy_not_overridable",
            field="path",
        )
    row = PolicyValue.objects.create(
        key=found.key,
        path=path,
        value=value,
        inherits=inherits,
        valid_from=valid_from,
        note=note,
        set_by_id=getattr(by, "pk", None),
    )
    audit.record("policy.set", by=by, about=row, fields=(found.key,), branch_path=path)
    forget("policies")
    return row


def _load():
    rows = defaultdict(list)
    for values in _all_values().rows():
        row = PolicyValue.from_db(DEFAULT_DB_ALIAS, _COLUMNS, values)
        rows[row.key, row.path].append(row)
    return rows


_COLUMNS = [field.attname for field in PolicyValue._meta.concrete_fields]


@cache
def _all_values():
    return Prepared(PolicyValue.objects.order_by("valid_from", "pk").values_list(*_COLUMNS))


def _row_on(rows, on):
    return next((row for row in reversed(rows) if row.valid_from <= on), None)


def _nearest_first(path):
    """ "/1/4/" gives "/1/4/", "/1/", ""."""
    parts = [part for part in path.split("/") if part]
    for length in range(len(parts), 0, -1):
        yield "/" + "/".join(parts[:length]) + "/"
    yield ""


def _refused(message):
    return DomainError(message, code="bad_policy_value", field="value")


def _clean_number(found, value):
    try:
        number = int(str(value).strip())
    except ValueError:
        raise _refused(
            _("Write a whole number, for example %(example)s.")
            % {"example": found.default if found.default is not None else found.minimum}
        ) from None
    if not found.minimum <= number <= found.maximum:
        raise _refused(
            _("Write a number from %(minimum)s to %(maximum)s.")
            % {"minimum": found.minimum, "maximum": found.maximum}
        )
    return number


def _clean_bool(found, value):
    if value in (True, "True", "true", "on", "1", 1):
        return True
    if value in (False, "False", "false", "off", "0", 0):
        return False
    raise _refused(_("Choose yes or no."))


def _clean_line(found, value):
    line = str(value).strip()
    if len(line) > LONGEST_LINE:
        raise _refused(_("Write at most %(limit)s characters.") % {"limit": LONGEST_LINE})
    if any(not char.isprintable() for char in line):
        raise _refused(_("Write the text on one line, without special control characters."))
    return line


def _clean_date(found, value):
    try:
        day = value if isinstance(value, date) else parse_date(str(value).strip())
    except ValueError:
        day = None
    if day is None:
        raise _refused(_("Write a date that exists, for example 24.12.2026."))
    return day


def _clean_choice(found, value):
    if value not in dict(found.choices):
        raise _refused(_("Choose one of the values in the list."))
    return value


def _clean_email(found, value):
    line = _clean_line(found, value)
    try:
        validate_email(line)
    except ValidationError:
        raise _refused(_("Write an e-mail address, for example frivillig@kommune.dk.")) from None
    return line


def _clean_url(found, value):
    line = _clean_line(found, value)
    try:
        URLValidator(schemes=["https", "http"])(line)
    except ValidationError:
        raise _refused(
            _(
                "Write a web address that starts with https://, for example https://www.was.digst.dk/."
            )
        ) from None
    return line


def _clean_file(found, value):
    file_id = value.pk if isinstance(value, StoredFile) else _clean_number(found, value)
    if not StoredFile.objects.filter(pk=file_id, purpose=found.key).exists():
        raise _refused(_("The file is not there any more. Choose it again."))
    return file_id


_CLEANERS = {
    int: _clean_number,
    bool: _clean_bool,
    str: _clean_line,
    date: _clean_date,
    TEXT: lambda found, value: str(value).strip(),
    CHOICE: _clean_choice,
    EMAIL: _clean_email,
    URL: _clean_url,
    FILE: _clean_file,
}
