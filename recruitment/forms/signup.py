"""The form with which a citizen signs up."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core import forms
from core.periods import today
from core.validators import validate_postcode
from recruitment.eligibility import asks_birth_year, minimum_age
from recruitment.models import Channel

OLDEST = 120


class AnswersForm(forms.Form):
    """What everybody is asked, known or not: languages, time, and how they heard of it."""

    submit_label = _("Sign up")

    languages = forms.CharField(
        label=_("Which languages do you speak?"),
        max_length=200,
        required=False,
        help_text=_("For example Danish, Arabic and a little German."),
    )
    availability = forms.CharField(
        label=_("When can you help?"),
        max_length=300,
        required=False,
        help_text=_("For example Tuesday afternoons, or every other week."),
    )
    channel = forms.ChoiceField(
        label=_("How did you hear about it?"),
        choices=[("", _("Choose")), *Channel.choices],
        required=False,
    )
    message = forms.CharField(
        label=_("Is there anything you would like to tell us?"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=1000,
        required=False,
        help_text=_(
            "Please do not write sensitive information here, "
            "such as your health or your CPR number."
        ),
    )


class SignUpForm(AnswersForm):
    """The whole form for somebody we do not know. Year of birth only where it is needed."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        help_text=_("Write an e-mail address or a phone number, so that we can reach you."),
    )
    phone = forms.PhoneField(label=_("Phone"), required=False)
    postcode = forms.CharField(
        label=_("Postcode"),
        max_length=4,
        validators=[validate_postcode],
        widget=forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "postal-code",
                "class": "input-width-xs",
            }
        ),
    )
    birth_year = forms.IntegerField(label=_("What year were you born?"))

    field_order = (
        "name",
        "email",
        "phone",
        "postcode",
        "birth_year",
        "languages",
        "availability",
        "channel",
        "message",
    )

    def __init__(self, *args, activity, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["autocomplete"] = "email"
        if asks_birth_year(activity):
            self.fields["birth_year"].help_text = _(
                "We ask because this activity is for people of %(age)d and above. "
                "Write four digits, for example 1956."
            ) % {"age": minimum_age(activity)}
        else:
            del self.fields["birth_year"]

    def clean_name(self):
        name = " ".join(self.cleaned_data["name"].split())
        if not any(letter.isalpha() for letter in name):
            raise ValidationError(_("Write your name with letters."), code="name")
        return name

    def clean_birth_year(self):
        year = self.cleaned_data["birth_year"]
        if not today().year - OLDEST <= year <= today().year:
            raise ValidationError(
                _("Write the year you were born with four digits, for example 1956."),
                code="birth_year",
            )
        return year

    def clean(self):
        cleaned = super().clean()
        reachable = cleaned.get("email") or cleaned.get("phone")
        if not reachable and not {"email", "phone"} & self.errors.keys():
            self.add_error(
                "email",
                ValidationError(
                    _("Write an e-mail address or a phone number, so that we can reach you."),
                    code="unreachable",
                ),
            )
        return cleaned
