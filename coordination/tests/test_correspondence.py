"""Messages as coordinators see them: only their branches', and what can be done about them."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core import mail as outbox
from django.urls import reverse
from django.utils import timezone

from coordination import emails
from coordination.models import Engagement, Person
from coordination.reach import reach_of
from coordination.tests import factories
from core import delivery, mail, policies
from core.channels import bounces, reach, words
from core.models import AccessEvent, AddressRecord, Channel, Letter, Message, MessageState
from core.periods import today


def url(name, *args):
    return reverse(f"coordination:{name}", args=args)


def get(client, user, name, *args):
    client.force_login(user)
    return client.get(url(name, *args))


def engagement_of(volunteer):
    return Engagement.objects.filter(volunteer=volunteer).first()


def write_to(volunteer, **contact):
    """A welcome about the volunteer's first engagement, to a person who is reached so."""
    Person.objects.filter(pk=volunteer.pk).update(**{"email": "", "phone": ""} | contact)
    engagement = Engagement.objects.select_related("volunteer__person").get(
        pk=engagement_of(volunteer).pk
    )
    message = emails.send_welcome(engagement)
    delivery.deliver()
    message.refresh_from_db()
    return message


def write_another_to(volunteer):
    mail.send(
        emails.WELCOME,
        to=mail.Recipient("", volunteer.person.name, person_id=volunteer.pk),
        about=engagement_of(volunteer),
    )
    delivery.deliver()


@pytest.fixture
def unreached(volunteer):
    return write_to(volunteer)


@pytest.fixture
def letter(volunteer):
    write_to(volunteer, address="Algade 1", postcode="5000")
    return Letter.objects.get()


def day_key():
    return int(f"{today():%Y%m%d}")


# --- The log of one person -----------------------------------------------------------------


def test_person_without_email_and_phone_gets_a_letter(volunteer, letter):
    assert letter.message.state == MessageState.TO_POST
    assert letter.address == "Algade 1\n5000 Odense C"


def test_log_shows_what_became_of_each_message_in_words(client, coordinator, volunteer, unreached):
    page = get(client, coordinator, "person-messages", volunteer.pk).content.decode()
    assert str(words.title_of(unreached)) in page
    assert words.reason_of(unreached) in page
    assert AccessEvent.objects.filter(purpose="messages.person").count() == 1


def test_log_holds_nothing_about_other_branches(
    client, coordinator, coordinator_elsewhere, volunteer, elsewhere, central_coordinator
):
    site = factories.make_site(elsewhere, factories.make_activity(elsewhere, "Hemmelig Aktivitet"))
    there = factories.make_engagement(volunteer, site)
    emails.send_welcome(there)
    emails.send_welcome(engagement_of(volunteer))
    emails.send_data_notice(volunteer.person)

    def shown(user):
        rows = get(client, user, "person-messages", volunteer.pk).context["rows"]
        return {(row.about_type, row.about_id) for row in rows}

    person = ("coordination.person", volunteer.pk)
    here = ("coordination.engagement", engagement_of(volunteer).pk)
    assert shown(coordinator) == {person, here}
    assert shown(coordinator_elsewhere) == {person, ("coordination.engagement", there.pk)}
    assert len(shown(central_coordinator)) == 3


def test_marked_address_is_told_on_the_log_and_can_be_used_again(client, coordinator, volunteer):
    for _bounce in range(3):
        bounces.count("frida@example.dk", person_id=volunteer.pk)
    page = get(client, coordinator, "person-messages", volunteer.pk)
    assert page.context["record"].marked_at is not None
    client.post(url("address-clear", volunteer.pk))
    assert AddressRecord.objects.get().marked_at is None


# --- What did not arrive -------------------------------------------------------------------


def test_unreached_is_on_the_list_of_its_branch_only(
    client, coordinator, coordinator_elsewhere, unreached
):
    assert unreached.state == MessageState.BY_HAND
    assert get(client, coordinator, "not-arrived").context["rows"] == [unreached]
    assert get(client, coordinator_elsewhere, "not-arrived").context["rows"] == []
    assert get(client, coordinator_elsewhere, "message-deed", unreached.pk).status_code == 404


def test_address_is_written_and_the_message_sent_again(client, coordinator, volunteer, unreached):
    Person.objects.filter(pk=volunteer.pk).update(email="ny@example.dk")
    client.force_login(coordinator)
    client.post(url("message-deed", unreached.pk), {"deed": "again"})
    assert delivery.deliver() == 1
    assert outbox.outbox[-1].to == ["Frida Frivillig <ny@example.dk>"]
    assert get(client, coordinator, "not-arrived").context["rows"] == []


def test_letter_needs_an_address(client, coordinator, volunteer, unreached):
    client.force_login(coordinator)
    answer = client.post(url("message-deed", unreached.pk), {"deed": "letter"})
    assert answer.status_code == 200
    assert not Letter.objects.exists()
    Person.objects.filter(pk=volunteer.pk).update(
        email="ny@example.dk", address="Algade 1", postcode="5000"
    )
    client.post(url("message-deed", unreached.pk), {"deed": "letter"})
    delivery.deliver()
    assert Letter.objects.get().message.pk == unreached.pk


def test_told_in_person_leaves_the_list(client, coordinator, unreached):
    client.force_login(coordinator)
    client.post(url("message-deed", unreached.pk), {"deed": "told"})
    unreached.refresh_from_db()
    assert (unreached.state, unreached.reason) == (MessageState.SENT, "told")


def test_old_ones_are_not_shown(client, coordinator, unreached):
    Message.objects.filter(pk=unreached.pk).update(created_at=timezone.now() - timedelta(days=200))
    assert get(client, coordinator, "not-arrived").context["rows"] == []


# --- Letters -------------------------------------------------------------------------------


def test_letters_are_printed_and_posted_by_their_branch(
    client, coordinator, coordinator_elsewhere, letter
):
    assert get(client, coordinator_elsewhere, "letter-print", day_key()).status_code == 404
    printed = get(client, coordinator, "letter-print", day_key())
    assert printed.content.startswith(b"%PDF")
    assert AccessEvent.objects.filter(purpose="letters.printed").count() == 1
    client.post(url("letter-posted", day_key()))
    letter.refresh_from_db()
    assert letter.posted_by == coordinator
    assert letter.message.state == MessageState.SENT
    assert get(client, coordinator, "letter-list").context["days"] == []


def test_letter_that_comes_while_the_others_are_printed_is_not_posted_with_them(
    client, coordinator, volunteer, letter
):
    page = get(client, coordinator, "letter-list").text
    posted = re.search(r'href="([^"]*/sendt/[^"]*)"', page).group(1)
    write_another_to(volunteer)
    assert client.get(posted).status_code == 200
    client.post(posted)
    assert [row.posted_at is None for row in Letter.objects.order_by("pk")] == [False, True]
    assert get(client, coordinator, "letter-list").context["days"][0]["number"] == 1


@pytest.fixture
def numbers(monkeypatch, manager):
    """A municipality with Digital Post, and {person id: CPR number} as its source knows them."""
    policies.set("messages.digital_post", value=True, by=manager)
    policies.set("municipality.cvr", "35209115", by=manager)
    known = {}

    def reach_with_digital_post(ids):
        found = reach_of(ids)
        return {pk: replace(one, digital_post=pk in known) for pk, one in found.items()}

    def cpr_of(ids):
        return {pk: known[pk] for pk in {*ids} & {*known}}

    monkeypatch.setattr(reach, "_finders", {"reach": reach_with_digital_post, "cpr": cpr_of})
    return known


@pytest.fixture
def digital(volunteer, numbers):
    """A message that waits to be handed over as Digital Post."""
    numbers[volunteer.pk] = "0101011234"
    message = write_to(volunteer, address="Algade 1", postcode="5000")
    assert (message.state, message.channel) == (MessageState.TO_POST, Channel.DIGITAL_POST)
    return message


def test_digital_post_is_fetched_and_handed_over_in_its_own_words(
    client, coordinator, volunteer, digital
):
    page = get(client, coordinator, "letter-list").text
    assert "1 besked med Digital Post" in page
    file = get(client, coordinator, "digital-post", day_key())
    assert zipfile.is_zipfile(io.BytesIO(file.content))
    log = get(client, coordinator, "person-messages", volunteer.pk).text
    assert "Digital Post, der skal afleveres" in log
    asked = get(client, coordinator, "digital-posted", day_key()).context
    assert [asked["heading"], asked["action"], *asked["consequences"]] == [
        "Markér beskederne som afleveret",
        "Ja, den er afleveret",
        "Antal beskeder: 1.",
        "De tæller som sendt, og de forsvinder fra listen.",
    ]
    done = client.post(url("digital-posted", day_key()), follow=True).text
    assert "markeret som afleveret" in done
    digital.refresh_from_db()
    assert digital.state == MessageState.SENT


def test_message_that_was_not_in_the_file_is_not_marked_as_handed_over(
    client, coordinator, volunteer, digital, numbers
):
    numbers.clear()
    client.force_login(coordinator)
    answer = client.post(url("digital-posted", day_key()), follow=True).text
    assert "1 besked var ikke med i filen" in answer
    delivery.deliver()
    digital.refresh_from_db()
    assert (digital.state, digital.channel) == (MessageState.TO_POST, Channel.LETTER)
    assert get(client, coordinator, "letter-list").context["days"][0]["number"] == 1


@pytest.mark.parametrize("newest", ["0", "9" * 5000, "-1", "x"])
def test_newest_letter_that_makes_no_sense_harms_nothing(client, coordinator, letter, newest):
    client.force_login(coordinator)
    answer = client.get(url("letter-print", day_key()), {"til": newest})
    assert answer.status_code in (200, 404)


def test_letter_to_a_protected_person_is_written_and_not_listed_by_name(
    client, coordinator, volunteer
):
    Person.objects.filter(pk=volunteer.pk).update(protected_identity=True)
    write_to(volunteer, address="Hemmelig Vej 1", postcode="5000")
    assert Letter.objects.get().name == "Frida Frivillig"
    page = get(client, coordinator, "letter-list").content.decode()
    assert "Frida F." in page
    assert "Hemmelig Vej" not in page
    assert "Frida Frivillig" not in page


@pytest.mark.parametrize("number", [99999999, 1])
def test_day_that_does_not_exist_is_not_found(client, coordinator, number):
    assert get(client, coordinator, "letter-print", number).status_code == 404


def test_posting_twice_posts_once(client, coordinator, manager, letter):
    client.force_login(coordinator)
    client.post(url("letter-posted", day_key()))
    client.force_login(manager)
    assert client.post(url("letter-posted", day_key())).status_code == 404
    letter.refresh_from_db()
    assert letter.posted_by == coordinator


def test_retry_of_a_message_that_came_back_writes_a_new_one(volunteer, coordinator):
    message = write_to(volunteer, email="frida@example.dk")
    Message.objects.filter(pk=message.pk).update(state=MessageState.BOUNCED)
    again = mail.retry(message.pk)
    assert again.pk != message.pk
    assert mail.again(message).pk == again.pk


def test_coordinators_are_told_once_that_mails_come_back(
    volunteer, coordinator, coordinator_elsewhere
):
    for _bounce in range(5):
        bounces.count("frida@example.dk", person_id=volunteer.pk)
    delivery.deliver()
    (told,) = outbox.outbox
    assert coordinator.email in told.to[0]
    assert "Frida Frivillig" in told.subject
    assert f"/frivillige/{volunteer.pk}/beskeder/" in told.body
