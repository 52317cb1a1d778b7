"""The forms on a volunteer's own pages."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from coordination.forms.shifts import role_words
from core import forms
from core.validators import validate_postcode


class OwnContactForm(forms.Form):
    """One's own contact and wishes. E-mail or phone: one of them is enough."""

    submit_label = _("Save")

    email = forms.EmailField(label=_("E-mail"), required=False)
    phone = forms.PhoneField(label=_("Phone"), required=False)
    address = forms.CharField(label=_("Address"), required=False, max_length=200)
    postcode = forms.CharField(
        label=_("Postcode"), required=False, max_length=4, validators=[validate_postcode]
    )
    language = forms.ChoiceField(label=_("Language of messages"), choices=settings.LANGUAGES)
    languages = forms.CharField(label=_("Languages I speak"), required=False, max_length=200)
    availability = forms.CharField(
        label=_("When I can help"),
        required=False,
        max_length=300,
        help_text=_("For example Tuesday afternoons. Write nothing about health."),
    )
    wants_community = forms.BooleanField(
        label=_("I would like to be invited to social events"), required=False
    )

    def __init__(self, *args, sign_in="", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].help_text = _("You still sign in with %(email)s.") % {"email": sign_in}

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not (cleaned.get("email") or cleaned.get("phone")):
            self.add_error("email", _("Write an e-mail address or a phone number."))
        return cleaned


class OwnRoleForm(forms.Form):
    """Which of a shift's roles one would like; `roles` are RoleStands as a newcomer finds them."""

    mark_optional = False

    def __init__(self, *args, roles, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["role"] = forms.ChoiceField(
            label=_("Which role would you like?"),
            required=False,
            choices=[
                ("", _("Whichever role is needed most")),
                *((one.role.name, role_words(one)) for one in roles),
            ],
            widget=forms.RadioSelect,
        )
