"""Fields of our own: text boxes that keep what was typed and say what to write."""

import re
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EMPTY_VALUES
from django.db import models
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from core.validators import normalise_phone

NUMBER_BOX = {"inputmode": "numeric", "autocomplete": "off", "class": "input-width-xs"}


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


class IntegerField(forms.IntegerField):
    """A whole number, in a text box: a number box throws away what is not a number."""

    hint = ""
    default_error_messages = {"invalid": _("Write a whole number with digits, for example 12.")}

    def __init__(self, **kwargs):
        kwargs.setdefault("widget", forms.TextInput(attrs=NUMBER_BOX))
        super().__init__(**kwargs)


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


# The kinds of model field that get a field of ours.
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
