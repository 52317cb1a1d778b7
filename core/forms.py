"""Bases and fields of every form in the system.

A form needs nothing of its own to look right:

    class NoteForm(forms.Form):              # from core import forms
        submit_label = _("Save the note")
        text = forms.CharField(label=_("Note"), widget=forms.Textarea)

`{% crispy form %}` draws the whole form with button; `{{ form|crispy }}` the fields only. Both
bring labels, hints, the error summary and errors at the fields; optional fields say so.

A form with a layout of its own sets `self.helper.layout` after `super().__init__()`; if the layout
brings the buttons, `submit_label = ""`. `Form` and `ModelForm` take `cancel_url=` (a link beside
the button). `FilterForm` is a GET form for `components/filter.html`.

Fields: `DateField` (text, Danish order, a calendar button where the browser has one),
`DatePartsField` (day, month, year apart, for dates one knows by heart), `TimeField`,
`PhoneField`, `CheckboxList`, `LookupField` and `ModelLookupField` (search as you type; see there).
"""

import hashlib
import re
from datetime import date
from typing import NamedTuple

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EMPTY_VALUES, EmailValidator
from django.db import models
from django.forms.models import ModelFormMetaclass
from django.utils import formats
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from core.validators import normalise_phone

LOOKUP_LIMIT = 10
NUMBER_BOX = {"inputmode": "numeric", "autocomplete": "off", "class": "input-width-xs"}

MISSING = (
    (forms.BooleanField, _("Tick the box to go on.")),
    (forms.MultipleChoiceField | forms.ModelMultipleChoiceField, _("Choose at least one.")),
    (forms.ChoiceField | forms.ModelChoiceField, _("Choose an answer.")),
    (forms.FileField, _("Choose a file.")),
    (forms.Field, _("Fill in the field.")),
)
SEEN = "seen"
CHANGED_MEANWHILE = _(
    "Somebody else has saved changes here while you were writing. What you wrote stands below. "
    "Open the page in another window to see theirs. Save again if yours is what should stand."
)
BAD_EMAIL = _("Write an e-mail address, for example name@example.dk.")


# --- Bases ---------------------------------------------------------------------------------


class FormBase:
    """What every form has: a crispy helper, a button, and errors from business rules."""

    submit_label = _("Save")
    submit_css = ""
    cancel_url = ""
    form_method = "post"
    mark_optional = True

    def __init__(self, *args, cancel_url="", **kwargs):
        super().__init__(*args, **kwargs)
        self.cancel_url = cancel_url or self.cancel_url
        for field in self.fields.values():
            _speak_plainly(field)

    @cached_property
    def helper(self):
        """The crispy helper. A subclass sets `helper.layout` after asking super for it."""
        helper = FormHelper()
        helper.form_method = self.form_method
        helper.disable_csrf = self.form_method == "get"
        helper.attrs = {"novalidate": True}
        helper.form_tag = True
        helper.cancel_url = self.cancel_url
        if self.submit_label:
            helper.add_input(Submit("save", self.submit_label, css_class=self.submit_css))
        return helper

    def watch(self):
        """Have the form notice if what it shows is changed by somebody else before it is saved.

        A fingerprint of the first values goes along in a hidden field. Where it no longer fits,
        the form says so and keeps what was typed; saving once more is then a decision.
        """
        self.fields[SEEN] = forms.CharField(required=False, widget=forms.HiddenInput)
        self.initial = {**self.initial, SEEN: _fingerprint(self.initial)}

    def full_clean(self):
        super().full_clean()
        if not self.is_bound or SEEN not in self.fields:
            return
        seen, now = self.cleaned_data.pop(SEEN, ""), self.initial[SEEN]
        if seen and seen != now:
            self.data = self.data.copy()
            self.data[self.add_prefix(SEEN)] = now
            self.add_error(None, ValidationError(CHANGED_MEANWHILE, code="changed_meanwhile"))

    def add_domain_error(self, error: DomainError):
        """Show what a business rule said, at its field if the form has it."""
        field = error.field if error.field in self.fields else None
        messages = [error.message, *error.reasons]
        for message in messages:
            self.add_error(field, ValidationError(message, code=error.code))


def _fingerprint(values):
    """The same for the same values, in any order."""
    text = repr(sorted((name, str(value)) for name, value in values.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _speak_plainly(field):
    """Say what to do instead of "This field is required"; a field's own words are kept."""
    if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
        field.error_messages["required"] = next(
            words for kinds, words in MISSING if isinstance(field, kinds)
        )
    if isinstance(field, forms.EmailField):
        field.validators = [v for v in field.validators if not isinstance(v, EmailValidator)]
        field.validators.append(EmailValidator(BAD_EMAIL))


class Form(FormBase, forms.Form):
    """A form that is not bound to one model."""


class PlainFieldsMetaclass(ModelFormMetaclass):
    """Gives a model form our own fields for days, times and numbers."""

    def __new__(mcs, name, bases, attrs):
        meta = attrs.get("Meta")
        if meta is not None and not hasattr(meta, "formfield_callback"):
            meta.formfield_callback = staticmethod(plain_formfield)
        return super().__new__(mcs, name, bases, attrs)


def plain_formfield(db_field, **kwargs):
    """The form field of a model field, of our own kind where there is one."""
    kind = next((ours for theirs, ours in OWN_FIELDS if type(db_field) in theirs), None)
    if kind is None or db_field.choices or "form_class" in kwargs:
        return db_field.formfield(**kwargs)
    field = db_field.formfield(form_class=kind, **kwargs)
    field.help_text = field.help_text or kind.hint
    return field


class ModelForm(FormBase, forms.ModelForm, metaclass=PlainFieldsMetaclass):
    """A form that validates the shape of one model's fields; an action does the writing."""


class FilterForm(Form):
    """A GET form above a list. Its `q` field, if any, is the search box."""

    form_method = "get"
    submit_label = _("Show")
    mark_optional = False
    use_required_attribute = False

    def __init__(self, *args, user=None, **kwargs):
        self.user = user
        kwargs.setdefault("auto_id", "filter_%s")
        super().__init__(*args, **kwargs)

    def apply(self, rows):
        """The rows that fit; with an invalid filter, all of them (the form says what is wrong)."""
        return self.narrow(rows, self.cleaned_data) if self.is_valid() else rows

    @property
    def wanted(self):
        """{name: value} of what is asked for; with an invalid filter, nothing."""
        if not self.is_valid():
            return {}
        return {name: value for name, value in self.cleaned_data.items() if value}

    def narrow(self, rows, wanted):
        """Narrow the queryset by the cleaned data. Every subclass answers this."""
        raise NotImplementedError

    @property
    def filters(self):
        """The bound fields beside the search box."""
        return [field for field in self.visible_fields() if field.name != "q"]

    @property
    def in_use(self):
        """How many filters the address asks for, the search box not counted."""
        return sum(_is_given(field.data) for field in self.filters)


def _is_given(data):
    """True if a filter was set: a lookup and a list of boxes hold several values."""
    return any(data) if isinstance(data, list | tuple) else bool(data)


# --- Dates, times, numbers -----------------------------------------------------------------


class DateInput(forms.DateInput):
    """A text box for a date: what was typed is never lost. A script adds a calendar button."""

    def __init__(self, attrs=None):
        base = {"data-calendar": _("Choose a date in the calendar"), "autocomplete": "off"}
        super().__init__(attrs=base | (attrs or {}))


class DateField(forms.DateField):
    """A day near now, such as a shift's. Accepts 3.5.2026, 03-05-26, 3/5 2026 and 2026-05-03."""

    widget = DateInput
    hint = _("For example 24.12.2026")
    default_error_messages = {
        "invalid": _("Write the date as day, month and year, for example 24.12.2026."),
    }

    def __init__(self, **kwargs):
        kwargs.setdefault("help_text", self.hint)
        super().__init__(**kwargs)

    def to_python(self, value):
        if isinstance(value, str):
            value = re.sub(r"[\s./-]+", ".", value.strip()).strip(".")
            if re.fullmatch(r"\d{4}\.\d{1,2}\.\d{1,2}", value):
                value = value.replace(".", "-")
        return super().to_python(value)


class TimeInput(forms.TimeInput):
    """A text box for a time of day."""

    def __init__(self, attrs=None):
        super().__init__(attrs={"inputmode": "text", "autocomplete": "off"} | (attrs or {}))

    def format_value(self, value):
        if value in EMPTY_VALUES or isinstance(value, str):
            return value
        return formats.time_format(value, "TIME_FORMAT")


class TimeField(forms.TimeField):
    """A time of day. Accepts 15.30, 15:30, 1530 and 15, also after "kl."."""

    widget = TimeInput
    hint = _("For example 15.30")
    default_error_messages = {
        "invalid": _("Write the time with hours and minutes, for example 15.30."),
    }

    def __init__(self, **kwargs):
        kwargs.setdefault("help_text", self.hint)
        super().__init__(**kwargs)

    def to_python(self, value):
        if isinstance(value, str):
            value = re.sub(r"^kl\.?\s*", "", value.strip(), flags=re.IGNORECASE)
        return super().to_python(value)


class DatePartsWidget(forms.MultiWidget):
    """Day, month and year in a box each, in a fieldset. The focus does not jump by itself."""

    template_name = "dkfds/widgets/date_parts.html"
    use_fieldset = True
    parts = (
        ("day", _("Day"), 2, "bday-day"),
        ("month", _("Month"), 2, "bday-month"),
        ("year", _("Year"), 4, "bday-year"),
    )

    def __init__(self, attrs=None, *, birthday=False):
        boxes = {
            name: forms.TextInput(
                attrs={"inputmode": "numeric", "maxlength": length}
                | ({"autocomplete": token} if birthday else {})
            )
            for name, _label, length, token in self.parts
        }
        super().__init__(boxes, attrs)

    def decompress(self, value):
        return [value.day, value.month, value.year] if value else [None, None, None]

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        boxes = context["widget"]["subwidgets"]
        for box, (part, label, _length, _token) in zip(boxes, self.parts, strict=True):
            box["part"] = part
            box["label"] = label
            box["attrs"]["class"] = "form-input"
        return context


class DatePartsField(forms.MultiValueField):
    """A date one knows by heart, such as a date of birth, in three boxes.

    Source: Det Fælles Designsystem, "Datofelter": separate fields for known dates.
    """

    widget = DatePartsWidget
    default_error_messages = {
        "required": _("Write day, month and year."),
        "incomplete": _("Write day, month and year: one of them is missing."),
        "invalid": _("There is no such date. Look at day, month and year again."),
        "year": _("Write the year with four digits, for example 1948."),
    }

    def __init__(self, *, birthday=False, **kwargs):
        fields = [forms.CharField(required=False) for _ in range(3)]
        kwargs.setdefault("widget", DatePartsWidget(birthday=birthday))
        kwargs.setdefault("help_text", _("For example 24 12 1948"))
        super().__init__(fields, require_all_fields=False, **kwargs)

    def clean(self, value):
        parts = [str(part or "").strip() for part in value or ["", "", ""]]
        if not any(parts):
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        if not all(parts):
            raise ValidationError(self.error_messages["incomplete"], code="incomplete")
        day = self.compress(parts)
        self.run_validators(day)
        return day

    def compress(self, data_list):
        if not data_list:
            return None
        if not all(re.fullmatch(r"[0-9]{1,4}", part) for part in data_list):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        day, month, year = map(int, data_list)
        if year < 1000:
            raise ValidationError(self.error_messages["year"], code="year")
        try:
            return date(year, month, day)
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class DecimalField(forms.DecimalField):
    """A number with the decimal comma of the language; a text box, so that nothing is lost."""

    hint = ""

    def __init__(self, **kwargs):
        kwargs.setdefault("localize", True)
        kwargs.setdefault("widget", forms.TextInput(attrs=NUMBER_BOX | {"inputmode": "decimal"}))
        super().__init__(**kwargs)


# --- Contact -------------------------------------------------------------------------------


class PhoneField(forms.CharField):
    """A telephone number, kept in E.164 and shown as people write it."""

    def __init__(self, **kwargs):
        kwargs.setdefault("max_length", 30)
        kwargs.setdefault(
            "widget",
            forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "class": "input-width-s"}),
        )
        super().__init__(**kwargs)

    def clean(self, value):
        return normalise_phone(super().clean(value))

    def prepare_value(self, value):
        if isinstance(value, str) and re.fullmatch(r"\+45\d{8}", value):
            return " ".join(re.findall("..", value[3:]))
        return value


class CheckboxList(forms.MultipleChoiceField):
    """Several answers to one question, as a group of checkboxes."""

    widget = forms.CheckboxSelectMultiple


# --- Looking up one of many ----------------------------------------------------------------


class Looked(NamedTuple):
    """What a lookup field sends: the chosen key, and the words typed in its search box."""

    choice: str
    query: str


class LookupWidget(forms.Widget):
    """A search box and, under it, the hits as radio buttons.

    With JavaScript the hits come as one types (htmx asks the field's address); without, the
    button beside the box sends the form, which comes back with the hits to choose from.
    """

    template_name = "dkfds/widgets/lookup.html"
    use_fieldset = True
    field = None  # set by LookupField, which finds and names the lines
    url = ""

    def value_from_datadict(self, data, files, name):
        return Looked(data.get(name, ""), data.get(f"{name}_q", "").strip())

    def value_omitted_from_data(self, data, files, name):
        return name not in data and f"{name}_q" not in data

    def first_id(self, auto_id):
        """The id of the search box."""
        return f"{auto_id}_q"

    def id_for_label(self, id_):
        return ""

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        looked = value if isinstance(value, Looked) else Looked(str(value or ""), "")
        chosen = self.field.hit_of(looked.choice) if looked.choice else None
        hits = self.field.hits(looked.query) if looked.query and not chosen else []
        context["widget"] |= {"query": looked.query, "url": str(self.url)}
        context["lookup"] = lookup_context(
            name=name,
            id=context["widget"]["attrs"].get("id", f"id_{name}"),
            query=looked.query,
            hits=[chosen] if chosen else hits,
            chosen=chosen.value if chosen else "",
        )
        context["lookup"]["invalid"] = bool((attrs or {}).get("aria-invalid"))
        return context


class Hit(NamedTuple):
    """One line of a lookup: the key, its name, and a word that tells it from others."""

    value: str
    label: str
    hint: str = ""


def lookup_context(*, name, id, query, hits, chosen=""):
    """The context of `components/lookup_results.html`.

    The contract of a lookup address: GET `?q=words&name=<field name>&id=<field id>` answers
    that template with at most ten hits, already limited to what the user may see:

        return render(request, "components/lookup_results.html", {"lookup": forms.lookup_context(
            name=request.GET["name"], id=request.GET["id"], query=q, hits=hits)})
    """
    return {
        "name": name,
        "id": id,
        "query": query,
        "hits": hits,
        "chosen": str(chosen),
        "invalid": False,
    }


class LookupField(forms.Field):
    """One of very many, found by typing a part of its name. `ModelLookupField` is for rows.

    A subclass answers `hits(query)`, `hit_of(key)` and `value_of(key)`; the cleaned value is
    what `value_of` returns. `url` is the lookup address (see `lookup_context`).
    """

    widget = LookupWidget
    default_error_messages = {
        "choose": _("Choose one of the lines below the search box."),
        "nothing": _("Nothing was found for “%(query)s”. Try a shorter part of the name."),
        "gone": _("This choice is no longer there. Search again."),
    }

    def __init__(self, *, url="", **kwargs):
        super().__init__(**kwargs)
        self.widget.url = url
        self.widget.field = self

    def __deepcopy__(self, memo):
        copy = super().__deepcopy__(memo)
        copy.widget.field = copy
        return copy

    def hits(self, query):
        """At most LOOKUP_LIMIT lines for the words typed."""
        raise NotImplementedError

    def hit_of(self, key):
        """The line of a key, or None if there is no such choice."""
        raise NotImplementedError

    def value_of(self, key):
        """The cleaned value of a key. Raises LookupError if there is no such choice."""
        raise NotImplementedError

    def clean(self, value):
        looked = value if isinstance(value, Looked) else Looked(str(value or ""), "")
        if not looked.choice and looked.query:
            code = "choose" if self.hits(looked.query) else "nothing"
            message = self.error_messages[code] % {"query": looked.query}
            raise ValidationError(message, code=code)
        if not looked.choice:
            return super().clean(None)
        try:
            return super().clean(self.value_of(looked.choice))
        except LookupError:
            raise ValidationError(self.error_messages["gone"], code="gone") from None

    def has_changed(self, initial, data):
        choice = data.choice if isinstance(data, Looked) else data
        return str(initial or "") != str(choice or "")


class ModelLookupField(LookupField):
    """One of very many rows. The cleaned value is the row.

    `search(queryset, words)` narrows the queryset; `line(row)` names a row and `hint(row)` tells
    two of the same name apart. The queryset must already be limited to what the user may see
    (set `form.fields[...].queryset` in the form's `__init__`, to it or to a function that returns
    it, called when it is needed): what lies outside does not exist.
    At most two queries when the form is shown or checked, none when the field is empty.
    """

    def __init__(self, queryset, *, search, line=str, hint=lambda row: "", **kwargs):
        super().__init__(**kwargs)
        self.queryset = queryset
        self.search = search
        self.label_of = line
        self.hint_of = hint

    def __deepcopy__(self, memo):
        copy = super().__deepcopy__(memo)
        copy.queryset = self._queryset
        return copy

    @property
    def queryset(self):
        if callable(self._queryset):
            self._queryset = self._queryset()
        return self._queryset.all()

    @queryset.setter
    def queryset(self, rows):
        self._queryset = rows

    def prepare_value(self, value):
        return value.pk if isinstance(value, models.Model) else value

    def hits(self, query):
        return [self.hit(row) for row in self.search(self.queryset, query)[:LOOKUP_LIMIT]]

    def hit(self, row):
        """A row as a line."""
        return Hit(str(row.pk), self.label_of(row), self.hint_of(row))

    def hit_of(self, key):
        try:
            return self.hit(self.value_of(key))
        except LookupError:
            return None

    def value_of(self, key):
        try:
            return self.queryset.get(pk=key)
        except (ValueError, TypeError, OverflowError, self.queryset.model.DoesNotExist):
            raise LookupError(key) from None


class IntegerField(forms.IntegerField):
    """A whole number, in a text box: a number box throws away what is not a number."""

    hint = ""
    default_error_messages = {"invalid": _("Write a whole number with digits, for example 12.")}

    def __init__(self, **kwargs):
        kwargs.setdefault("widget", forms.TextInput(attrs=NUMBER_BOX))
        super().__init__(**kwargs)


OWN_FIELDS = (
    ({models.DateField}, DateField),
    ({models.TimeField}, TimeField),
    ({models.DecimalField}, DecimalField),
    (
        {
            models.IntegerField,
            models.SmallIntegerField,
            models.PositiveIntegerField,
            models.PositiveSmallIntegerField,
        },
        IntegerField,
    ),
)


# --- Django's own, so that one import serves ------------------------------------------------

BooleanField = forms.BooleanField
CharField = forms.CharField
ChoiceField = forms.ChoiceField
EmailField = forms.EmailField
FileField = forms.FileField
ModelChoiceField = forms.ModelChoiceField
ModelMultipleChoiceField = forms.ModelMultipleChoiceField
MultipleChoiceField = forms.MultipleChoiceField
TypedChoiceField = forms.TypedChoiceField
CheckboxSelectMultiple = forms.CheckboxSelectMultiple
HiddenInput = forms.HiddenInput
MultipleHiddenInput = forms.MultipleHiddenInput
RadioSelect = forms.RadioSelect
Select = forms.Select
TextInput = forms.TextInput
Textarea = forms.Textarea

__all__ = [
    "BooleanField",
    "CharField",
    "CheckboxList",
    "CheckboxSelectMultiple",
    "ChoiceField",
    "DateField",
    "DateInput",
    "DatePartsField",
    "DatePartsWidget",
    "DecimalField",
    "EmailField",
    "FileField",
    "FilterForm",
    "Form",
    "FormBase",
    "HiddenInput",
    "Hit",
    "IntegerField",
    "LookupField",
    "LookupWidget",
    "ModelChoiceField",
    "ModelForm",
    "ModelLookupField",
    "ModelMultipleChoiceField",
    "MultipleChoiceField",
    "MultipleHiddenInput",
    "PhoneField",
    "RadioSelect",
    "Select",
    "TextInput",
    "Textarea",
    "TimeField",
    "TypedChoiceField",
    "ValidationError",
    "lookup_context",
]
