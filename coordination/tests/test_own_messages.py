"""My messages: what was sent, read again, sensitive matter only here; and what I want to get."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from agreements import emails as papers
from agreements.models import Attestation
from coordination import emails
from coordination.actions import preferences
from coordination.tests import factories as make
from core import choices, delivery, gathering, kinds, mail, mailbody
from core.channels.choosing import Reach
from core.errors import DomainError
from core.models import AuditEvent, Message, MessageChoice, MessageState

LIST = reverse("coordination:own-message-list")
CHOICES = reverse("coordination:own-message-choices")


@pytest.fixture
def attestation(volunteer, here, coordinator):
    return Attestation.objects.create(
        volunteer=volunteer,
        branch=here,
        state="ordered",
        opened_at=timezone.now(),
        opened_by=coordinator,
        ordered_at=timezone.now(),
        ordered_by=coordinator,
        consent_until=timezone.localdate() + timedelta(days=14),
    )


@pytest.fixture
def ordered(attestation):
    """A sent message whose matter is sensitive."""
    message = papers.send_attestation_ordered(attestation)
    delivery.deliver()
    return Message.objects.get(pk=message.pk)


def sign_in(client, person):
    client.force_login(person.user)
    return client


# --- The list and the letter -----------------------------------------------------------------


def test_sensitive_matter_is_told_here_and_not_in_the_mail(client, volunteer, ordered, mailoutbox):
    sent = mailoutbox[-1]
    written = sent.subject + sent.body + sent.alternatives[0].content
    assert "attest" not in written.lower()
    assert "politi" not in written.lower()
    page = sign_in(client, volunteer.person).get(
        reverse("coordination:own-message", args=[ordered.pk])
    )
    assert "Vi har bestilt en attest" in page.content.decode()
    assert "Politiet sender dig en besked" in page.content.decode()


def test_who_must_give_a_detail_first_is_not_told_that_it_is_ordered(
    client, volunteer, here, coordinator
):
    asked = Attestation.objects.create(
        volunteer=volunteer,
        branch=here,
        state="details",
        opened_at=timezone.now(),
        opened_by=coordinator,
    )
    message = papers.send_attestation_requested(asked)
    delivery.deliver()
    page = sign_in(client, volunteer.person).get(
        reverse("coordination:own-message", args=[message.pk])
    )
    text = page.content.decode()
    assert "Vi mangler en oplysning fra dig" in text
    assert "Vi har bestilt en attest" not in text


def test_list_shows_what_was_sent_and_its_fate(client, volunteer, ordered):
    page = sign_in(client, volunteer.person).get(LIST).content.decode()
    assert "Der venter noget på din side" in page
    assert "attest" not in page.lower()


def test_list_holds_only_ones_own_and_no_gathered_mail(client, volunteer, volunteer_elsewhere):
    mine = mail.send(papers.SIGNED, to=emails.recipient(volunteer.person))
    mail.send(papers.SIGNED, to=emails.recipient(volunteer_elsewhere.person))
    mail.send(gathering.DIGEST, to=emails.recipient(volunteer.person), messages=[])
    page = sign_in(client, volunteer.person).get(LIST)
    assert [line["message"] for line in page.context["lines"]] == [mine]


def test_letter_of_somebody_else_is_not_found(client, ordered, volunteer_elsewhere):
    address = reverse("coordination:own-message", args=[ordered.pk])
    assert sign_in(client, volunteer_elsewhere.person).get(address).status_code == 404


def test_letter_about_what_is_over_says_so(client, volunteer, ordered, attestation):
    attestation.delete()
    page = sign_in(client, volunteer.person).get(
        reverse("coordination:own-message", args=[ordered.pk])
    )
    assert page.status_code == 200
    assert "Politiet" not in page.content.decode()


def test_code_cannot_be_read_again(client, volunteer):
    message = mail.send(papers.CODE, to=emails.recipient(volunteer.person))
    client = sign_in(client, volunteer.person)
    assert client.get(reverse("coordination:own-message", args=[message.pk])).status_code == 404


# --- Choosing --------------------------------------------------------------------------------


def test_choice_is_kept_audited_and_followed(client, volunteer, here):
    answer = sign_in(client, volunteer.person).post(CHOICES, {"group_thanks": "none"})
    assert answer.status_code == 302
    choice = MessageChoice.objects.get()
    assert (choice.person_id, choice.group, choice.wish) == (volunteer.pk, "thanks", "none")
    event = AuditEvent.objects.get(kind="messages.chosen")
    assert (event.fields, event.actor_id) == (["thanks"], volunteer.person.user_id)
    invitation = make_invitation(here, volunteer)
    emails.send_recognition_invitations([invitation])
    Message.objects.update(priority=kinds.URGENT)
    delivery.deliver()
    message = Message.objects.get()
    assert (message.state, message.reason) == (MessageState.SKIPPED, "declined")


def make_invitation(branch, volunteer):
    event = make.make_recognition_event(branch)
    return event.invitations.create(
        volunteer=volunteer, invited_at=timezone.now(), invited_by=make.make_user()
    )


def test_choice_back_to_the_usual_leaves_no_row(client, volunteer):
    client = sign_in(client, volunteer.person)
    client.post(CHOICES, {"group_thanks": "none"})
    client.post(CHOICES, {"group_thanks": ""})
    assert not MessageChoice.objects.exists()


@pytest.mark.parametrize("group", ["shifts", "papers", "ties", "applications"])
def test_what_is_needed_cannot_be_declined(volunteer, group):
    with pytest.raises(DomainError) as refused:
        preferences.choose_messages(
            volunteer=volunteer, by=volunteer.person.user, wishes={group: "none"}
        )
    assert refused.value.code == "cannot_decline"
    assert not MessageChoice.objects.exists()


def test_choice_that_is_not_offered_is_an_error_in_the_form(client, volunteer):
    answer = sign_in(client, volunteer.person).post(CHOICES, {"group_shifts": "none"})
    assert answer.status_code == 200
    assert not MessageChoice.objects.exists()


def test_only_ways_that_are_known_are_offered(db):
    def ways(**known):
        offers = {offer.group.key: offer for offer in choices.offers(7, Reach(**known))}
        return [wish for wish, _words in offers["reminders"].wishes]

    assert ways(email="f@example.dk") == ["", "email", "none"]
    assert "letter" in ways(address=("Vej 1", "5000 Odense C"))
    assert "email" not in ways()


def test_coordinator_sets_it_for_who_rings(client, coordinator, volunteer):
    client.force_login(coordinator)
    address = reverse("coordination:person-message-choices", args=[volunteer.pk])
    assert client.post(address, {"group_reminders": "none"}).status_code == 302
    assert MessageChoice.objects.get().person_id == volunteer.pk
    assert AuditEvent.objects.get(kind="messages.chosen").actor_id == coordinator.pk


def test_page_of_choices_is_only_for_volunteers(client, coordinator):
    client.force_login(coordinator)
    assert client.get(CHOICES).status_code == 404


# --- Safety ----------------------------------------------------------------------------------


def test_secret_links_are_hidden_when_read_again(volunteer, here):
    kind = kinds.kinds()[papers.LINK]
    text = mailbody.messagetexts.shipped(papers.LINK, "da")
    values = mailbody.mailtext.without_secrets(
        kind, mailbody.mailtext.examples(kind) | {"link": "https://x.dk/aftale/hemmelig/"}
    )
    assert "hemmelig" not in mailbody.filled(kind, text, values).content
