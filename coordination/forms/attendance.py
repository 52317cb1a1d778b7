"""Forms about who came."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.models import Shift, Volunteer
from coordination.states import AssignmentState
from core import forms
from core.templatetags.ui import period

CAME, ABSENT = "came", "absent"


class AttendanceForm(forms.Form):
    """Who came: one question for each who is on the shift. Unanswered ones stay as they are."""

    submit_label = gettext_lazy("Save attendance")
    mark_optional = False
    given = {AssignmentState.ATTENDED: CAME, AssignmentState.ABSENT: ABSENT}

    def __init__(self, *args, assignments, names=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.assignments = {f"a{row.pk}": row for row in assignments}
        for name, row in self.assignments.items():
            shown = names[row.pk] if names else row.volunteer.person.display_name
            self.fields[name] = forms.ChoiceField(
                label=_with_role(row, shown),
                choices=[(CAME, _("Came")), (ABSENT, _("Did not come"))],
                initial=self.given.get(row.state),
                widget=forms.RadioSelect,
                required=False,
            )

    def marks(self):
        """(assignment, attended) for each answer that changes something."""
        return [
            (row, self.cleaned_data[name] == CAME)
            for name, row in self.assignments.items()
            if self.cleaned_data[name] and self.cleaned_data[name] != self.given.get(row.state)
        ]


def _with_role(row, name):
    return f"{name}, {row.role}" if row.role else name


class NameLeadForm(forms.Form):
    """Who becomes shift lead, on all shifts of the site or on one."""

    submit_label = gettext_lazy("Name as shift lead")

    volunteer = forms.ModelChoiceField(
        label=gettext_lazy("Volunteer"),
        queryset=Volunteer.objects.none(),
        help_text=gettext_lazy("Those who help here now and have a sign-in. Ask first."),
    )
    shift = forms.ModelChoiceField(
        label=gettext_lazy("Only this shift"),
        queryset=Shift.objects.none(),
        required=False,
        empty_label=gettext_lazy("All shifts here"),
    )

    def __init__(self, *args, people, shifts, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["volunteer"].queryset = people
        self.fields["volunteer"].label_from_instance = lambda one: one.person.display_name
        self.fields["shift"].queryset = shifts
        self.fields["shift"].label_from_instance = lambda one: period(one.starts_at, one.ends_at)
