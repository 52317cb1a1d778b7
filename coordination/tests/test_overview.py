"""The overview gives back what Odense published, whatever stands around it."""

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse

from coordination import reports
from coordination.models import ActivityKind, Volunteer
from coordination.tests import factories
from core.periods import today

# The published file, as the demo data carries it.
PUBLISHED = Path(__file__).parents[2] / "frivillig" / "demo" / "odense_overview.csv"


def whole_overview(user):
    return reports.overview(user, today(), list(reports.shown_activities(user)))


def published():
    with PUBLISHED.open(encoding="utf-8") as file:
        return [
            (row["activity"], row["kind"], row["volunteers"], row["branches"])
            for row in csv.DictReader(file, delimiter=";")
        ]


@pytest.fixture
def odense(municipality):
    """The published activities, with exactly so many active people; {activity: [Site, ...]}."""
    by = factories.make_user()
    branches, sites = {}, {}
    for title, kind, number, places in published():
        activity = factories.make_activity(municipality, title, kind=kind)
        sites[title] = []
        for place in places.split("|"):
            if place not in branches:
                branches[place] = factories.make_branch(place, parent=municipality)
            sites[title].append(factories.make_site(branches[place], activity))
        _people(sites[title], int(number), by)
    return sites


def _people(sites, number, by):
    """So many people, the first of them at every site of the activity."""
    people = [factories.make_volunteer() for _number in range(number)]
    for index, volunteer in enumerate(people):
        at = sites if index == 0 else [sites[index % len(sites)]]
        for site in at:
            factories.make_engagement(volunteer, site, accepted_by=by)


def test_overview_gives_the_published_table_back(client, odense, manager):
    client.force_login(manager)
    response = client.get(reverse("coordination:overview-export"))
    rows = csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";")
    header, *found = [tuple(row) for row in rows]
    assert header == ("activity", "kind", "volunteers", "branches")
    assert sorted(found) == sorted(published())


def test_overview_does_not_count_who_waits_rests_or_has_left(odense, manager):
    site = odense["Lektiecafé"][0]
    by = factories.make_user()
    before, after = today() - timedelta(days=9), today() + timedelta(days=9)
    factories.make_engagement(factories.make_volunteer(), site, starts_on=after, accepted_by=by)
    left = {"starts_on": before, "ends_on": today() - timedelta(days=1), "accepted_by": by}
    factories.make_engagement(factories.make_volunteer(), site, **left)
    resting = factories.make_engagement(factories.make_volunteer(), site, accepted_by=by)
    resting.pauses.create(starts_on=before)
    factories.make_person()
    row = next(row for row in whole_overview(manager) if row.activity == "Lektiecafé")
    assert row.volunteers == 20


def test_overview_does_not_count_who_lacks_papers(odense, manager):
    factories.make_requirement(odense["Sprogcafé"][0].activity)
    row = next(row for row in whole_overview(manager) if row.activity == "Sprogcafé")
    assert row.volunteers == 0


def test_overview_of_a_branch_counts_only_there(odense):
    site = odense["Åben IT-hjælp"][2]
    reader = factories.make_staff("reader", site.branch)
    rows = whole_overview(reader)
    assert [(row.activity, row.branches) for row in rows] == [
        ("Åben IT-hjælp", ("Bolbro Bibliotek",))
    ]
    assert rows[0].volunteers == Volunteer.objects.filter(engagements__site=site).count()


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_overview_costs_the_same_for_any_number_of_rows(
    client, reader, here, rows, django_assert_num_queries
):
    for _number in range(rows):
        factories.make_engagement(
            factories.make_volunteer(), factories.make_site(here), accepted_by=reader
        )
    client.force_login(reader)
    with django_assert_num_queries(9):
        client.get(reverse("coordination:overview"))


def test_overview_kinds_are_those_of_the_file():
    assert {kind for _title, kind, _number, _places in published()} == set(ActivityKind.values)
