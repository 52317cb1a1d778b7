"""Forms about people: a new volunteer, and contact."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from coordination.forms.engagements import EngagementFields
from core import forms
from core.validators import validate_postcode


class ContactFields(forms.Form):
    """How to reach somebody. E-mail or phone: one of them is enough."""

    name = forms.CharField(label=_("Full name"), max_length=200)
    email = forms.EmailField(label=_("E-mail"), required=False)
    phone = forms.PhoneField(label=_("Phone"), required=False)
    postcode = forms.CharField(
        label=_("Postcode"), required=False, max_length=4, validators=[validate_postcode]
    )
    language = forms.ChoiceField(label=_("Language of messages"), choices=settings.LANGUAGES)
    birth_year = forms.IntegerField(
        label=_("Year of birth"),
        required=False,
        min_value=1900,
        max_value=2100,
        help_text=_("Only where the activity has a minimum age. Four digits, for example 1948."),
    )

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not (cleaned.get("email") or cleaned.get("phone")):
            self.add_error("email", _("Write an e-mail address or a phone number."))
        return cleaned


class NewVolunteerForm(EngagementFields, ContactFields):
    """A volunteer whom a coordinator types in, with their first engagement."""

    submit_label = _("Add the volunteer")
    field_order = ("name", "email", "phone", "postcode", "language", "birth_year")

    def person_values(self):
        """The cleaned data that belong to the person."""
        return {name: self.cleaned_data[name] for name in self.field_order}


class ContactForm(ContactFields):
    """Everything that may be changed about a person's contact."""

    submit_label = _("Save the contact")
    field_order = ("name", "email", "phone", "address", "postcode", "language")

    address = forms.CharField(label=_("Address"), required=False, max_length=200)
    birth_date = forms.DatePartsField(
        label=_("Date of birth"),
        required=False,
        help_text=_("Only where the year leaves a needed age limit open."),
    )
    protected_identity = forms.BooleanField(
        label=_("Protected name and address"),
        required=False,
        help_text=_("Name and contact are then shown only where they are strictly needed."),
    )
