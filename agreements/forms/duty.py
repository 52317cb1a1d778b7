"""The three questions about an activity, and an association's declaration."""

from django.utils.translation import gettext_lazy as _

from agreements.models import AttestationDuty
from coordination.models import Tie
from core import forms
from core.periods import today

YES_NO = (("yes", _("Yes")), ("no", _("No")))


class QuestionForm(forms.Form):
    """One question; the answers so far go along in the address."""

    form_method = "get"
    submit_label = _("Next")
    mark_optional = False

    def __init__(self, *args, carried, **kwargs):
        super().__init__(*args, **kwargs)
        for name, value in carried.items():
            self.fields[name] = forms.CharField(widget=forms.HiddenInput, initial=value)


class ContactForm(QuestionForm):
    contact = forms.ChoiceField(
        label=_("Do the tasks bring direct contact with children under 15?"),
        help_text=_("For example helping a child with homework, or reading aloud for a group."),
        choices=YES_NO,
        widget=forms.RadioSelect,
    )


class AmongForm(QuestionForm):
    among = forms.ChoiceField(
        label=_("Are the volunteers regularly among children under 15?"),
        help_text=_("So that direct contact can come of it, even if it is not the task."),
        choices=YES_NO,
        widget=forms.RadioSelect,
    )


class TieForm(QuestionForm):
    tie = forms.ChoiceField(
        label=_("How are the volunteers tied to the activity?"),
        help_text=_("Fixed: the same people come again and again. Occasional: once, or seldom."),
        choices=Tie,
        widget=forms.RadioSelect,
    )


QUESTIONS = {"contact": ContactForm, "among": AmongForm, "tie": TieForm}


class DecisionForm(forms.Form):
    """What follows from the answers, and what the activity has of its own."""

    submit_label = _("Save the answer")

    legal_order = forms.ChoiceField(label=_("The order that applies"), required=False)
    chosen = forms.ChoiceField(
        label=_("Child certificate"), choices=AttestationDuty, widget=forms.RadioSelect
    )
    other_reason = forms.CharField(
        label=_("Why another answer"),
        max_length=300,
        required=False,
        help_text=_("Only if you choose something else than the questions lead to."),
    )
    certificate_months = forms.IntegerField(
        label=_("Renewed after so many months here"),
        min_value=1,
        max_value=120,
        required=False,
        help_text=_("Leave it empty to follow the municipality."),
    )
    criminal_record = forms.ChoiceField(
        label=_("Criminal record certificate"),
        choices=AttestationDuty,
        widget=forms.RadioSelect,
        help_text=_("A certificate of its own, for example where one visits people at home."),
    )
    public_record = forms.BooleanField(
        label=_("It is the one for authorities, not a private one"), required=False
    )

    def __init__(self, *args, orders, choices, **kwargs):
        super().__init__(*args, **kwargs)
        none = ("", _("None, or not decided"))
        self.fields["legal_order"].choices = [none, *((one, one) for one in orders)]
        self.fields["chosen"].choices = [(one.value, one.label) for one in choices]
        if len(choices) == 1:
            del self.fields["other_reason"]


class DeclarationForm(forms.Form):
    """What the association has signed, and which volunteers it confirms."""

    submit_label = _("Register the declaration")

    signed_on = forms.DateField(label=_("Day of signing"), initial=today)
    signer_name = forms.CharField(label=_("The name as it was signed"), max_length=200)
    volunteers = forms.CheckboxList(
        label=_("The association confirms a child certificate for"),
        required=False,
        help_text=_("They may be with children as long as the declaration counts."),
    )

    def __init__(self, *args, engagements, **kwargs):
        super().__init__(*args, **kwargs)
        if not engagements:
            del self.fields["volunteers"]
            return
        self.fields["volunteers"].choices = [
            (
                str(one.pk),
                f"{one.volunteer.person.display_name}, {one.site.activity.title}, "
                f"{one.site.branch.name}",
            )
            for one in engagements
        ]
