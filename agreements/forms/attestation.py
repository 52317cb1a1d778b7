"""The forms of attestations: assess, and the list's filter. No free text and no file, ever."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from agreements import reminders
from agreements.actions.attestations import OUTCOMES
from agreements.states import AttestationState
from core import forms
from core.periods import today

SHOWN = (
    ("", _("All")),
    ("ordered", _("Ordered, waiting for the answer")),
    ("unanswered", _("The time to consent ran out")),
    ("approved", _("In order")),
    ("expiring", _("Runs out soon")),
    ("closed", _("Not approved or suspended")),
)


class AssessForm(forms.Form):
    """The outcome, and nothing else."""

    submit_label = _("Register the outcome")

    outcome = forms.ChoiceField(
        label=_("What did you assess?"),
        choices=[(state.value, state.label) for state in OUTCOMES],
        widget=forms.RadioSelect,
        help_text=_("Delete the certificate itself when you have assessed it."),
    )


class AttestationFilter(forms.FilterForm):
    """By what is to be done."""

    show = forms.ChoiceField(label=_("Status"), choices=SHOWN, required=False)

    def narrow(self, rows, wanted):
        day = today()
        ordered = rows.filter(state=AttestationState.ORDERED)
        approved = rows.valid_on(day)
        closed = (AttestationState.NOT_APPROVED, AttestationState.SUSPENDED)
        soon = day + timedelta(days=reminders.warning_days()[-1])
        return {
            "ordered": ordered.filter(consent_until__gte=day),
            "unanswered": ordered.filter(consent_until__lt=day),
            "approved": approved,
            "expiring": approved.filter(valid_until__lte=soon),
            "closed": rows.filter(state__in=closed),
        }.get(wanted["show"], rows)
