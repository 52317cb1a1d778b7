"""Recognition events: who is invited, who answers what, who may see it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coordination.actions import recognition
from coordination.models import RecognitionEvent, RecognitionInvitation, Volunteer
from coordination.states import INVITATION, InvitationState
from coordination.tests import factories
from core.errors import DomainError
from core.models import Message
from core.periods import today


@pytest.fixture
def event(here):
    return factories.make_recognition_event(here)


@pytest.fixture
def invitation(event, volunteer, coordinator):
    recognition.invite_all(event=event, by=coordinator)
    return RecognitionInvitation.objects.get()


def url(name, *args):
    return reverse(f"coordination:{name}", args=args)


def begun(event):
    RecognitionEvent.objects.filter(pk=event.pk).update(
        starts_at=timezone.now() - timedelta(hours=1)
    )


def refused(code, deed, **kwargs):
    with pytest.raises(DomainError) as caught:
        deed(**kwargs)
    assert caught.value.code == code


# --- Invite --------------------------------------------------------------------------------


def test_invite_all_asks_active_ones_under_the_branch_once(
    municipality, here, volunteer, volunteer_elsewhere, coordinator
):
    event = factories.make_recognition_event(here)
    under = factories.make_volunteer()
    factories.make_engagement(under, factories.make_site(factories.make_branch(parent=here)))
    no_thanks = factories.make_volunteer()
    Volunteer.objects.filter(pk=no_thanks.pk).update(wants_community=False)
    uncleared = factories.make_volunteer()
    for person in (no_thanks, uncleared):
        site = factories.make_site(here)
        factories.make_engagement(person, site)
    factories.make_requirement(uncleared.engagements.get().site.activity)
    assert recognition.invite_all(event=event, by=coordinator) == 2
    assert recognition.invite_all(event=event, by=coordinator) == 0
    assert set(event.invitations.values_list("volunteer_id", flat=True)) == {
        volunteer.pk,
        under.pk,
    }
    assert Message.objects.filter(kind="coordination.recognition_invited").count() == 2


@pytest.mark.parametrize("number", [1, 3, 30])
def test_invite_all_queries(number, here, coordinator, django_assert_num_queries):
    event = factories.make_recognition_event(here)
    site = factories.make_site(here)
    for _each in range(number):
        factories.make_engagement(factories.make_volunteer(), site)
    with django_assert_num_queries(11):
        recognition.invite_all(event=event, by=coordinator)


def test_invite_chosen(event, volunteer, volunteer_elsewhere, coordinator):
    chosen = Volunteer.objects.filter(pk=volunteer_elsewhere.pk)
    recognition.invite(event=event, volunteers=chosen, by=coordinator)
    assert event.invitations.get().volunteer == volunteer_elsewhere


def test_invite_to_what_is_over(event, coordinator):
    begun(event)
    refused("event_over", recognition.invite_all, event=event, by=coordinator)


def test_cancel_tells_those_who_said_yes(invitation, event, volunteer, coordinator):
    user = volunteer.person.user
    recognition.answer(invitation=invitation, coming=True, by=user)
    recognition.cancel(event=event, by=coordinator)
    kinds = Message.objects.filter(person_id=volunteer.pk).order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == [
        "coordination.recognition_invited",
        "coordination.recognition_cancelled",
    ]
    refused("event_cancelled", recognition.answer, invitation=invitation, coming=False, by=user)


# --- Answers -------------------------------------------------------------------------------


def test_answer_after_the_last_day(invitation, event, volunteer, coordinator):
    RecognitionEvent.objects.update(reply_by=today() - timedelta(days=1))
    refused(
        "reply_too_late",
        recognition.answer,
        invitation=invitation,
        coming=True,
        by=volunteer.person.user,
    )
    recognition.answer(invitation=invitation, coming=True, by=coordinator)


def test_attendance_before_the_event(invitation, coordinator):
    refused(
        "not_begun",
        recognition.register_attendance,
        invitation=invitation,
        attended=True,
        by=coordinator,
    )


DEEDS = {
    InvitationState.COMING: (
        False,
        lambda row, by: recognition.answer(invitation=row, coming=True, by=by),
    ),
    InvitationState.NOT_COMING: (
        False,
        lambda row, by: recognition.answer(invitation=row, coming=False, by=by),
    ),
    InvitationState.ATTENDED: (
        True,
        lambda row, by: recognition.register_attendance(invitation=row, attended=True, by=by),
    ),
}


@pytest.mark.parametrize("target", DEEDS)
@pytest.mark.parametrize("state", InvitationState)
def test_invitation_every_transition(state, target, invitation, event, coordinator):
    needs_begun, deed = DEEDS[target]
    if needs_begun:
        begun(event)
    answered = (
        {}
        if state == InvitationState.INVITED
        else {"answered_at": timezone.now(), "answered_by": coordinator}
    )
    RecognitionInvitation.objects.update(state=state, **answered)
    if INVITATION.allows(state, target) or state == target:
        assert deed(invitation, coordinator).state == target
    else:
        refused("wrong_state", deed, row=invitation, by=coordinator)


def test_attendance_taken_back_is_coming(invitation, event, coordinator):
    begun(event)
    for attended in (True, False):
        recognition.register_attendance(invitation=invitation, attended=attended, by=coordinator)
    invitation.refresh_from_db()
    assert invitation.state == InvitationState.COMING


# --- Pages ---------------------------------------------------------------------------------


EVENT_PAGES = (
    "recognition-detail",
    "recognition-edit",
    "recognition-invite",
    "recognition-volunteer-lookup",
    "recognition-attendance",
    "recognition-cancel",
)


@pytest.mark.parametrize("page", EVENT_PAGES)
def test_page_for_each(page, client, coordinator, coordinator_elsewhere, volunteer, event):
    client.force_login(coordinator)
    assert client.get(url(page, event.pk)).status_code == 200
    client.force_login(coordinator_elsewhere)
    assert client.get(url(page, event.pk)).status_code == 404
    client.force_login(volunteer.person.user)
    assert client.get(url(page, event.pk)).status_code == 404


@pytest.mark.parametrize("page", EVENT_PAGES[1:])
def test_page_that_changes_is_forbidden_to_readers(page, client, reader, event):
    client.force_login(reader)
    assert client.get(url(page, event.pk)).status_code == 403


def test_reader_sees_no_names(client, reader, invitation, event):
    client.force_login(reader)
    page = client.get(url("recognition-detail", event.pk))
    assert page.context["answers"]["invited"] == 1
    assert "Frida" not in page.content.decode()


@pytest.mark.parametrize("number", [1, 3, 30])
def test_list_queries(number, client, coordinator, here, volunteer, django_assert_num_queries):
    for _each in range(number):
        recognition.invite_all(event=factories.make_recognition_event(here), by=coordinator)
    client.force_login(coordinator)
    client.get(url("recognition-list"))
    with django_assert_num_queries(7):
        client.get(url("recognition-list"))


def test_create_invite_and_register(client, coordinator, here, volunteer):
    client.force_login(coordinator)
    values = {
        "branch": here.pk,
        "title": "Frivillig Fredag",
        "starts_on": "24.9.2027",
        "starts": "17",
        "place": "Borgernes Hus",
        "reply_by": "10.9.2027",
    }
    client.post(url("recognition-create"), values)
    event = RecognitionEvent.objects.get()
    assert timezone.localtime(event.starts_at).isoformat() == "2027-09-24T17:00:00+02:00"
    client.post(url("recognition-invite", event.pk), {"who": "one", "volunteer": volunteer.pk})
    invitation = event.invitations.get()
    begun(event)
    client.post(url("recognition-attendance", event.pk), {"came": [invitation.pk]})
    invitation.refresh_from_db()
    assert invitation.state == InvitationState.ATTENDED


def test_create_elsewhere_is_not_a_choice(client, coordinator, elsewhere):
    client.force_login(coordinator)
    values = {"branch": elsewhere.pk, "title": "Fest", "starts_on": "24.9.2027", "starts": "17"}
    page = client.post(url("recognition-create"), values | {"place": "Her"})
    assert page.context["form"].errors.keys() == {"branch"}


def test_invite_somebody_elsewhere_is_not_a_choice(client, coordinator, event, volunteer_elsewhere):
    client.force_login(coordinator)
    values = {"who": "one", "volunteer": volunteer_elsewhere.pk}
    page = client.post(url("recognition-invite", event.pk), values)
    assert page.context["form"].errors.keys() == {"volunteer"}
