"""The forms of a good start: welcome steps, a talk, a mentor, and when to be reminded."""

from django.utils.translation import gettext_lazy as _

from coordination.models import TalkMoment
from core import forms
from core.periods import today

AS_DECIDED = ""
DAYS = (
    ("1", _("The day before")),
    ("2", _("Two days before")),
    ("3", _("Three days before")),
    ("7", _("A week before")),
    ("0", _("Not at all")),
)
HOURS = (
    ("1", _("One hour before")),
    ("2", _("Two hours before")),
    ("4", _("Four hours before")),
    ("12", _("Twelve hours before")),
    ("0", _("Not at all")),
)


class StepsForm(forms.Form):
    """Which of the welcome steps are done."""

    submit_label = _("Save what is done")

    steps = forms.MultipleChoiceField(
        label=_("Done"), required=False, widget=forms.CheckboxSelectMultiple
    )
    mark_optional = False

    def __init__(self, *args, lines, **kwargs):
        super().__init__(*args, **kwargs)
        self.lines = lines
        self.fields["steps"].choices = [(str(line.step.pk), line.label) for line in lines]

    def chosen(self):
        """The steps that are ticked."""
        ticked = self.cleaned_data["steps"]
        return [line.step for line in self.lines if str(line.step.pk) in ticked]


class TalkForm(forms.Form):
    """Which talk, when, and what was agreed; nothing about health or private matters."""

    submit_label = _("Save the talk")

    moment = forms.ChoiceField(label=_("Which talk"), choices=TalkMoment.choices)
    held_on = forms.DateField(
        label=_("Day of the talk"),
        required=False,
        initial=today,
        help_text=_("Leave it empty if the volunteer did not want a talk."),
    )
    next_step = forms.CharField(
        label=_("What you agreed to do next"),
        required=False,
        max_length=200,
        help_text=_(
            "For example: another day, a course, more to do. Write nothing about health, family or "
            "other private matters. The volunteer can read what stands here."
        ),
    )


class MentorForm(forms.Form):
    """Who has said yes to being the mentor."""

    submit_label = _("Save the mentor")

    mentor = forms.ModelChoiceField(
        label=_("Mentor"),
        queryset=None,
        required=False,
        empty_label=_("Nobody"),
        help_text=_("Ask first. Volunteers with an engagement at the branch can be chosen."),
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["mentor"].queryset = people
        self.fields["mentor"].label_from_instance = lambda one: one.person.display_name


class ReminderTimesForm(forms.Form):
    """How long before a shift people are reminded; the empty choice leaves it to others."""

    submit_label = _("Save")

    days = forms.ChoiceField(label=_("First reminder of a shift"), required=False)
    hours = forms.ChoiceField(label=_("Last reminder of a shift"), required=False)
    mark_optional = False

    def __init__(self, *args, usual_days, usual_hours, **kwargs):
        super().__init__(*args, **kwargs)
        usual = _("As usual (%(usual)s)")
        for name, choices, words in (("days", DAYS, usual_days), ("hours", HOURS, usual_hours)):
            self.fields[name].choices = [(AS_DECIDED, usual % {"usual": words}), *choices]

    def times(self):
        """{"days": a number or None, "hours": a number or None}."""
        return {
            name: None if self.cleaned_data[name] == "" else int(self.cleaned_data[name])
            for name in ("days", "hours")
        }
