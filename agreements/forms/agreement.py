"""The forms of agreements: make, sign, paper, end, and the list's filter."""

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements import queries, reminders
from agreements.models import Party
from agreements.states import AgreementState
from core import forms
from core.periods import today

STATES = (
    ("", _("All")),
    ("draft", _("Draft")),
    ("volunteer", _("Waits for the volunteer")),
    ("leader", _("Waits for the branch leader")),
    ("in_force", _("In force")),
    ("expiring", _("Runs out soon")),
    ("over", _("Ended or run out")),
    ("unsealed", _("Signed document not made")),
    ("withdrawn", _("Withdrawn")),
)


class MakeForm(forms.Form):
    """From when to when, and which other engagements of the volunteer here it covers."""

    submit_label = _("Make the agreement")

    starts_on = forms.DateField(label=_("First day"))
    ends_on = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Leave it empty if the agreement holds until one of you ends it."),
    )
    others = forms.ModelMultipleChoiceField(
        label=_("Let it cover these as well"),
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args, others, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["others"].queryset = others
        self.fields["others"].label_from_instance = lambda one: one.site.activity.title
        if not others:
            del self.fields["others"]


class SignForm(forms.Form):
    """The explicit act."""

    submit_label = _("Sign the agreement")

    accept = forms.BooleanField(
        label=_("I have read the agreement and sign it"),
        error_messages={"required": _("Tick the box to sign. Read the text first.")},
    )


class PaperForm(forms.Form):
    """What stands on the paper: who, which party, which day."""

    submit_label = _("Register the signature")

    party = forms.ChoiceField(
        label=_("Who signed"), choices=Party.choices, widget=forms.RadioSelect
    )
    signer_name = forms.CharField(label=_("The name as it was signed"), max_length=200)
    signed_on = forms.DateField(label=_("Day of signing"), initial=today)

    def __init__(self, *args, parties, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["party"].choices = [one for one in Party.choices if one[0] in parties]


class EndForm(forms.Form):
    """The last day. No reason is asked for."""

    submit_label = _("End the agreement")
    submit_css = "button-warning"

    last_day = forms.DateField(label=_("Last day"), initial=today)


class AgreementFilter(forms.FilterForm):
    """By state and by branch."""

    state = forms.ChoiceField(label=_("Status"), choices=STATES, required=False)
    branch = forms.ModelChoiceField(label=_("Branch"), queryset=None, required=False)

    def __init__(self, *args, branches, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["branch"].queryset = branches
        self.fields["branch"].empty_label = _("All")

    def narrow(self, rows, wanted):
        if wanted["branch"]:
            rows = rows.filter(branch__path__startswith=wanted["branch"].path)
        return _in_state(rows, wanted["state"])


def _in_state(rows, state):
    day = today()
    sent = rows.filter(state=AgreementState.SENT)
    if state == "volunteer":
        return sent.filter(volunteer_has_signed=False)
    if state == "leader":
        return sent.filter(leader_has_signed=False)
    if state == "in_force":
        return rows.in_force(day)
    if state == "expiring":
        soon = reminders.expiring_agreements(day, reminders.warning_days()[-1])
        return rows.filter(pk__in=soon.values("pk"))
    if state == "over":
        signed = Q(state__in=(AgreementState.CONCLUDED, AgreementState.ENDED))
        return rows.filter(signed, ends_on__lt=day)
    if state == "unsealed":
        return rows.filter(pk__in=queries.unsealed(timezone.now()).values("pk"))
    if state in AgreementState.values:
        return rows.filter(state=state)
    return rows
