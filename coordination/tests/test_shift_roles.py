"""Roles in a shift: how they are written, places by role, the line, what is lacking, series."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coordination import explainer, rosters, shift_roles
from coordination.actions import assignments, copying, line, series, shifts, stand_ins
from coordination.models import Assignment, Shift
from coordination.states import AssignmentState
from coordination.tests import factories
from coordination.tests.deeds import engaged, join
from coordination.tests.test_actions_assignments import refused
from core.errors import DomainError
from core.periods import today

pytestmark = pytest.mark.usefixtures("no_quiet_hours")

S = AssignmentState
ROLES = "Vært: 1\nBager: 2-4"


@pytest.fixture
def shift(site, coordinator):
    starts_at = factories.at(today() + timedelta(days=7), 15)
    return shifts.plan(
        site=site,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        capacity=1,
        roles=ROLES,
        by=coordinator,
    )


def sign_up(shift, site, role="", **options):
    volunteer = engaged(site)
    return assignments.sign_up(
        shift=shift, volunteer=volunteer, by=volunteer.person.user, role=role, **options
    )


def fill(shift, site, **numbers):
    return [sign_up(shift, site, role) for role, many in numbers.items() for _one in range(many)]


def roles(shift):
    """Who holds a place, by role."""
    rows = shift.assignments.holding_a_place().order_by("pk")
    return list(rows.values_list("role", flat=True))


# --- As they are written -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("", ""),
        ("Vært: 1\n\nBager: 2-4\n", ROLES),
        ("  Vært 1 \n Bager 2 til 4", ROLES),
        ("Vært:1-1\nBager; 2–4", ROLES),
        ("Hold 2: 3", "Hold 2: 3"),
        ("Vært: 0-2", "Vært: 0-2"),
    ],
)
def test_written_in_many_ways_kept_in_one(text, kept):
    assert shift_roles.read(text) == kept
    assert shift_roles.read(kept) == kept


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Vært", "roles_unreadable"),
        ("Vært: mange", "roles_unreadable"),
        ("Vært: 3-2", "roles_unsound"),
        ("Vært: 0", "roles_unsound"),
        ("Vært: 1\nvært: 2", "roles_unsound"),
        ("x" * 41 + ": 1", "roles_unsound"),
        ("\n".join(f"Rolle {letter}: 1" for letter in "abcdefghijklm"), "roles_unsound"),
        ("Vært: 501", "roles_unsound"),
    ],
)
def test_what_cannot_be_read_is_refused(text, code):
    refused(code, shift_roles.read, text=text)


def test_places_are_the_sum_of_the_roles(shift):
    assert (shift.capacity, shift.minimum) == (5, 3)


# --- Signing up ----------------------------------------------------------------------------


def test_one_gets_the_role_one_chooses_until_it_is_full(shift, site):
    fill(shift, site, Vært=1, Bager=1)
    assert roles(shift) == ["Vært", "Bager"]
    error = refused("full", sign_up, shift=shift, site=site, role="Vært")
    assert "Vært" in error.message
    assert sign_up(shift, site, "Bager").role == "Bager"


def test_without_a_choice_one_gets_what_lacks_most(shift, site):
    assert [sign_up(shift, site).role for _number in range(4)] == [
        "Bager",
        "Vært",
        "Bager",
        "Bager",
    ]


def test_an_unknown_role_is_refused(shift, site):
    refused("role_unknown", sign_up, shift=shift, site=site, role="Kok")
    plain = factories.make_shift(site, hour=9)
    refused("role_unknown", sign_up, shift=plain, site=site, role="Kok")
    assert sign_up(plain, site).role == ""


def test_a_request_keeps_the_wish(shift, site, coordinator):
    shifts.change(shift=shift, way="request", by=coordinator)
    asked = sign_up(shift, site, "Vært")
    assert (asked.state, asked.role) == (S.REQUESTED, "Vært")
    other = sign_up(shift, site)
    assert other.role == ""
    assert line.grant(assignment=asked, by=coordinator).role == "Vært"
    assert line.grant(assignment=other, by=coordinator).role == "Bager"
    late = sign_up(shift, site, "Vært")
    assert line.grant(assignment=late, by=coordinator).state == S.WAITING


# --- The line ------------------------------------------------------------------------------


def test_one_waits_for_a_role_while_others_are_free(shift, site, coordinator):
    host = fill(shift, site, Vært=1)[0]
    waits = sign_up(shift, site, "Vært", or_wait=True)
    assert (waits.state, waits.role) == (S.WAITING, "Vært")
    assert sign_up(shift, site, "Bager").state == S.BOOKED
    assignments.cancel(assignment=host, by=coordinator)
    waits.refresh_from_db()
    assert (waits.state, waits.role) == (S.OFFERED, "Vært")


def test_an_offer_respects_the_wish(shift, site, coordinator):
    """The first waits for the host's place; the baker's goes to the next, who takes any."""
    rows = fill(shift, site, Vært=1, Bager=4)
    first = sign_up(shift, site, "Vært", or_wait=True)
    second = sign_up(shift, site, or_wait=True)
    assignments.cancel(assignment=rows[-1], by=coordinator)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state, second.role) == (S.WAITING, S.OFFERED, "Bager")
    refused("full", sign_up, shift=shift, site=site, role="Bager")
    assert line.accept(assignment=second, by=second.volunteer.person.user).role == "Bager"


def test_who_waits_for_a_full_role_takes_no_place_in_another(shift, site, volunteer):
    factories.make_engagement(volunteer, site)
    fill(shift, site, Vært=1, Bager=2)
    for _number in range(2):
        sign_up(shift, site, "Vært", or_wait=True)
    assert rosters.free_of([shift]) == {shift.pk: 2}
    shift = rosters.shifts_with_rules().get(pk=shift.pk)
    assert [one.left for one in rosters.choices([shift], volunteer)] == [2]
    choice = rosters.own_choice(shift, volunteer)
    assert (choice.left, choice.can_join) == (2, True)
    assert [(one.role.name, one.free) for one in choice.roles] == [("Vært", 0), ("Bager", 2)]


def test_a_stand_in_has_the_role(shift, site):
    host = fill(shift, site, Vært=1)[0]
    search = stand_ins.ask(assignment=host, by=host.booked_by)
    taker = engaged(site)
    row = stand_ins.take(stand_in=search, volunteer=taker, by=taker.person.user)
    assert row.role == "Vært"


# --- Changing ------------------------------------------------------------------------------


def change(shift, text, by):
    return shifts.change(shift=shift, roles=text, by=by)


def test_a_new_name_goes_along(shift, site, coordinator):
    fill(shift, site, Vært=1, Bager=1)
    change(shift, "Tovholder: 1\nBager: 2-4", coordinator)
    assert roles(shift) == ["Tovholder", "Bager"]


def test_a_role_that_somebody_has_stays(shift, site, coordinator):
    fill(shift, site, Vært=1, Bager=2)
    refused("role_taken", change, shift=shift, text="Bager: 2-4", by=coordinator)
    refused("role_taken", change, shift=shift, text="Vært: 1-3\nBager: 1", by=coordinator)
    shift.refresh_from_db()
    assert (shift.roles, shift.capacity) == (ROLES, 5)


def test_a_shift_that_gets_roles_gives_them_out(site, coordinator):
    shift = factories.make_shift(site, capacity=3)
    rows = [join(shift, engaged(site)) for _number in range(3)]
    waits = join(shift, engaged(site))
    change(shift, "Vært: 1\nBager: 2", coordinator)
    assert sorted(roles(shift)) == ["Bager", "Bager", "Vært"]
    waits.refresh_from_db()
    assert waits.role == ""
    change(shift, "", coordinator)
    assert roles(shift) == ["", "", ""]
    assert len(rows) == 3


def test_too_few_places_for_those_on_it(site, coordinator):
    shift = factories.make_shift(site, capacity=3)
    for _number in range(3):
        join(shift, engaged(site))
    refused("capacity_below_taken", change, shift=shift, text="Vært: 1\nBager: 1", by=coordinator)


def test_who_waits_for_a_role_that_goes_takes_any(shift, site, coordinator):
    fill(shift, site, Vært=1, Bager=4)
    waits = sign_up(shift, site, "Bager", or_wait=True)
    change(shift, "Vært: 1\nKok: 1\nBager: 4", coordinator)
    waits.refresh_from_db()
    assert (waits.state, waits.role) == (S.WAITING, "Bager")


def test_more_places_in_a_role_are_offered(shift, site, coordinator):
    fill(shift, site, Vært=1)
    waits = sign_up(shift, site, "Vært", or_wait=True)
    change(shift, "Vært: 1-2\nBager: 2-4", coordinator)
    waits.refresh_from_db()
    assert waits.state == S.OFFERED


def test_another_role_for_somebody(shift, site, coordinator):
    host, baker = fill(shift, site, Vært=1, Bager=1)

    def give(role, assignment=host):
        return assignments.change_role(assignment=assignment, role=role, by=coordinator)

    assert give("Bager").role == "Bager"
    assert give("Vært", baker).role == "Vært"
    refused("full", give, role="Vært")
    refused("role_unknown", give, role="Kok")
    refused("wrong_state", give, role="")


def test_a_role_that_becomes_free_goes_to_who_waits(shift, site, coordinator):
    host = fill(shift, site, Vært=1)[0]
    waits = sign_up(shift, site, "Vært", or_wait=True)
    assignments.change_role(assignment=host, role="Bager", by=coordinator)
    waits.refresh_from_db()
    assert waits.state == S.OFFERED


# --- What is lacking -----------------------------------------------------------------------


def test_it_is_told_which_role_lacks(shift, site, coordinator):
    fill(shift, site, Bager=3)
    rows = rosters.with_gaps(Shift.objects.filter(site=site))
    found = rosters.roles_lacking(rows)
    assert shift_roles.lacking_words(found[shift.pk]) == "1 vært"
    who = explainer.who_can(rosters.shifts_with_rules().get(pk=shift.pk), timezone.now())
    assert [(one.role.name, one.lacking) for one in who.roles] == [("Vært", 1), ("Bager", 0)]


def test_gaps_and_the_page_say_it(client, shift, site, coordinator):
    fill(shift, site, Bager=3)
    full = factories.make_shift(site, hour=9, capacity=2, minimum=0)
    client.force_login(coordinator)
    page = client.get(reverse("coordination:shift-gaps"))
    assert [row.pk for row in page.context["rows"]] == [shift.pk]
    assert page.context["people"] == 1
    assert "1 vært" in page.content.decode()
    page = client.get(reverse("coordination:shift-detail", args=[shift.pk]))
    assert [one.lacking for one in page.context["roles"]] == [1, 0]
    assert full.roles == ""


# --- Pages ---------------------------------------------------------------------------------


def test_a_volunteer_chooses_a_role(client, shift, site, volunteer):
    factories.make_engagement(volunteer, site)
    client.force_login(volunteer.person.user)
    address = reverse("coordination:own-shift-sign-up", args=[shift.pk])
    fields = client.get(address).context["form"].fields
    assert [value for value, _words in fields["role"].choices] == ["", "Vært", "Bager"]
    fill(shift, site, Vært=1)
    page = client.post(address, {"role": "Vært"})
    assert page.status_code == 409
    assert page.context["may_choose"]
    client.post(address, {"role": "Vært", "wait": "yes"})
    assert volunteer.assignments.get().state == S.WAITING


def test_nonsense_for_a_role_is_refused(client, shift, site, volunteer):
    factories.make_engagement(volunteer, site)
    client.force_login(volunteer.person.user)
    address = reverse("coordination:own-shift-sign-up", args=[shift.pk])
    assert client.post(address, {"role": "<b>Kok"}).status_code == 409
    assert not volunteer.assignments.exists()


def test_staff_write_choose_and_change_roles(client, site, coordinator):
    shift = factories.make_shift(site)
    client.force_login(coordinator)
    address = reverse("coordination:shift-edit", args=[shift.pk])
    values = {"capacity": 2, "minimum": 1, "roles": "Vært: en"}
    page = client.post(address, values)
    assert page.context["form"].errors.keys() == {"roles"}
    assert "Vært: en" in page.content.decode()
    client.post(address, values | {"roles": ROLES})
    shift.refresh_from_db()
    assert (shift.roles, shift.capacity) == (ROLES, 5)
    frida = engaged(site)
    client.post(
        reverse("coordination:shift-sign-up", args=[shift.pk]),
        {"volunteer": frida.pk, "role": "Vært"},
    )
    row = Assignment.objects.get()
    assert row.role == "Vært"
    client.post(reverse("coordination:assignment-role", args=[row.pk]), {"role": "Bager"})
    row.refresh_from_db()
    assert row.role == "Bager"


# --- Series and copies ---------------------------------------------------------------------


def make_series(site, by, **values):
    day = today() + timedelta(days=2)
    code = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")[day.weekday()]
    model = factories.make_series(site)
    model.delete()
    return series.plan_series(
        site=site,
        starts_on=day,
        rule=f"FREQ=WEEKLY;INTERVAL=1;BYDAY={code}",
        starts=model.starts,
        ends=model.ends,
        skip_holidays=False,
        skip_local_days=False,
        skip_school_holidays=False,
        by=by,
        **values,
    )


def test_series_carry_roles_and_who_signs_up(site, coordinator):
    one = make_series(site, coordinator, capacity=1, roles=ROLES, way="request")
    made = list(one.shifts.all())
    assert {(row.roles, row.capacity, row.minimum, row.way) for row in made} == {
        (ROLES, 5, 3, "request")
    }
    changed = series.change_series(
        series=one,
        from_day=made[0].series_day,
        by=coordinator,
        rule=one.rule,
        starts=one.starts,
        ends=one.ends,
        capacity=1,
        minimum=1,
        roles="Vært: 1-2",
        way="staff",
    )
    assert {(row.roles, row.capacity, row.way) for row in changed.shifts.all()} == {
        ("Vært: 1-2", 2, "staff")
    }


def test_copies_have_the_roles(shift, site, coordinator):
    (made,) = copying.copy_shifts(
        activity=site.activity,
        first_day=shift.day,
        last_day=shift.day,
        new_first_day=shift.day + timedelta(days=3),
        by=coordinator,
    )
    assert (made.roles, made.capacity) == (ROLES, 5)


def test_unknown_details_are_refused(site, coordinator):
    starts_at = factories.at(today() + timedelta(days=7), 9)
    with pytest.raises(TypeError):
        shifts.plan(site=site, starts_at=starts_at, ends_at=starts_at, colour="rød", by=coordinator)
    with pytest.raises(DomainError):
        shifts.plan(
            site=site,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
            capacity=1,
            roles="Vært",
            by=coordinator,
        )
