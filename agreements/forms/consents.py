"""Forms about consents and the declaration of confidentiality."""

from django.utils.translation import gettext_lazy as _

from agreements import consents
from agreements.models import ConsentKind
from coordination.models import Branch
from core import forms
from core.periods import today


class AskForm(forms.Form):
    """Which pictures, and where they are shown."""

    submit_label = _("Ask the volunteer")

    branch = forms.ModelChoiceField(label=_("For which branch"), queryset=Branch.objects.none())
    context = forms.CharField(
        label=_("Which pictures"),
        max_length=200,
        help_text=_("For example: pictures from the homework cafe in March 2026"),
    )
    places = forms.CharField(
        label=_("Where they are shown"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One place on each line. It is what must be taken down if they say no later."),
    )

    def __init__(self, *args, branches, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["branch"].queryset = branches


class GuardianField(forms.CharField):
    """The guardian who said yes for somebody too young; on paper, to staff."""

    def __init__(self, **kwargs):
        super().__init__(
            label=_("Guardian who said yes"),
            max_length=200,
            required=False,
            help_text=_("Needed for volunteers who are too young to consent alone."),
            **kwargs,
        )


class RegisterForm(forms.Form):
    """A consent on paper, or said to staff: to what."""

    submit_label = _("Register the consent")

    kind = forms.ChoiceField(
        label=_("What for"),
        choices=[(kind.value, kind.label) for kind in ConsentKind if kind in consents.UNASKED],
        widget=forms.RadioSelect,
    )
    guardian = GuardianField()


class AnswerForm(forms.Form):
    """What the volunteer answered on paper."""

    submit_label = _("Register the answer")

    answer = forms.ChoiceField(
        label=_("What did they answer?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        widget=forms.RadioSelect,
    )
    guardian = GuardianField()


class DeclarationForm(forms.Form):
    """A declaration of confidentiality on paper."""

    submit_label = _("Register the declaration")

    signer_name = forms.CharField(label=_("The name as it was signed"), max_length=200)
    signed_on = forms.DateField(label=_("Day of signing"), initial=today)


class OwnDeclarationForm(forms.Form):
    """The volunteer's own explicit act."""

    submit_label = _("Sign the declaration")

    accept = forms.BooleanField(
        label=_("I have read the declaration and promise to keep it"),
        error_messages={"required": _("Tick the box to sign. Read the text first.")},
    )
