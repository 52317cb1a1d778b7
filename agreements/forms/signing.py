"""The forms behind a signing link."""

from django.utils.translation import gettext_lazy as _

from core import forms


class SendCodeForm(forms.Form):
    """One button: opening the page sends nothing, since mail scanners open links."""

    submit_label = _("Send me a code")


class CodeForm(forms.Form):
    """The six digits."""

    submit_label = _("Go on to the agreement")

    code = forms.CharField(
        label=_("The code from the e-mail"),
        max_length=12,
        help_text=_("Six digits"),
        widget=forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "class": "input-width-s",
            }
        ),
    )
