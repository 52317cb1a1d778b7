"""Those who have waited for long are asked once; a yes, a no, or silence, and what follows."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coordination.tests.factories import make_person, make_site
from core import delivery, jobs, policies, schedule
from core.models import AuditEvent, Message
from core.periods import months_later, today
from recruitment import interest, tasks
from recruitment.actions import applications
from recruitment.actions import interest as actions
from recruitment.models import Application
from recruitment.tests import factories


@pytest.fixture
def waiting(here):
    """An application received three months ago today."""
    person = make_person("Asta Ansøger", email="asta@example.dk")
    received = timezone.now() + (months_later(today(), -3) - today())
    return factories.make_application(make_site(here), person, received_at=received)


def remind():
    return schedule.remind(schedule.reminders()[interest.KIND])


def page(application):
    return reverse("recruitment:interest", args=[interest.token(application)])


def asked_long_ago(waiting):
    remind()
    delivery.deliver()
    Message.objects.update(sent_at=timezone.now() - timedelta(days=31))


def test_asked_once(waiting, mailoutbox):
    factories.make_application(waiting.site)
    assert [remind(), remind()] == [1, 0]
    delivery.deliver()
    [mail] = mailoutbox
    assert page(waiting) in mail.body
    assert "30 dage" in mail.body


def test_not_asked_when_answered_or_long_overdue(waiting, coordinator):
    Application.objects.update(received_at=timezone.now() - timedelta(days=200))
    assert remind() == 0
    Application.objects.update(received_at=timezone.now() + (months_later(today(), -3) - today()))
    applications.decline(application=waiting, by=coordinator)
    assert remind() == 0


def test_months_are_a_setting_and_the_branch_may_be_off(waiting, here, manager):
    policies.set("applications.asked_again_months", 4, by=manager)
    assert remind() == 0
    policies.set("applications.asked_again_months", 3, by=manager)
    policies.set(f"reminders.{interest.KIND}", False, path=here.path, by=manager)
    assert remind() == 0


def test_answered_in_the_meantime_is_skipped(waiting, coordinator, mailoutbox):
    remind()
    applications.decline(application=waiting, by=coordinator)
    delivery.deliver()
    assert Message.objects.get(kind=interest.KIND).state == "skipped"


def test_opening_the_link_changes_nothing(waiting, client):
    before = Application.objects.values().get()
    answer = client.get(page(waiting))
    assert answer.status_code == 200
    assert "Asta" not in answer.text
    assert Application.objects.values().get() == before


def test_yes_keeps_it_open(waiting, client):
    client.post(page(waiting), {"answer": "yes"})
    waiting.refresh_from_db()
    assert (waiting.state, waiting.confirmed_at is not None) == ("received", True)
    assert actions.close_unanswered() == 0
    assert remind() == 0


def test_no_closes_it_and_a_second_answer_is_told_so(waiting, client):
    client.post(page(waiting), {"answer": "no"})
    waiting.refresh_from_db()
    assert (waiting.state, waiting.withdrawn_at is not None) == ("withdrawn", True)
    assert client.post(page(waiting), {"answer": "yes"}).status_code == 409
    assert AuditEvent.objects.filter(kind="application.withdrawn").count() == 1


@pytest.mark.parametrize("data", [{}, {"answer": "maybe"}])
def test_neither_yes_nor_no_asks_again(waiting, client, data):
    assert client.post(page(waiting), data).status_code == 409
    waiting.refresh_from_db()
    assert waiting.state == "received"


def test_a_link_we_never_made(waiting, client):
    assert client.get(f"{page(waiting)[:-2]}x/").status_code == 404
    assert client.get(reverse("recruitment:interest", args=["1~x"])).status_code == 404


def test_silence_closes_after_a_month(waiting, mailoutbox):
    remind()
    delivery.deliver()
    assert actions.close_unanswered() == 0
    Message.objects.update(sent_at=timezone.now() - timedelta(days=31))
    assert [actions.close_unanswered(), actions.close_unanswered()] == [1, 0]
    waiting.refresh_from_db()
    assert waiting.state == "withdrawn"


def test_who_never_got_the_question_is_not_closed(waiting):
    remind()
    Message.objects.update(created_at=timezone.now() - timedelta(days=90))
    assert actions.close_unanswered() == 0


def test_closing_is_a_rule_of_the_clock(waiting, mailoutbox):
    asked_long_ago(waiting)
    assert "recruitment.close_unanswered" in jobs.rules()
    tasks.close_unanswered(None)
    waiting.refresh_from_db()
    assert waiting.state == "withdrawn"
