"""What every form has: a crispy helper, a button, plain words, errors from business rules."""

import hashlib

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.forms.models import ModelFormMetaclass
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from core.forms.fields import OWN_FIELDS

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
