"""A volunteer's own pages: what is theirs, what they can take, and why not."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from coordination.actions import assignments, recognition
from coordination.models import Assignment, RecognitionInvitation
from coordination.tests import factories
from core.models import Message
from core.periods import today


@pytest.fixture
def site(volunteer):
    return volunteer.engagements.get().site


@pytest.fixture
def shift(site):
    return factories.make_shift(site)


@pytest.fixture
def me(client, volunteer):
    """A browser in which the volunteer of the cast is signed in."""
    client.force_login(volunteer.person.user)
    return client


def url(name, *args):
    return reverse(f"coordination:{name}", args=args)


def sign_up(shift, volunteer):
    return assignments.sign_up(shift=shift, volunteer=volunteer, by=volunteer.person.user)


def test_page_shows_only_what_is_mine(me, volunteer, volunteer_elsewhere, shift):
    sign_up(shift, volunteer)
    other = factories.make_shift(volunteer_elsewhere.engagements.get().site)
    sign_up(other, volunteer_elsewhere)
    context = me.get(url("own-page")).context
    assert [row.volunteer_id for row in context["assignments"]] == [volunteer.pk]
    assert [row.volunteer_id for row in context["engagements"]] == [volunteer.pk]


def test_page_of_one_who_is_no_volunteer(client, stranger):
    client.force_login(stranger)
    page = client.get(url("own-page"))
    assert page.status_code == 200
    assert page.context["volunteer"] is None
    assert client.get(url("own-contact")).status_code == 404


@pytest.mark.parametrize("page", ["own-page", "own-shift-list", "own-contact"])
def test_page_needs_a_sign_in(page, client, db):
    assert client.get(url(page)).status_code == 302


# --- Shifts --------------------------------------------------------------------------------


def choices(me):
    return {
        choice.shift.pk: [found.code for found in choice.obstacles]
        for choice in me.get(url("own-shift-list")).context["choices"]
    }


def test_list_says_for_each_whether_and_why_not(me, volunteer, site, coordinator):
    mine = factories.make_shift(site, hour=10)
    free = factories.make_shift(site, hour=13)
    clashing = factories.make_shift(site, hour=11)
    full = factories.make_shift(site, hour=16, capacity=1)
    other = factories.make_volunteer()
    factories.make_engagement(other, site)
    assignments.sign_up(shift=full, volunteer=other, by=coordinator)
    later = factories.make_shift(site, day=today() + timedelta(days=20))
    volunteer.engagements.get().pauses.create(starts_on=today() + timedelta(days=15))
    sign_up(mine, volunteer)
    assert choices(me) == {
        clashing.pk: ["overlap"],
        free.pk: [],
        full.pk: ["full"],
        later.pk: ["no_engagement"],
    }


def test_list_leaves_out_other_sites_and_the_past(me, elsewhere, site, coordinator):
    factories.make_shift(factories.make_site(elsewhere))
    factories.make_shift(site, day=today() - timedelta(days=1))
    factories.make_shift(
        site, state="cancelled", cancelled_at=timezone.now(), cancelled_by=coordinator
    )
    assert choices(me) == {}


@pytest.mark.parametrize("number", [1, 3, 30])
def test_list_queries(number, me, volunteer, site, django_assert_num_queries):
    factories.make_requirement(site.activity)
    for days in range(number):
        factories.make_shift(site, day=today() + timedelta(days=days + 1))
    me.get(url("own-shift-list"))
    with django_assert_num_queries(12):
        me.get(url("own-shift-list"))


def test_sign_up_asks_then_does(me, volunteer, shift):
    page = me.get(url("own-shift-sign-up", shift.pk))
    assert page.status_code == 200
    assert not Assignment.objects.exists()
    me.post(url("own-shift-sign-up", shift.pk))
    assert Assignment.objects.get().volunteer == volunteer


def test_sign_up_post_queries(me, volunteer, shift, site, django_assert_max_num_queries):
    factories.make_requirement(site.activity)
    factories.make_clearance(volunteer, site=site)
    me.get(url("own-page"))
    with django_assert_max_num_queries(25):
        assert me.post(url("own-shift-sign-up", shift.pk)).status_code == 302


def test_sign_up_uncleared_by_a_typed_request(me, shift, site):
    factories.make_requirement(site.activity)
    page = me.get(url("own-shift-sign-up", shift.pk))
    assert [found.code for found in page.context["choice"].obstacles] == ["agreement"]
    page = me.post(url("own-shift-sign-up", shift.pk))
    assert page.status_code == 409
    assert page.context["error"].code == "agreement"
    assert not Assignment.objects.exists()


def test_sign_up_that_staff_decide_about_says_whom_to_ring(me, site, shift):
    """What one cannot put in place oneself is no "you can join when"."""
    branch, when = site.branch, _("You can join when this is in place:")
    type(branch).objects.filter(pk=branch.pk).update(phone="66112233")
    type(shift).objects.filter(pk=shift.pk).update(way="staff")
    text = me.get(url("own-shift-sign-up", shift.pk)).content.decode()
    assert "tel:" in text
    assert when not in text
    type(shift).objects.filter(pk=shift.pk).update(way="")
    factories.make_requirement(site.activity)
    assert when in me.get(url("own-shift-sign-up", shift.pk)).content.decode()


def test_sign_up_at_another_site_is_not_there(me, elsewhere):
    shift = factories.make_shift(factories.make_site(elsewhere))
    assert me.get(url("own-shift-sign-up", shift.pk)).status_code == 404
    assert me.post(url("own-shift-sign-up", shift.pk)).status_code == 404


def test_cancel_mine(me, volunteer, shift):
    assignment = sign_up(shift, volunteer)
    assert me.get(url("own-assignment-cancel", assignment.pk)).status_code == 200
    me.post(url("own-assignment-cancel", assignment.pk))
    assignment.refresh_from_db()
    assert assignment.state == "cancelled"


def test_cancel_late_says_so_before_the_button(me, volunteer, site):
    shift = factories.make_shift(site, starts_at=timezone.now() + timedelta(hours=2))
    assignment = sign_up(shift, volunteer)
    page = me.get(url("own-assignment-cancel", assignment.pk))
    assert page.context["late"].code == "too_late"
    assert me.post(url("own-assignment-cancel", assignment.pk)).status_code == 409


def test_cancel_somebody_elses_is_not_there(me, volunteer_elsewhere):
    shift = factories.make_shift(volunteer_elsewhere.engagements.get().site)
    assignment = sign_up(shift, volunteer_elsewhere)
    for method in (me.get, me.post):
        assert method(url("own-assignment-cancel", assignment.pk)).status_code == 404
        assert method(url("assignment-cancel", assignment.pk)).status_code == 404
    assignment.refresh_from_db()
    assert assignment.state == "booked"


# --- Contact -------------------------------------------------------------------------------


def contact(**values):
    return {
        "email": "ny@example.dk",
        "phone": "12 34 56 78",
        "address": "",
        "postcode": "5000",
        "language": "en",
        "languages": "dansk, arabisk",
        "availability": "tirsdag",
    } | values


def test_contact_is_saved_and_the_sign_in_kept(me, volunteer):
    me.post(url("own-contact"), contact())
    volunteer.refresh_from_db()
    person = volunteer.person
    assert (person.email, person.phone, person.language) == ("ny@example.dk", "+4512345678", "en")
    assert not volunteer.wants_community
    assert person.user.email == "frida@example.dk"


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("email", {"email": "", "phone": ""}),
        ("email", {"email": "nej"}),
        ("phone", {"phone": "12"}),
        ("postcode", {"postcode": "abc"}),
        ("availability", {"availability": "x" * 301}),
    ],
)
def test_contact_bad_input_loses_nothing(field, values, me):
    page = me.post(url("own-contact"), contact(languages="dansk <b>'; DROP TABLE", **values))
    assert page.context["form"].errors.keys() == {field}
    assert "dansk &lt;b&gt;&#x27;; DROP TABLE" in page.content.decode()


# --- Invitations ---------------------------------------------------------------------------


@pytest.fixture
def invitation(here, volunteer, coordinator):
    event = factories.make_recognition_event(here)
    recognition.invite_all(event=event, by=coordinator)
    return RecognitionInvitation.objects.get(volunteer=volunteer)


def test_invitation_is_on_my_page(me, invitation):
    assert list(me.get(url("own-page")).context["invitations"]) == [invitation]


@pytest.mark.parametrize(("answer", "state"), [("yes", "coming"), ("no", "not_coming")])
def test_invitation_answer(answer, state, me, invitation):
    assert me.get(url("own-invitation-answer", invitation.pk)).status_code == 200
    me.post(url("own-invitation-answer", invitation.pk), {"answer": answer})
    invitation.refresh_from_db()
    assert invitation.state == state


def test_invitation_without_an_answer(me, invitation):
    page = me.post(url("own-invitation-answer", invitation.pk))
    assert page.status_code == 409


def test_invitation_of_somebody_else_is_not_there(client, volunteer_elsewhere, invitation):
    client.force_login(volunteer_elsewhere.person.user)
    for method in (client.get, client.post):
        assert method(url("own-invitation-answer", invitation.pk)).status_code == 404
    assert Message.objects.count() == 1
