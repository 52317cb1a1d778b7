"""Registering people, their contact, and who gets a sign-in: no account is ever taken over."""

import pytest

from coordination import emails
from coordination.actions import people
from coordination.models import Person
from coordination.tests import factories
from core import audit, policies
from core.errors import DomainError
from core.models import AuditEvent, Message, User
from core.periods import today


def refusal(call, **arguments):
    with pytest.raises(DomainError) as caught:
        call(**arguments)
    return caught.value.code


def test_register_person_tidies_and_makes_findable(db):
    person = people.register_person(
        name="  Åse   Dåsen ", email="Aase@Example.dk", phone="12 34 56 78", by=audit.ANONYMOUS
    )
    assert (person.name, person.phone) == ("Åse Dåsen", "+4512345678")
    assert person.search == "åse dåsen åse@example.dk 12345678"


def test_register_person_never_reuses_somebody_with_the_same_address(db):
    first = people.register_person(name="Ib", email="faelles@example.dk", by=audit.ANONYMOUS)
    second = people.register_person(name="Bo", email="faelles@example.dk", by=audit.ANONYMOUS)
    assert first.pk != second.pk


def test_register_person_is_recorded_without_content(db):
    person = people.register_person(name="Ib", email="ib@example.dk", by=audit.ANONYMOUS)
    event = AuditEvent.objects.get(kind="person.registered")
    assert (event.object_id, event.fields, event.actor_kind) == (str(person.pk), [], "anonymous")


def test_register_person_refuses_an_empty_name(db):
    assert refusal(people.register_person, name="  ", by=audit.ANONYMOUS) == "name_missing"


@pytest.mark.parametrize(("years", "refused"), [(12, True), (13, False), (78, False)])
def test_register_person_age_by_year_gives_the_doubt_to_the_person(db, years, refused):
    year = today().year - years
    if refused:
        call = {"name": "Ung", "birth_year": year, "by": audit.ANONYMOUS}
        assert refusal(people.register_person, **call) == "too_young"
    else:
        people.register_person(name="Ung", birth_year=year, by=audit.ANONYMOUS)


def test_register_person_age_limit_is_a_setting(manager):
    policies.set("volunteer.minimum_age", 18, by=manager)
    call = {"name": "Ung", "birth_year": today().year - 17, "by": audit.ANONYMOUS}
    assert refusal(people.register_person, **call) == "too_young"


def test_update_person_writes_only_what_changed(coordinator):
    person = factories.make_person("Ib Ibsen", phone="+4511111111")
    people.update_person(person=person, by=coordinator, name="Ib Ibsen", phone="22222222")
    person.refresh_from_db()
    assert person.phone == "+4522222222"
    assert "22222222" in person.search
    assert AuditEvent.objects.get(kind="person.updated").fields == ["phone"]


def test_update_person_leaves_the_sign_in_alone(volunteer, coordinator):
    """Whoever may edit a contact must not be able to move the sign-in to their own mailbox."""
    people.update_person(person=volunteer.person, by=coordinator, email="karen@example.dk")
    assert User.objects.get(pk=volunteer.person.user_id).email == "frida@example.dk"


def test_update_person_refuses_fields_that_are_not_contact(coordinator):
    with pytest.raises(TypeError):
        people.update_person(person=factories.make_person(), by=coordinator, user=coordinator)


def test_give_sign_in_makes_an_account_without_password(coordinator):
    person = factories.make_person("Ib Ibsen", email="Ib@Example.dk", language="en")
    user = people.give_sign_in(person=person, by=coordinator)
    assert (user.email, user.name, user.language) == ("ib@example.dk", "Ib Ibsen", "en")
    assert not user.has_usable_password()
    assert Person.objects.get(pk=person.pk).user == user


def test_give_sign_in_twice_gives_the_same_account(coordinator):
    person = factories.make_person()
    first = people.give_sign_in(person=person, by=coordinator)
    assert people.give_sign_in(person=person, by=coordinator) == first


def test_give_sign_in_needs_an_address(coordinator):
    person = factories.make_person(email="")
    assert refusal(people.give_sign_in, person=person, by=coordinator) == "sign_in_needs_email"


def test_give_sign_in_never_takes_another_persons_account(volunteer, coordinator):
    friend = factories.make_person(email="FRIDA@example.dk")
    assert refusal(people.give_sign_in, person=friend, by=coordinator) == "sign_in_taken"
    assert Person.objects.get(pk=friend.pk).user is None


def test_give_sign_in_does_not_open_a_closed_account(coordinator):
    factories.make_user("lukket@example.dk", is_active=False)
    person = factories.make_person(email="lukket@example.dk")
    assert refusal(people.give_sign_in, person=person, by=coordinator) == "sign_in_closed"


def test_give_sign_in_coordinator_cannot_link_a_manager_to_a_person(coordinator, manager):
    person = factories.make_person(email=manager.email)
    assert refusal(people.give_sign_in, person=person, by=coordinator) == "sign_in_is_staff"


def test_give_sign_in_staff_are_linked_by_themselves_or_a_manager(coordinator, leader, manager):
    own = factories.make_person(email=coordinator.email)
    assert people.give_sign_in(person=own, by=coordinator) == coordinator
    other = factories.make_person(email=leader.email)
    assert people.give_sign_in(person=other, by=manager) == leader


def test_give_sign_in_links_an_account_that_is_nobodys(coordinator, stranger):
    person = factories.make_person(email=stranger.email)
    assert people.give_sign_in(person=person, by=coordinator) == stranger


def test_the_old_address_is_told_that_it_is_not_used_any_more(volunteer, coordinator):
    """Links to sign go to the contact address: nobody moves it without the person hearing of it."""
    old = volunteer.person.email
    people.update_person(person=volunteer.person, email="ny@example.dk", by=coordinator)
    told = Message.objects.get(kind=emails.EMAIL_CHANGED)
    assert (told.recipient_email, told.person_id, told.params) == (old, volunteer.pk, {})
    assert "ny@example.dk" not in str(emails._email_changed_context(told))
    people.update_person(person=volunteer.person, email=old, by=coordinator)
    assert emails._email_changed_context(told) is None


def test_nobody_is_told_where_there_was_no_address_or_only_capitals(coordinator):
    person = factories.make_person("Ib", email="")
    people.update_person(person=person, email="ib@example.dk", by=coordinator)
    people.update_person(person=person, email="Ib@example.dk", by=coordinator)
    assert not Message.objects.exists()
