"""The filters above the calendars."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coordination import calendars, rosters
from coordination.access import Permission
from coordination.filters import BranchField
from core import forms
from core.periods import start_of, today

MONTH, WEEK, LIST = "month", "week", "list"


class CalendarFilter(forms.FilterForm):
    """The branch; which calendar and which day the address says stay as they are."""

    branch = BranchField()
    view = forms.CharField(required=False, widget=forms.HiddenInput)
    day = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["branch"].offer(self.user, Permission.VIEW_SHIFTS)

    @property
    def chosen_view(self):
        view = self.wanted.get("view")
        return view if view in (WEEK, LIST) else MONTH

    @property
    def chosen_day(self):
        return calendars.day_of_text(self.wanted.get("day"), today())

    @property
    def chosen_branch(self):
        return self.wanted.get("branch")

    def narrow(self, rows, wanted):
        """The list: the shifts from the day on."""
        rows = rows.filter(starts_at__gte=start_of(self.chosen_day))
        return calendars.under(rows, wanted.get("branch"))


class GapFilter(forms.FilterForm):
    """By branch and how far ahead; shifts with too few, or every shift with a free place."""

    WEEKS = 4

    branch = BranchField()
    weeks = forms.ChoiceField(
        label=_("How far ahead"),
        required=False,
        choices=[
            ("", _("4 weeks")),
            ("1", _("1 week")),
            ("2", _("2 weeks")),
            ("12", _("12 weeks")),
        ],
    )
    free = forms.BooleanField(
        label=_("Also shifts that work, but have free places"), required=False
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["branch"].offer(self.user, Permission.VIEW_SHIFTS)

    def apply(self, rows):
        """The rows that fit; with nothing asked for, or an invalid filter, four weeks."""
        return self.narrow(rows, self.wanted)

    def narrow(self, rows, wanted):
        weeks = int(wanted.get("weeks") or self.WEEKS)
        until = start_of(today() + weeks * calendars.WEEK)
        rows = rows.filter(starts_at__gt=timezone.now(), starts_at__lt=until)
        rows = rosters.with_gaps(calendars.under(rows, wanted.get("branch")))
        return rows if wanted.get("free") else calendars.too_few(rows)


class TodayFilter(forms.FilterForm):
    """The branch and the day; without a day, today."""

    branch = BranchField()
    day = forms.DateField(label=_("Day"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["branch"].offer(self.user, Permission.VIEW_CONTACTS)

    @property
    def chosen_day(self):
        return self.wanted.get("day") or today()

    def apply(self, rows):
        rows = calendars.in_on(rows, self.chosen_day)
        branch = self.wanted.get("branch")
        return rows.filter(shift__site__branch__path__startswith=branch.path) if branch else rows

    def narrow(self, rows, wanted):
        return self.apply(rows)
