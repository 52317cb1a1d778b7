"""The forms of attestations. No free text about anybody and no file, ever."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from agreements import cpr, reminders
from agreements.actions.attestations import OUTCOMES
from agreements.models import AttestationKind
from agreements.states import AT_THE_POLICE, CLOSING, AttestationState
from core import forms
from core.periods import today

SHOWN = (
    ("", _("All")),
    ("details", _("Waiting for the CPR number")),
    ("ordered", _("Ordered, waiting for the answer")),
    ("unanswered", _("The time to consent ran out")),
    ("received", _("To be assessed")),
    ("approved", _("In order")),
    ("expiring", _("Runs out soon")),
    ("expired", _("Run out")),
    ("closed", _("Closed for activities with children")),
)
HOW = (
    ("request", _("Ask the volunteer for the CPR number, and order it on a list")),
    ("ordered", _("I have ordered it myself already")),
    ("paper", _("On paper, for somebody without Digital Post or a CPR number")),
)
SEEN = ("seen", _("The volunteer has shown a private certificate, and it is assessed"))


class OrderForm(forms.Form):
    """Which certificate, and how."""

    submit_label = _("Go on")

    kind = forms.ChoiceField(
        label=_("Which certificate"), choices=AttestationKind, widget=forms.RadioSelect
    )
    how = forms.ChoiceField(label=_("How"), choices=HOW, widget=forms.RadioSelect)

    def __init__(self, *args, may_assess, **kwargs):
        super().__init__(*args, **kwargs)
        if may_assess:
            self.fields["how"].choices = [*HOW, SEEN]

    def clean(self):
        values = super().clean()
        if values.get("how") == "seen" and values.get("kind") != AttestationKind.PRIVATE_RECORD:
            self.add_error("how", _("Only a private criminal record certificate can be shown."))
        return values


class CprForm(forms.Form):
    """One's CPR number. What looks mistyped is asked about once, and never refused."""

    submit_label = _("Save the CPR number")

    cpr = forms.CharField(
        label=_("CPR number"),
        max_length=20,
        help_text=_("Ten digits. It is kept encrypted, and deleted when the answer is here."),
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "class": "input-width-s"}
        ),
    )
    sure = forms.BooleanField(label=_("The number is right"), required=False)

    def __init__(self, *args, person, **kwargs):
        super().__init__(*args, **kwargs)
        self.person = person
        if not self.is_bound:
            del self.fields["sure"]

    def clean_cpr(self):
        return cpr.digits(self.cleaned_data["cpr"])

    def clean(self):
        values = super().clean()
        found = cpr.doubts(values["cpr"], self.person, today()) if "cpr" in values else []
        if not found:
            self.fields.pop("sure", None)
        elif not values.get("sure"):
            text = _("%(doubt)s Look at it again, and tick below if the number is right.")
            self.add_error("cpr", ValidationError(text % {"doubt": found[0]}, code="doubt"))
        return values


class AssessForm(forms.Form):
    """The outcome, and the number of the case elsewhere if there is one."""

    submit_label = _("Register the outcome")

    outcome = forms.ChoiceField(
        label=_("What did you assess?"),
        choices=[(state.value, state.label) for state in OUTCOMES],
        widget=forms.RadioSelect,
        help_text=_("Delete the certificate itself when you have assessed it."),
    )
    case_reference = forms.CharField(
        label=_("Number of the case in the municipality's case system"),
        max_length=40,
        required=False,
        help_text=_("Only the number. Never write anything from the certificate."),
    )


class SuspendForm(forms.Form):
    """The number of the case that holds the reason."""

    submit_label = _("Suspend it")
    submit_css = "button-warning"

    case_reference = forms.CharField(
        label=_("Number of the case in the municipality's case system"),
        max_length=40,
        required=False,
        help_text=_("Only the number. The reason stands in the case, never here."),
    )


class BatchForm(forms.Form):
    """For which branch and which certificate a list of orders is made."""

    submit_label = _("Make the list")

    branch = forms.ModelChoiceField(label=_("For"), queryset=None, empty_label=None)
    kind = forms.ChoiceField(
        label=_("Which certificate"),
        choices=AttestationKind,
        initial=AttestationKind.CHILD_CERTIFICATE,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args, branches, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["branch"].queryset = branches


class AttestationFilter(forms.FilterForm):
    """By what is to be done."""

    show = forms.ChoiceField(label=_("Status"), choices=SHOWN, required=False)

    def narrow(self, rows, wanted):
        day = today()
        approved = rows.valid_on(day)
        soon = day + timedelta(days=reminders.warning_days()[-1])
        at_police = rows.filter(state__in=AT_THE_POLICE)
        return {
            "details": rows.filter(state=AttestationState.DETAILS),
            "ordered": at_police.exclude(pk__in=rows.unanswered(day).values("pk")),
            "unanswered": rows.unanswered(day),
            "received": rows.filter(state=AttestationState.RECEIVED),
            "approved": approved,
            "expiring": approved.filter(valid_until__lte=soon),
            "expired": rows.filter(state=AttestationState.APPROVED, valid_until__lt=day),
            "closed": rows.filter(state__in=CLOSING),
        }.get(wanted["show"], rows)
