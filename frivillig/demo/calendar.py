"""The demo's shifts: weeks that have been, regular shifts to come, and the festival, twice."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from coordination import series as rules
from coordination.actions import assignments, series, shift_templates, shifts
from coordination.models import (
    Assignment,
    Clearance,
    ClearanceKind,
    Necessity,
    Requirement,
    SchoolHoliday,
    Shift,
)
from coordination.states import AssignmentState, SignUpWay
from core import workdays
from core.periods import today
from frivillig.demo.content import content
from frivillig.demo.places import FESTIVAL

WEEKS_BACK, WEEKS_AHEAD = 8, 5
FESTIVAL_WEEKS = (-18, 6)  # Saturdays of the last one and the next one, counted from this week
NOT_YET_MARKED = timedelta(days=4)
ASKED_EVERY = 5  # of the shifts with places left


class Calendar:
    """Puts people on shifts, nobody on two at a time."""

    def __init__(self, places, sites, ties, crowd):
        self.places, self.sites, self.random = places, sites, crowd.random
        self.monday = today() - timedelta(days=today().weekday())
        self.busy = {}
        self.tied = _cleared(ties.counted)
        self.past, self.past_places = [], []
        self.count = 0

    def fill(self):
        """Write everything that the activities plan."""
        _close_the_schools(self.monday.year)
        for facts in content()["activities"]:
            for plan in facts.get("shifts", ()):
                self._add_weekly(self.sites[facts["title"], plan["branch"]], plan)
        for week in FESTIVAL_WEEKS:
            for plan in content()["festival"]:
                day = self.monday + timedelta(weeks=week, days=4 + plan["day"])
                self._add(self.sites["Magiske Dage", FESTIVAL], day, plan)
        self._keep_a_template()
        Shift.objects.bulk_create(self.past)
        Assignment.objects.bulk_create(self.past_places)

    def _keep_a_template(self):
        """Saturday café: two shifts that overlap, for every branch to use."""
        clocks = ((time(10), time(12, 30), "Kaffe og kage"), (time(12), time(15), "Oprydning"))
        usual = {"capacity": 3, "minimum": 2, "place": "Caféen", "note": "", "way": ""}
        shift_templates.make(
            branch=self.places.root,
            name="Lørdagscafé",
            lines=[
                usual | {"starts": starts, "ends": ends, "title": title}
                for starts, ends, title in clocks
            ],
            by=self.places.central,
        )

    def _add_weekly(self, site, plan):
        every, offset = plan.get("every", 1), plan.get("offset", 0)
        weeks = [week for week in range(-WEEKS_BACK, WEEKS_AHEAD) if (week - offset) % every == 0]
        days = [self.monday + timedelta(weeks=week, days=plan["weekday"] - 1) for week in weeks]
        for day in days:
            if _at(day, plan["start"]) <= timezone.now():
                self._add_past(site, *_period(day, plan), _values(plan))
        first = next(day for day in days if _at(day, plan["start"]) > timezone.now())
        self._go_on(site, first, every, plan)

    def _go_on(self, site, first, every, plan):
        """Regular shifts from the day on; those of the next weeks have people."""
        made = series.plan_series(
            site=site,
            starts_on=first,
            rule=rules.Rhythm(every, (plan["weekday"] - 1,)).rule,
            starts=time.fromisoformat(plan["start"]),
            ends=time.fromisoformat(plan["end"]),
            skip_school_holidays="Lektie" in site.activity.title,
            by=self.places.coordinators[site.branch.name],
            **_values(plan),
        )
        until = self.monday + timedelta(weeks=WEEKS_AHEAD)
        for shift in made.shifts.filter(series_day__lt=until):
            self._put_people_on(shift)

    def _add(self, site, day, plan):
        (starts_at, ends_at), values = _period(day, plan), _values(plan)
        if starts_at <= timezone.now():
            self._add_past(site, starts_at, ends_at, values)
        else:
            self._add_coming(site, starts_at, ends_at, values)

    def _add_past(self, site, starts_at, ends_at, values):
        values |= {"roles": ""}  # what has been had none yet
        shift = Shift(site=site, starts_at=starts_at, ends_at=ends_at, **values)
        self.past.append(shift)
        wanted = max(values["minimum"], values["capacity"] - self.random.randint(0, 1))
        for engagement in self._free(site, starts_at, ends_at)[:wanted]:
            self.past_places.append(self._been(shift, engagement))

    def _been(self, shift, engagement):
        clerk = self.places.coordinators[engagement.site.branch.name]
        place = Assignment(
            shift=shift,
            volunteer=engagement.volunteer,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            booked_at=shift.starts_at - timedelta(days=self.random.randint(3, 20)),
            booked_by=engagement.volunteer.person.user or clerk,
        )
        if shift.ends_at < timezone.now() - NOT_YET_MARKED:
            absent = self.random.random() < 0.06
            place.state = AssignmentState.ABSENT if absent else AssignmentState.ATTENDED
            place.attendance_at = shift.ends_at + timedelta(hours=1)
            place.attendance_by = clerk
        self._occupy(engagement, shift.starts_at, shift.ends_at)
        return place

    def _add_coming(self, site, starts_at, ends_at, values):
        clerk = self.places.coordinators[site.branch.name]
        shift = shifts.plan(site=site, starts_at=starts_at, ends_at=ends_at, by=clerk, **values)
        self._put_people_on(shift)

    def _put_people_on(self, shift):
        clerk = self.places.coordinators[shift.site.branch.name]
        period = shift.starts_at, shift.ends_at
        free, wanted = self._free(shift.site, *period), self._wanted(shift)
        for engagement in free[:wanted]:
            by = engagement.volunteer.person.user or clerk
            assignments.sign_up(shift=shift, volunteer=engagement.volunteer, by=by)
            self._occupy(engagement, *period)
        if wanted == shift.capacity:
            self._wait(shift, free[wanted : wanted + 2], clerk)
        elif self.count % ASKED_EVERY == 1:
            self._ask(shift, free[wanted : wanted + 2], clerk)

    def _wait(self, shift, engagements, clerk):
        """A full shift has a waiting list."""
        for engagement in engagements:
            by = engagement.volunteer.person.user or clerk
            assignments.sign_up(shift=shift, volunteer=engagement.volunteer, by=by, or_wait=True)

    def _ask(self, shift, engagements, clerk):
        """Now and then a coordinator says yes or no."""
        shifts.change(shift=shift, way=SignUpWay.REQUEST, by=clerk)
        for engagement in engagements:
            user = engagement.volunteer.person.user
            if user is not None:
                assignments.sign_up(shift=shift, volunteer=engagement.volunteer, by=user)

    def _wanted(self, shift):
        """In turn: full, too few, nearly full, empty places."""
        self.count += 1
        capacity, minimum = shift.capacity, shift.minimum
        return (capacity, minimum - 1, max(minimum, capacity - 1), minimum)[self.count % 4]

    def _free(self, site, starts_at, ends_at):
        """Who is tied, cleared and free, in a turn of their own for every shift."""
        day = timezone.localdate(starts_at)
        found = [
            one
            for one, first, last in self.tied.get(site.pk, ())
            if first <= day <= last and not self._is_busy(one, starts_at, ends_at)
        ]
        self.random.shuffle(found)
        return found

    def _is_busy(self, engagement, starts_at, ends_at):
        held = self.busy.get(engagement.volunteer_id, ())
        return any(start < ends_at and starts_at < end for start, end in held)

    def _occupy(self, engagement, starts_at, ends_at):
        self.busy.setdefault(engagement.volunteer_id, []).append((starts_at, ends_at))


def _cleared(engagements):
    """{site id: [(engagement, first day, last day)]}: the days on which all papers hold."""
    papers = {}
    for row in Clearance.objects.all():
        papers.setdefault((row.volunteer_id, row.site_id), []).append(row)
    needs_certificate = set(
        Requirement.objects.filter(
            kind=ClearanceKind.CHILD_CERTIFICATE, necessity=Necessity.DUTY
        ).values_list("activity_id", flat=True)
    )
    found = {}
    for one in engagements:
        held = list(papers[one.volunteer_id, one.site_id])
        if one.site.activity_id in needs_certificate:
            held += papers[one.volunteer_id, None]
        first = max(one.starts_on, *(row.valid_from for row in held))
        last = min((row.valid_until for row in held if row.valid_until), default=date.max)
        found.setdefault(one.site_id, []).append((one, first, last))
    return found


def _values(plan):
    return {
        "title": plan.get("title", ""),
        "capacity": plan["capacity"],
        "minimum": plan.get("minimum", 1),
        "roles": plan.get("roles", ""),
    }


def _close_the_schools(year):
    """The usual holidays of the schools, this year and the next."""
    for one in (year, year + 1):
        summer = date(one, 6, 30) - timedelta(days=(date(one, 6, 30).weekday() + 2) % 7)
        easter = workdays.easter(one)
        periods = {
            "Vinterferie": _week(one, 7),
            "Påskeferie": (easter - timedelta(days=8), easter + timedelta(days=1)),
            "Sommerferie": (summer, summer + timedelta(weeks=6, days=1)),
            "Efterårsferie": _week(one, 42),
            "Juleferie": (date(one, 12, 22), date(one + 1, 1, 2)),
        }
        SchoolHoliday.objects.bulk_create(
            SchoolHoliday(title=f"{title} {one}", starts_on=first, ends_on=last)
            for title, (first, last) in periods.items()
        )


def _week(year, number):
    monday = date.fromisocalendar(year, number, 1)
    return monday, monday + timedelta(days=6)


def _period(day, plan):
    return _at(day, plan["start"]), _at(day, plan["end"])


def _at(day, clock):
    return timezone.make_aware(datetime.combine(day, time.fromisoformat(clock)))
