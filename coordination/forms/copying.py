"""The forms that copy shifts to another day, and an activity to a new one."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.forms.look_first import LookedAtForm
from coordination.models import Activity
from coordination.states import ActivityState
from core import forms


class CopyShiftsForm(LookedAtForm):
    """Which days are copied, and to when."""

    do_label = gettext_lazy("Yes, plan these shifts")

    first_day = forms.DateField(label=gettext_lazy("Copy from"))
    last_day = forms.DateField(
        label=gettext_lazy("To and including, if it is more than one day"), required=False
    )
    new_first_day = forms.DateField(label=gettext_lazy("The new first day"))

    def clean(self):
        cleaned = super().clean()
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        cleaned["last_day"] = last or first
        if first and last and last < first:
            self.add_error("last_day", _("The last day must not be before the first."))
        return cleaned

    def days(self):
        names = ("first_day", "last_day", "new_first_day")
        return {name: self.cleaned_data[name] for name in names}


class CopyActivityForm(LookedAtForm):
    """What the new activity is called, and when its first shift is."""

    do_label = gettext_lazy("Yes, make the activity")

    title = forms.CharField(
        label=gettext_lazy("Title of the new activity"),
        max_length=Activity._meta.get_field("title").max_length,
    )
    state = forms.ChoiceField(
        label=gettext_lazy("Status"),
        choices=[(one.value, one.label) for one in (ActivityState.IDEA, ActivityState.RUNNING)],
        initial=ActivityState.IDEA,
        help_text=gettext_lazy(
            "An idea can become a pilot, with a goal and a period, or be run at once."
        ),
    )
    new_first_day = forms.DateField(
        label=gettext_lazy("The day of its first shift"),
        required=False,
        help_text=gettext_lazy("The other shifts keep their distance. For example 24.12.2026"),
    )
    first_day = forms.DateField(
        label=gettext_lazy("Copy shifts from this day"),
        required=False,
        help_text=gettext_lazy("Leave both days empty to copy them all."),
    )
    last_day = forms.DateField(label=gettext_lazy("To and including"), required=False)

    def clean(self):
        cleaned = super().clean()
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day must not be before the first."))
        return cleaned

    def days(self):
        """The days that the action asks for."""
        names = ("new_first_day", "first_day", "last_day")
        return {name: self.cleaned_data[name] for name in names}
