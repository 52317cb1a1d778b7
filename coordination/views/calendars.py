"""Calendars: a branch by month, week and list, where people lack, who is in, and my own week."""

from datetime import timedelta
from itertools import groupby

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from coordination import calendars, groups, rosters, stand_ins
from coordination.access import Permission, scope_of
from coordination.forms.calendars import LIST, MONTH, WEEK, CalendarFilter, GapFilter, TodayFilter
from coordination.shift_roles import lacking_words
from coordination.standing import of_shift, places_in_words
from core import audit
from core.navigation import address_of_row
from core.paging import page_of
from core.periods import day_of, monday_of, months_later, today
from core.templatetags.ui import day as day_text
from core.templatetags.ui import month, period
from core.views import ListView, PageView

TODAY = audit.purpose("shift.today", gettext_lazy("A list of who is on shift that day was shown"))
GAPS = audit.purpose("shift.gaps", gettext_lazy("It was shown that you look for a stand-in"))
MOST_LOOKING = 50
VIEWS = {MONTH: gettext_lazy("Month"), WEEK: gettext_lazy("Week"), LIST: gettext_lazy("List")}


class CalendarView(PageView):
    """The shifts of one's branches: `?view=month|week|list&day=2026-03-31&branch=7`.

    Everything is plain links; the month costs three queries whatever it holds.
    """

    permission = Permission.VIEW_SHIFTS
    template_name = "coordination/calendar/page.html"

    def get_context_data(self, **kwargs):
        self.filter = CalendarFilter(self.request.GET or None, user=self.request.user)
        view, day = self.filter.chosen_view, self.filter.chosen_day
        shown = {MONTH: self.month, WEEK: self.week, LIST: self.list}[view](day)
        return super().get_context_data(**kwargs) | {
            "filter": self.filter,
            "view": view,
            "views": [
                {"key": key, "label": label, "url": self.address(key, day)}
                for key, label in VIEWS.items()
            ],
            "now": self.address(view, today()),
            "sees_contacts": scope_of(self.request.user).holds(Permission.VIEW_CONTACTS),
            **shown,
        }

    def address(self, view, day=None):
        """The calendar's address with the branch kept; without a day it ends in `day=`."""
        query = QueryDict(mutable=True)
        if self.filter.chosen_branch:
            query["branch"] = self.filter.chosen_branch.pk
        query["view"] = view
        return f"?{query.urlencode()}&day={day.isoformat() if day else ''}"

    def month(self, day):
        weeks = calendars.month_weeks(day, today())
        before, after = months_later(day.replace(day=1), -1), months_later(day.replace(day=1), 1)
        return {
            "weeks": calendars.fill(
                weeks, self.request.user, self.filter.chosen_branch, calendars.MOST_OF_A_DAY
            ),
            "heading": month(day),
            "address": self.address(LIST),
            "before": {"text": month(before), "url": self.address(MONTH, before)},
            "after": {"text": month(after), "url": self.address(MONTH, after)},
        }

    def week(self, day):
        week = calendars.week_of(day, today())
        calendars.fill([week], self.request.user, self.filter.chosen_branch)
        return {"week": week} | week_links(week, lambda start: self.address(WEEK, start))

    def list(self, day):
        rows = rosters.shifts().permitted(self.request.user, self.permission)
        page = page_of(self.request, self.filter.narrow(rows, self.filter.wanted))
        return {
            "page_obj": page,
            "rows": with_places(
                page.object_list,
                *rosters.taken_and_offered(rosters.group_seats_of(page.object_list)),
            ),
            "heading": _("From %(day)s") % {"day": day_text(day)},
            "before": self.step(day, -7),
            "after": self.step(day, 7),
        }

    def step(self, day, days):
        start = day + timedelta(days=days)
        return {"text": day_text(start), "url": self.address(LIST, start)}


def week_links(week, address):
    """Heading, before and after of a week's page; `address(day)` is that of another one."""
    before, after = week.first - calendars.WEEK, week.first + calendars.WEEK
    return {
        "heading": week_heading(week.first),
        "before": {"text": _week_name(before), "url": address(before)},
        "after": {"text": _week_name(after), "url": address(after)},
    }


def week_heading(monday):
    days = period(monday, monday + timedelta(days=6))
    return _("Week %(number)s, %(days)s") % {"number": monday.isocalendar().week, "days": days}


def _week_name(monday):
    return _("week %(number)s") % {"number": monday.isocalendar().week}


def with_places(rows, taken, offered):
    """The shifts, each with `places` and `standing` for its row; `taken` and `offered` by ids."""
    for row in rows:
        held, waits = taken[row.pk], offered[row.pk]
        row.places = places_in_words(held, row.capacity, waits)
        row.standing = of_shift(row, taken=held, at_risk=False, offered=waits)
    return rows


class GapListView(ListView):
    """Where people lack in the weeks that come, week by week."""

    permission = Permission.VIEW_SHIFTS
    template_name = "coordination/calendar/gaps.html"
    filter_class = GapFilter
    access_purpose = GAPS

    def rows(self):
        return rosters.shifts()

    def people_in(self, rows):
        """Who looks for a stand-in is named to those who may see contacts there."""
        searches = stand_ins.looking().permitted(self.request.user, self.permission)
        self.looking = list(searches.open(timezone.now())[:MOST_LOOKING])
        scope = scope_of(self.request.user)
        for one in self.looking:
            path = one.assignment.shift.site.branch.path
            one.shows_name = scope.holds(Permission.VIEW_CONTACTS, path)
        return [one.assignment.volunteer_id for one in self.looking if one.shows_name]

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        held = {row.pk: row.held for row in context["rows"]}
        offered = {row.pk: row.offered for row in context["rows"]}
        rows = with_places(context["rows"], held, offered)
        wanted = context["page_obj"].paginator.object_list
        in_roles = rosters.roles_lacking(wanted)
        for row in rows:
            row.lacking = lacking_words(in_roles.get(row.pk, ())) or max(row.minimum - row.held, 0)
        weeks = groupby(rows, key=lambda row: monday_of(day_of(row.starts_at)))
        people = calendars.lacking(wanted, in_roles)
        return context | {
            "weeks": [(week_heading(monday), list(shifts)) for monday, shifts in weeks],
            "people": people,
            "looking": self.looking,
            "summary": ngettext(
                "%(count)s more person is needed for all shifts to work.",
                "%(count)s more people are needed for all shifts to work.",
                people,
            )
            % {"count": people},
        }


def volunteer_url(pk):
    return address_of_row("coordination:volunteer-detail", pk)


class TodayView(ListView):
    """Who is in on a day, at a branch, with how to reach them. To be printed."""

    permission = Permission.VIEW_CONTACTS
    template_name = "coordination/calendar/today.html"
    filter_class = TodayFilter
    access_purpose = TODAY
    paginate_by = 100

    def rows(self):
        return rosters.assignments()

    def get_filter(self):
        self.filter = super().get_filter()
        return self.filter

    def people_in(self, rows):
        branch, day = self.filter.wanted.get("branch"), self.filter.chosen_day
        found = groups.in_on(self.request.user, self.permission, day)
        if branch:
            found = found.filter(shift__site__branch__path__startswith=branch.path)
        self.groups = list(found)
        responsible = [row.responsible_id for row in self.groups if row.responsible_id]
        return [*(row.volunteer_id for row in rows), *responsible]

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        scope = scope_of(self.request.user)
        for row in context["rows"]:
            known = scope.holds(Permission.VIEW_PEOPLE, row.shift.site.branch.path)
            row.url = volunteer_url(row.volunteer_id) if known else ""
        by_shift = groupby(context["rows"], key=lambda row: row.shift)
        day = context["filter"].chosen_day
        return context | {
            "shifts": [(shift, list(rows)) for shift, rows in by_shift],
            "groups": self.groups,
            "day": day,
            "branch": context["filter"].wanted.get("branch"),
        }


class OwnWeekView(PageView):
    """My week: the shifts that I am on, day by day."""

    template_name = "coordination/own/week.html"

    def get_context_data(self, **kwargs):
        day = calendars.day_of_text(self.request.GET.get("day"), today())
        week = calendars.own_week(day, today(), self.request.user)
        address = reverse("coordination:own-week")
        return (
            super().get_context_data(**kwargs)
            | {"week": week, "now": address}
            | week_links(week, lambda start: f"{address}?day={start.isoformat()}")
        )
