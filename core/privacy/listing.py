"""The register: for every model field whether it is operational, personal or sensitive."""

from dataclasses import dataclass, field

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import NOT_PROVIDED, Q
from django.utils.translation import gettext_lazy as _

PUBLIC_TASK = _("GDPR art. 6(1)(e): a task of the municipality")
LEGAL_OBLIGATION = _("GDPR art. 6(1)(c): a legal obligation")
CONSENT = _("GDPR art. 6(1)(a): consent")
CRIMINAL_RECORD = _("GDPR art. 6(1)(c) and the Data Protection Act § 8: criminal record")
CPR = _("The Data Protection Act § 11(1): unique identification")
SECURITY = _("GDPR art. 32: security of processing")


@dataclass(frozen=True)
class Strategy:
    """What erasure does to a field. `because` says why a kept field is kept."""

    name: str
    value: object = None
    because: str = ""


DELETE_ROW = Strategy("delete_row")
BLANK = Strategy("blank")


def REPLACE(value):
    """Put a value or a query expression where the field cannot be empty."""
    return Strategy("replace", value=value)


def KEEP(because):
    """Leave the field as it is, for a reason the person is told."""
    if not because:
        raise ValueError("Say why the field is kept.")
    return Strategy("keep", because=because)


@dataclass(frozen=True)
class Operational:
    """Says nothing about a person that the row's other fields do not say: ids, states, times.

    `erase` is for what must change with the person, such as an account's active flag.
    """

    export: bool = field(default=False, kw_only=True)
    erase: Strategy | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class Personal:
    """Ordinary personal data: what for, on which basis, for how long, and what erasure does.

    `retention` is the key of a retention rule or words; `export=False` is for secrets that
    would harm the person outside the system, such as a password hash.
    """

    purpose: str
    basis: str = field(kw_only=True)
    retention: str = field(kw_only=True)
    erase: Strategy = field(kw_only=True)
    export: bool = field(default=True, kw_only=True)


@dataclass(frozen=True)
class Sensitive(Personal):
    """Data that needs more care: CPR, criminal record, protected identity, health."""


@dataclass(frozen=True)
class Entry:
    """One model's list, and the lookup that leads from its rows to a person or a user."""

    model: type
    fields: dict
    person: str | None
    user: str | None

    @property
    def label(self):
        return self.model._meta.label_lower

    def rows_of(self, person_id):
        """The rows that belong to the person or their account; none where nothing leads there."""
        mine = Q(pk__in=[])
        if self.person:
            mine |= Q(**{self.person: person_id})
        user_id = _user_of(person_id) if self.user else None
        if user_id is not None:
            mine |= Q(**{self.user: user_id})
        return self.model._base_manager.filter(mine)

    @property
    def personal_fields(self):
        return {name: mark for name, mark in self.fields.items() if isinstance(mark, Personal)}

    @property
    def strategies(self):
        """{field name: Strategy} of every field that erasure has an opinion on."""
        return {name: mark.erase for name, mark in self.fields.items() if mark.erase}

    @property
    def deletes_row(self):
        return DELETE_ROW in self.strategies.values()

    @property
    def kept_fields(self):
        """{field name: why} of what erasure leaves."""
        return {name: how.because for name, how in self.strategies.items() if how.name == "keep"}

    @property
    def changes(self):
        """{field name: new value} of what erasure writes over."""
        return {
            name: blank_value(self.model, name) if how is BLANK else how.value
            for name, how in self.strategies.items()
            if how.name in ("blank", "replace")
        }


_entries = {}
_obstacles = []
_preparations = []
_user_finder = []


def register(model, fields, *, person=None, user=None):
    """List every concrete field of a model; called from an app's `privacy.py`.

    `person` is the lookup from a row to the person's id ("pk", "volunteer", "agreement__person");
    `user` the same to a user's id, for tables that know the account; a row may have both.
    Raises ValueError for a model listed twice, an unknown field, a field that cannot be blanked,
    or a mixture of deleting the row and keeping a field of it.
    """
    if model in _entries:
        raise ValueError(f"{model._meta.label} is already listed.")
    entry = Entry(model, dict(fields), person, user)
    _check(entry)
    _entries[model] = entry


def registered():
    """All entries, models that point to another before the one they point to."""
    return _dependents_first(_entries)


def entry_of(model):
    return _entries[model]


def find_user_with(finder):
    """Set how a person's account is found: finder(person_id) -> user id or None."""
    _user_finder[:] = [finder]


def refuse_erasure_while(obstacle):
    """Add a rule: obstacle(person_id) -> sentences that say why erasure must wait."""
    _obstacles.append(obstacle)


def before_erasure(preparation):
    """Add what preparation(person_id) does before a person's rows are deleted and emptied: for
    rows whose fate depends on more than their model.
    """
    _preparations.append(preparation)


def prepare_erasure(person_id):
    """Do all that was added with `before_erasure`."""
    for preparation in _preparations:
        preparation(person_id)


def obstacles(person_id):
    """The sentences that say why a person cannot be erased now."""
    return [sentence for obstacle in _obstacles for sentence in obstacle(person_id)]


def unlisted_fields():
    """ "app.Model.field" for every concrete field of an installed model that no list names."""
    return sorted(
        f"{model._meta.label}.{name}"
        for model in apps.get_models(include_auto_created=True)
        for name in concrete_fields(model)
        if model not in _entries or name not in _entries[model].fields
    )


def concrete_fields(model):
    return [found.name for found in model._meta.local_concrete_fields]


def blank_value(model, name):
    """What an emptied field holds: None, "" or its default, whichever the column can."""
    found = model._meta.get_field(name)
    if found.null:
        return None
    if found.empty_strings_allowed and not found.choices:
        return b"" if found.get_internal_type() == "BinaryField" else ""
    if found.default is not NOT_PROVIDED:
        return found.get_default()
    raise ValueError(f"{model._meta.label}.{name} cannot be blank: use REPLACE(value).")


def _user_of(person_id):
    return _user_finder[0](person_id) if _user_finder else None


def _check(entry):
    label = entry.model._meta.label
    for name in entry.fields:
        try:
            entry.model._meta.get_field(name)
        except FieldDoesNotExist:
            raise ValueError(f"{label} has no field {name}.") from None
    if entry.deletes_row and entry.kept_fields:
        raise ValueError(f"{label}: a row that is deleted cannot keep a field.")
    touched = set(entry.strategies) - set(entry.kept_fields)
    if touched and not (entry.person or entry.user):
        raise ValueError(f"{label}: say with person= or user= whose {min(touched)} it is.")
    _ = entry.changes


def _dependents_first(entries):
    """Order the entries so that a row that points to another is erased before it."""
    pending, ordered = dict(entries), []
    while pending:
        free = [model for model in pending if not _pointed_to(model, pending)] or [
            next(iter(pending))
        ]
        ordered += [pending.pop(model) for model in free]
    return ordered


def _pointed_to(model, others):
    return any(
        related.related_model in others and related.related_model is not model
        for related in model._meta.get_fields()
        if related.auto_created and not related.concrete and not related.many_to_many
    )
