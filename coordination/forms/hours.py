"""Forms about hours."""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.access import Permission
from coordination.filters import BranchField
from coordination.models import AbsenceReason, HoursAnswer, Site
from coordination.models.attendance import LONGEST_DAY
from core import forms
from core.periods import months_later, today
from core.templatetags.ui import month as month_text

MONTHS_BACK = 12
YES, NO = "yes", "no"


def minutes_field(**options):
    return forms.IntegerField(
        label=gettext_lazy("Minutes"), min_value=1, max_value=LONGEST_DAY, **options
    )


class TellForm(forms.Form):
    """Something done besides the shifts."""

    submit_label = gettext_lazy("Send")

    site = forms.ModelChoiceField(
        label=gettext_lazy("Activity"), queryset=Site.objects.none(), empty_label=None
    )
    day = forms.DateField(label=gettext_lazy("Day"), initial=today)
    minutes = minutes_field(help_text=gettext_lazy("An hour is 60 minutes."))
    words = forms.CharField(
        label=gettext_lazy("What did you do?"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("A few words, nothing about other people."),
    )

    def __init__(self, *args, sites, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites


class AnswerForm(forms.Form):
    """Yes, perhaps to other minutes, or no with one of a few reasons."""

    submit_label = gettext_lazy("Save the answer")

    approved = forms.ChoiceField(
        label=gettext_lazy("Shall the hours count?"),
        choices=[(YES, gettext_lazy("Yes")), (NO, gettext_lazy("No"))],
        widget=forms.RadioSelect,
    )
    minutes = minutes_field()
    answer = forms.ChoiceField(
        label=gettext_lazy("If not, why?"),
        required=False,
        choices=[("", gettext_lazy("No reason")), *HoursAnswer.choices],
        help_text=gettext_lazy("The volunteer can read it."),
    )

    @property
    def says_yes(self):
        return self.cleaned_data["approved"] == YES


class MinutesForm(forms.Form):
    """How long somebody was there."""

    submit_label = gettext_lazy("Save the minutes")

    minutes = minutes_field()


class ReasonForm(forms.Form):
    """Why somebody did not come, if they said so."""

    submit_label = gettext_lazy("Save the reason")

    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        required=False,
        choices=[("", gettext_lazy("Not known")), *AbsenceReason.choices],
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "Do not ask for it. Nothing about illness is written down, and the reason is deleted "
            "after some months."
        ),
    )


class HoursFilter(forms.FilterForm):
    """By branch and month."""

    branch = BranchField()
    month = forms.ChoiceField(label=gettext_lazy("Month"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["branch"].offer(self.user, Permission.VIEW_PEOPLE)
        self.fields["month"].choices = [
            ("", _("The last 12 months")),
            *((f"{one:%Y%m}", month_text(one)) for one in self.months()),
        ]

    @staticmethod
    def months():
        first = today().replace(day=1)
        return [months_later(first, -number) for number in range(MONTHS_BACK + 1)]

    def period(self):
        """(first day, last day) of what is asked for."""
        chosen, months = self.wanted.get("month"), self.months()
        asked = [one for one in months if chosen == f"{one:%Y%m}"] or months
        return asked[-1], last_day(asked[0])


def last_day(month):
    """The last day of the month that begins on the day."""
    return months_later(month, 1) - timedelta(days=1)
