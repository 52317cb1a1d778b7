"""Forms about messages that did not arrive."""

from django.utils.translation import gettext_lazy as _

from core import forms

AGAIN, LETTER, TOLD = "again", "letter", "told"


class NotArrivedForm(forms.Form):
    """What is to be done about one message."""

    submit_label = _("Save")

    deed = forms.ChoiceField(
        label=_("What do you want to do?"),
        choices=[
            (AGAIN, _("Send it again, to where the person is reached now")),
            (LETTER, _("Send it as a letter")),
            (TOLD, _("Nothing more: I have told the person")),
        ],
        widget=forms.RadioSelect,
        initial=AGAIN,
    )
