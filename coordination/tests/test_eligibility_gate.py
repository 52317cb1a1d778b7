"""The gate's one query against a slow and simple reading of the same rule, on invented rows."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from coordination import eligibility, queries
from coordination.models import ClearanceKind, Engagement, Necessity, Requirement, Tie, Volunteer
from coordination.papers import Papers, with_lasting_papers
from coordination.standing import Standing
from coordination.tests import factories
from core.periods import covers

DAY = date(2026, 6, 15)
KINDS = st.sampled_from(ClearanceKind.values)
OFFSETS = st.integers(-3, 3)
PERIODS = st.tuples(OFFSETS, st.none() | st.integers(0, 4))
WHERE = st.sampled_from(["here", "other", "everywhere"])

REQUIREMENTS = st.dictionaries(
    KINDS, st.tuples(st.sampled_from(Necessity.values), st.booleans()), max_size=2
)
CLEARANCES = st.lists(st.tuples(KINDS, WHERE, PERIODS), max_size=4)


class RolledBack(Exception):
    """Ends one example: its rows go."""


def dates(period):
    first, length = period
    start = DAY + timedelta(days=first)
    return start, None if length is None else start + timedelta(days=length)


def expected_missing(requirements, clearances, tie, where, required_from):
    """What lacks, kind by kind, in plain Python."""
    asked_of_person = required_from is not None and required_from <= 0
    missing = []
    for kind, (necessity, fixed_only) in sorted(requirements.items()):
        is_duty = necessity == Necessity.DUTY and (tie == Tie.FIXED or not fixed_only)
        is_duty = is_duty or (asked_of_person and kind == ClearanceKind.CHILD_CERTIFICATE)
        held = any(
            cleared == kind and place in (where, "everywhere") and covers(*dates(period), DAY)
            for cleared, place, period in clearances
        )
        if is_duty and not held:
            missing.append(kind)
    return missing


@pytest.fixture
def ground(here):
    """One activity at two sites, one volunteer."""
    activity = factories.make_activity(here)
    sites = {
        "here": factories.make_site(here, activity),
        "other": factories.make_site(factories.make_branch(parent=here.parent), activity),
        "everywhere": None,
    }
    return sites, factories.make_volunteer(), factories.make_user()


@settings(max_examples=60)
@given(
    requirements=REQUIREMENTS,
    clearances=CLEARANCES,
    tie=st.sampled_from(Tie.values),
    period=PERIODS,
    pause=st.none() | PERIODS,
    required_from=st.none() | OFFSETS,
)
def test_gate_agrees_with_plain_python(
    ground, requirements, clearances, tie, period, pause, required_from
):
    sites, volunteer, by = ground
    start, end = dates(period)
    try:
        with transaction.atomic():
            if required_from is not None:
                Volunteer.objects.filter(pk=volunteer.pk).update(
                    child_certificate_from=DAY + timedelta(days=required_from)
                )
            engagement = factories.make_engagement(
                volunteer, sites["here"], tie=tie, starts_on=start, ends_on=end, accepted_by=by
            )
            if pause is not None:
                first, last = dates(pause)
                engagement.pauses.create(starts_on=first, ends_on=last)
            for kind, (necessity, fixed_only) in requirements.items():
                Requirement.objects.create(
                    activity=sites["here"].activity,
                    kind=kind,
                    necessity=necessity,
                    fixed_tie_only=fixed_only,
                )
            for kind, where, cleared in clearances:
                first, last = dates(cleared)
                factories.make_clearance(
                    volunteer, kind, site=sites[where], valid_from=first, valid_until=last
                )
            rows = Engagement.objects.all()
            missing = expected_missing(requirements, clearances, tie, "here", required_from)
            resting = pause is not None and covers(*dates(pause), DAY)
            running = covers(start, end, DAY) and not resting
            found = [item.kind for item in eligibility.missing_clearances(rows, DAY)]
            assert found == missing
            papers = Papers([volunteer.pk], [sites["here"].activity_id], since=DAY)
            assert papers.lacking(engagement, sites["here"].activity_id, DAY) == missing
            tie_row = (volunteer.pk, sites["here"].pk, sites["here"].activity_id, tie)
            lasting = with_lasting_papers([tie_row], DAY, DAY)
            assert bool(lasting) == (not missing)
            assert eligibility.cleared(rows, DAY).exists() == (not missing)
            active = running and not missing
            assert eligibility.active(rows, DAY).exists() == active
            in_filter = queries.standing_as(rows, Standing.ACTIVE, DAY).exists()
            assert in_filter == active
            raise RolledBack
    except RolledBack:
        pass


def test_gate_fails_closed_without_any_clearance(ground):
    sites, volunteer, by = ground
    factories.make_requirement(sites["here"].activity)
    factories.make_engagement(volunteer, sites["here"], accepted_by=by)
    assert not eligibility.active(Engagement.objects.all()).exists()


def test_gate_costs_one_query_for_any_number(ground, django_assert_num_queries):
    sites, _volunteer, by = ground
    factories.make_requirement(sites["here"].activity)
    for _number in range(20):
        factories.make_engagement(factories.make_volunteer(), sites["here"], accepted_by=by)
    with django_assert_num_queries(1):
        assert len(eligibility.missing_clearances(Engagement.objects.all())) == 20


def test_who_starts_later_is_asked_about_their_first_day(ground):
    """Also when the query is nested: a bare OuterRef would then ask about another row."""
    sites, volunteer, by = ground
    factories.make_requirement(sites["here"].activity)
    later = DAY + timedelta(days=10)
    factories.make_engagement(volunteer, sites["here"], starts_on=later, accepted_by=by)
    factories.make_clearance(volunteer, valid_from=later)
    rows = Engagement.objects.all()
    assert not queries.lacking(rows, DAY).exists()
    assert not rows.filter(pk__in=queries.lacking(rows, DAY).values("pk")).exists()
