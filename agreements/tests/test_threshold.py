"""The threshold for being with children: counted, written, and part of the gate."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from agreements import queries, sources, threshold
from agreements.actions import attestations, thresholds
from agreements.models import AttestationDuty, ThresholdCrossing
from agreements.tests import factories
from agreements.threshold import Crossing, Limits
from coordination import eligibility
from coordination.actions import attendance, engagements
from coordination.models import Assignment, Clearance, Engagement, Tie
from coordination.tests import factories as make
from core import policies
from core.periods import today

DAY = timedelta(days=1)
START = date(2026, 1, 1)
LAWFUL = Limits(times=3, months=3, days=7)


# --- Pure ----------------------------------------------------------------------------------


def naive(presences, limits):
    """Day by day, as one would count on a calendar."""
    if not presences:
        return None
    last = max(end for _start, end in presences)
    covered = {
        start + timedelta(days=n) for start, end in presences for n in range((end - start).days + 1)
    }
    begun = {start for start, _end in presences}
    day = min(begun)
    while day <= last:
        since = threshold.months_before(day, limits.months)
        number = len([one for one in begun if since < one <= day])
        run = 0
        while day - timedelta(days=run) in covered:
            run += 1
        if run > limits.days:
            found = Crossing(day, "days", limits.days + 1)
            if day in begun and number > limits.times:
                return min(found, Crossing(day, "times", number))
            return found
        if day in begun and number > limits.times:
            return Crossing(day, "times", number)
        day += DAY
    return None


PRESENCES = st.lists(
    st.tuples(st.integers(0, 150), st.integers(0, 9)).map(
        lambda one: (START + timedelta(days=one[0]), START + timedelta(days=one[0] + one[1]))
    ),
    max_size=12,
)
LIMITS = st.builds(
    Limits, times=st.integers(1, 5), months=st.integers(1, 4), days=st.integers(1, 9)
)


@settings(max_examples=400)
@given(presences=PRESENCES, limits=LIMITS)
def test_first_crossing_agrees_with_counting_on_a_calendar(presences, limits):
    assert threshold.first_crossing(presences, limits) == naive(presences, limits)


def _on(*days):
    return [(START + timedelta(days=n), START + timedelta(days=n)) for n in days]


@pytest.mark.parametrize(
    ("presences", "expected"),
    [
        ([], None),
        (_on(0, 10, 20), None),
        (_on(0, 10, 20, 30), Crossing(START + 30 * DAY, "times", 4)),
        (_on(0, 0, 0, 0), None),
        (_on(0, 30, 60, 90), None),
        (_on(0, 30, 60, 89), Crossing(START + 89 * DAY, "times", 4)),
        ([(START, START + 6 * DAY)], None),
        ([(START, START + 7 * DAY)], Crossing(START + 7 * DAY, "days", 8)),
    ],
)
def test_thresholds_as_the_guidance_says(presences, expected):
    assert threshold.first_crossing(presences, LAWFUL) == expected


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 5, 31), 3, date(2026, 2, 28)),
        (date(2026, 1, 15), 3, date(2025, 10, 15)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
    ],
)
def test_months_before(day, months, before):
    assert threshold.months_before(day, months) == before


# --- With rows -----------------------------------------------------------------------------


@pytest.fixture
def festival(child_engagement, elsewhere, manager):
    """An occasional tie here (where it is a duty) and one elsewhere (where it is an option)."""
    here = child_engagement
    Engagement.objects.filter(pk=here.pk).update(tie=Tie.OCCASIONAL)
    site = make.make_site(elsewhere)
    factories.make_terms(
        site.activity,
        by=manager,
        child_certificate=AttestationDuty.OPTION,
        moves_among_under_15=True,
    )
    there = make.make_engagement(here.volunteer, site, tie=Tie.OCCASIONAL)
    here.refresh_from_db()
    return here, there


def attend(engagement, ago, by, *, attended=True, hour=10):
    """The volunteer came (or not) to a shift so many days ago, registered through the action."""
    shift = make.make_shift(engagement.site, day=today() - timedelta(days=ago), hour=hour)
    booked = Assignment.objects.create(
        shift=shift,
        volunteer=engagement.volunteer,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        booked_at=timezone.now(),
        booked_by=by,
    )
    return attendance.mark_attendance(assignment=booked, attended=attended, by=by)


def lacking(engagement, day):
    rows = Engagement.objects.filter(pk=engagement.pk)
    found = [one.kind for one in eligibility.missing_clearances(rows, day)]
    return "child_certificate" in found


@pytest.mark.django_db
def test_fourth_time_across_branches_opens_a_dated_task(festival, coordinator):
    here, there = festival
    for one, ago in ((here, 40), (there, 30), (here, 20)):
        attend(one, ago, coordinator)
    assert not ThresholdCrossing.objects.exists()

    attend(there, 10, coordinator)

    crossing = ThresholdCrossing.objects.get()
    crossed = today() - timedelta(days=10)
    assert (crossing.crossed_on, crossing.due_on, crossing.number, crossing.branch) == (
        crossed,
        crossed + timedelta(days=21),
        4,
        there.site.branch,
    )
    assert list(queries.crossings(today())) == [crossing]


@pytest.mark.django_db
def test_three_weeks_of_grace_are_part_of_the_gate(festival, coordinator):
    here, there = festival
    for ago in (40, 30, 20, 10):
        attend(here, ago, coordinator)
    due = ThresholdCrossing.objects.get().due_on

    for one in (here, there):
        assert not lacking(one, due)
        assert lacking(one, due + DAY)
    assert sources.discrepancies(due) == []


@pytest.mark.django_db
def test_absences_and_activities_without_children_do_not_count(festival, coordinator, here):
    engaged, _there = festival
    plain = make.make_engagement(engaged.volunteer, make.make_site(here), tie=Tie.OCCASIONAL)
    for ago in (40, 30, 20):
        attend(engaged, ago, coordinator)
    attend(engaged, 15, coordinator, attended=False)
    attend(plain, 10, coordinator)

    assert not ThresholdCrossing.objects.exists()


@pytest.mark.django_db
def test_a_fixed_tie_made_occasional_opens_nothing(festival, coordinator):
    here, _there = festival
    engagements.change_tie(engagement=here, tie=Tie.FIXED, by=coordinator)
    for ago in (60, 50, 45, 40):
        attend(here, ago, coordinator)
    assert lacking(here, today())

    engagements.change_tie(engagement=here, tie=Tie.OCCASIONAL, by=coordinator)

    assert lacking(here, today())


@pytest.mark.django_db
def test_a_new_tie_after_the_crossing_is_asked_as_well(festival, coordinator, manager, elsewhere):
    here, _there = festival
    for ago in (60, 50, 45, 40):
        attend(here, ago, coordinator)

    site = make.make_site(elsewhere)
    factories.make_child_terms(site.activity, by=manager)
    new = make.make_engagement(here.volunteer, site, tie=Tie.OCCASIONAL)

    assert lacking(new, today())


@pytest.mark.django_db
def test_corrected_attendance_takes_the_crossing_back(festival, coordinator):
    here, _there = festival
    marked = [attend(here, ago, coordinator) for ago in (40, 30, 20, 10)]

    attendance.mark_attendance(assignment=marked[1], attended=False, by=coordinator)

    assert not ThresholdCrossing.objects.exists()
    here.volunteer.refresh_from_db()
    assert here.volunteer.child_certificate_from is None


@pytest.mark.django_db
def test_a_certificate_closes_the_task(festival, coordinator, leader):
    here, _there = festival
    for ago in (60, 50, 45, 40):
        attend(here, ago, coordinator)
    ordered = attestations.order(volunteer=here.volunteer, branch=here.site.branch, by=coordinator)

    attestations.assess(attestation=ordered, outcome="approved", by=leader)

    assert list(queries.crossings(today())) == []
    assert not lacking(here, today())


@pytest.mark.django_db
def test_limits_are_settings(festival, coordinator, manager):
    here, _there = festival
    policies.set("threshold.times", 1, by=manager)
    policies.set("threshold.grace_days", 5, by=manager)

    attend(here, 30, coordinator)
    attend(here, 4, coordinator)

    assert ThresholdCrossing.objects.get().due_on == today() + DAY


@pytest.mark.django_db
def test_the_nightly_check_sees_a_gate_that_does_not_ask(festival, coordinator):
    here, _there = festival
    for ago in (40, 30, 20, 10):
        attend(here, ago, coordinator)
    here.volunteer.child_certificate_from = None
    here.volunteer.save()

    assert [one.code for one in sources.discrepancies()] == ["required_of_person_but_not_asked"]


@pytest.mark.django_db
def test_recount_costs_the_same_for_many(festival, coordinator, django_assert_num_queries):
    here, _there = festival
    ids = [here.volunteer.pk, *(make.make_volunteer().pk for _n in range(20))]
    attend(here, 10, coordinator)

    with django_assert_num_queries(8):
        assert thresholds.recount(volunteer_ids=ids, by=coordinator) == 0


# --- The page's shortcut agrees with the gate ----------------------------------------------


class RolledBack(Exception):
    """Ends one example: its rows go."""


@pytest.mark.django_db
@settings(max_examples=60)
@given(
    tie=st.sampled_from(Tie.values),
    required=st.none() | st.integers(-3, 6),
    cleared=st.none() | st.tuples(st.integers(-3, 3), st.none() | st.integers(0, 5)),
    span=st.tuples(st.integers(-2, 3), st.integers(0, 3)),
    there=st.booleans(),
)
def test_who_is_steady_lacks_nothing_on_any_day(festival, tie, required, cleared, span, there):
    engagement = festival[1 if there else 0]
    try:
        with transaction.atomic():
            Clearance.objects.all().delete()
            Engagement.objects.filter(pk=engagement.pk).update(tie=tie)
            volunteer = engagement.volunteer
            volunteer.child_certificate_from = (
                None if required is None else today() + required * DAY
            )
            volunteer.save()
            make.make_clearance(volunteer, site=engagement.site)
            if cleared is not None:
                first, length = cleared
                make.make_clearance(
                    volunteer,
                    "child_certificate",
                    valid_from=today() + first * DAY,
                    valid_until=None if length is None else today() + (first + length) * DAY,
                )
            first = today() + span[0] * DAY
            last = first + span[1] * DAY
            pair = (volunteer.pk, engagement.site_id)
            activities = {engagement.site_id: engagement.site.activity_id}
            doubtful = eligibility.doubtful([pair], activities, first, last)
            days = [first + n * DAY for n in range(span[1] + 1)]
            if any(lacking(engagement, day) for day in days):
                assert doubtful == {volunteer.pk}
            whole = Engagement.objects.filter(pk=engagement.pk)
            if not eligibility.missing_rows(whole, first, last).exists():
                assert not any(lacking(engagement, day) for day in days)
            raise RolledBack
    except RolledBack:
        pass
