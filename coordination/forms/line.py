"""Forms about who signs up, and who waits."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import queries
from coordination.access import Permission
from coordination.forms.shifts import EngagedVolunteerField, SignUpForm
from coordination.models.sign_up import MOST_HOURS
from coordination.states import SignUpWay
from core import forms


class WaitForm(SignUpForm):
    """Staff put somebody in the line."""

    submit_label = gettext_lazy("Put on the waiting list")


class AnyVolunteerField(EngagedVolunteerField):
    """Any volunteer whom the user may see; each hit tells what stands in the way, tied or not."""

    def __init__(self, shift, user):
        super().__init__(shift)
        self.queryset = queries.volunteers_of(user, Permission.VIEW_PEOPLE)
        self.widget.url = reverse("coordination:shift-who-can-lookup", args=[shift.pk])
        self.help_text = _("Search by a part of the name.")


class WhyNotForm(forms.Form):
    """Whom one asks about."""

    submit_label = gettext_lazy("Tell me why")

    def __init__(self, *args, shift, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["volunteer"] = AnyVolunteerField(shift, user)


class SignUpRulesForm(forms.Form):
    """An activity's own rules; an empty number leaves it to the branch."""

    submit_label = gettext_lazy("Save")

    way = forms.ChoiceField(
        label=gettext_lazy("Who signs up"), choices=SignUpWay.choices, widget=forms.RadioSelect
    )
    join_hours = forms.IntegerField(
        label=gettext_lazy("Sign-up closes, hours before the shift"),
        required=False,
        min_value=0,
        max_value=MOST_HOURS,
    )
    leave_hours = forms.IntegerField(
        label=gettext_lazy("Cancelling closes, hours before the shift"),
        required=False,
        min_value=0,
        max_value=MOST_HOURS,
    )

    def __init__(self, *args, usual_join, usual_leave, **kwargs):
        super().__init__(*args, **kwargs)
        usual = _("Empty: as the branch has it, %(hours)s hours.")
        self.fields["join_hours"].help_text = usual % {"hours": usual_join}
        self.fields["leave_hours"].help_text = usual % {"hours": usual_leave}

    def rules(self):
        return {name: self.cleaned_data[name] for name in SignUpRulesForm.base_fields}
