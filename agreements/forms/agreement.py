"""The forms of agreements: make, sign, paper, end, and the list's filter."""

from django import forms as django_forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements import library, queries, reminders
from agreements.models import Party, TemplateKind
from agreements.states import SIGNED_BY_ALL, AgreementState
from core import forms, scans
from core.errors import DomainError
from core.periods import today

STATES = (
    ("", _("All")),
    ("draft", _("Draft")),
    ("volunteer", _("Waits for the volunteer")),
    ("guardian", _("Waits for the guardian")),
    ("leader", _("Waits for the branch leader")),
    ("in_force", _("In force")),
    ("expiring", _("Runs out soon")),
    ("resign", _("To be signed again")),
    ("over", _("Ended, replaced or run out")),
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

    template = forms.ModelChoiceField(
        label=_("Template"),
        queryset=None,
        help_text=_("The one that suits is chosen. Choose another if you know better."),
    )
    guardian = forms.ModelChoiceField(
        label=_("Guardian who signs as well"), queryset=None, empty_label=None
    )

    def __init__(self, *args, others, guardians, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["template"].queryset = library.published().exclude(kind=TemplateKind.PARTNER)
        self.fields["guardian"].queryset = guardians
        if not guardians:
            del self.fields["guardian"]
        self.fields["others"].queryset = others
        self.fields["others"].label_from_instance = lambda one: one.site.activity.title
        if not others:
            del self.fields["others"]


class RenewForm(forms.Form):
    """From when to when the new agreement is to hold."""

    submit_label = _("Make the new agreement")

    starts_on = forms.DateField(
        label=_("First day"),
        help_text=_("The present agreement holds until all have signed the new one."),
    )
    ends_on = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Leave it empty if the agreement holds until one of you ends it."),
    )


class GuardianForm(forms.Form):
    """Who signs together with somebody under age."""

    submit_label = _("Save the guardian")

    name = forms.CharField(label=_("The guardian's name"), max_length=200)
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        help_text=_("The guardian's own, for the link to sign. Without it they sign on paper."),
    )
    phone = forms.CharField(label=_("Phone"), max_length=20, required=False)


class PartnerForm(forms.Form):
    """An agreement with an association: where, from which text, and who signs for it."""

    submit_label = _("Make the agreement")

    branch = forms.ModelChoiceField(label=_("Branch"), queryset=None)
    template = forms.ModelChoiceField(label=_("Template"), queryset=None, empty_label=None)
    contact_name = forms.CharField(label=_("Who signs for the association"), max_length=200)
    contact_email = forms.EmailField(
        label=_("E-mail"), help_text=_("The link to sign is sent to this address.")
    )
    starts_on = forms.DateField(label=_("First day"), initial=today)
    ends_on = forms.DateField(label=_("Last day"), required=False)

    def __init__(self, *args, branches, contact, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["branch"].queryset = branches
        self.fields["template"].queryset = library.published().filter(kind=TemplateKind.PARTNER)
        if contact is not None:
            del self.fields["contact_name"], self.fields["contact_email"]


class OwnEndForm(forms.Form):
    """The volunteer's own last day. No reason is asked for."""

    submit_label = _("End my agreement")
    submit_css = "button-warning"

    last_day = forms.DateField(label=_("My last day"), initial=today)


class SignForm(forms.Form):
    """The explicit act."""

    submit_label = _("Sign the agreement")

    accept = forms.BooleanField(
        label=_("I have read the agreement and sign it"),
        error_messages={"required": _("Tick the box to sign. Read the text first.")},
    )


class ScanField(django_forms.FileField):
    """A scanned paper; its clean value is a `core.scans.Scan`, or None."""

    widget = django_forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"})

    def __init__(self, **kwargs):
        kwargs.setdefault("label", _("The scanned paper"))
        kwargs.setdefault("help_text", _("A PDF, JPEG or PNG file of at most 10 MB."))
        super().__init__(**kwargs)

    def clean(self, data, initial=None):
        upload = super().clean(data, initial)
        if not upload:
            return None
        try:
            return scans.checked(upload, field=None)
        except DomainError as error:
            raise ValidationError(error.message, code=error.code) from error


class ScanForm(forms.Form):
    """The scan of a paper that is registered already."""

    submit_label = _("Keep the scan")

    scan = ScanField()


class PaperForm(forms.Form):
    """What stands on the paper: who, which party, which day; and a scan of it, if wanted.

    `parties`: (party, words) of those who have not signed.
    """

    submit_label = _("Register the signature")

    party = forms.ChoiceField(
        label=_("Who signed"), choices=Party.choices, widget=forms.RadioSelect
    )
    signer_name = forms.CharField(label=_("The name as it was signed"), max_length=200)
    signed_on = forms.DateField(label=_("Day of signing"), initial=today)
    scan = ScanField(required=False)

    def __init__(self, *args, parties, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["party"].choices = parties


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
    if state == "guardian":
        return sent.filter(guardian__isnull=False, guardian_has_signed=False)
    if state == "leader":
        return sent.filter(leader_has_signed=False)
    if state == "in_force":
        return rows.in_force(day)
    if state == "expiring":
        soon = reminders.expiring_agreements(day, reminders.warning_days()[-1])
        return rows.filter(pk__in=soon.values("pk"))
    if state == "resign":
        return rows.filter(pk__in=library.to_sign_again(day).values("pk"))
    if state == "over":
        return rows.filter(state__in=SIGNED_BY_ALL, ends_on__lt=day)
    if state == "unsealed":
        return rows.filter(pk__in=queries.unsealed(timezone.now()).values("pk"))
    if state in AgreementState.values:
        return rows.filter(state=state)
    return rows
