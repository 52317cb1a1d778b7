"""What managers see of the machinery, what monitoring sees, and who is told, once."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.urls import reverse

from core import alerts, delivery, jobs, mail, operations, policies, tasks, wake
from core import kinds as message_kinds
from core.models import (
    AuditEvent,
    Heartbeat,
    Incident,
    Job,
    JobState,
    Message,
    MessageState,
    Queue,
    ScheduledRun,
)

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
MAIL_WORKER = "program:worker:mail"


@pytest.fixture
def clock(db, monkeypatch):
    """Noon, no broker, everything running: each program has just been seen and each rule run."""
    monkeypatch.setattr(wake, "send", lambda wake: True)
    with time_machine.travel(NOW, tick=False) as traveller:
        all_is_well()
        yield traveller


def all_is_well():
    for name in (operations.CLOCK, *map(operations.worker_name, Queue.values)):
        operations.seen(name)
    for rule in jobs.rules():
        now = datetime.now(UTC)
        ScheduledRun.objects.create(rule=rule, slot=now, created_at=now, finished_at=now)


def kinds():
    return [trouble.kind for trouble in operations.snapshot().troubles]


def told():
    return sorted(Message.objects.values_list("kind", "recipient_email"))


def make_job(name="tests.broken", state=JobState.FAILED, **values):
    finished = {"finished_at": datetime.now(UTC)} if state == JobState.FAILED else {}
    return Job.objects.create(name=name, key=f"{name}{Job.objects.count()}", state=state,
                              **finished | values)  # fmt: skip


def write(state=MessageState.WAITING, number=1, **values):
    for one in range(number):
        Message.objects.create(
            kind="tests.letter",
            recipient_email="anna@example.dk",
            message_id=f"<{Message.objects.count()}.{one}@example.dk>",
            state=state,
            sent_at=datetime.now(UTC) if state == MessageState.SENT else None,
            **values,
        )


# --- What is wrong -------------------------------------------------------------------------


def test_all_is_well(clock):
    assert kinds() == []


def test_a_rule_that_has_not_run_in_twice_its_interval(clock):
    rule = jobs.rules()["core.seal_audit"]
    clock.shift(2 * rule.every)
    all_is_well_but(rule.name)
    assert kinds() == []
    clock.shift(timedelta(seconds=1))
    assert kinds() == ["rule:core.seal_audit"]


def all_is_well_but(name):
    runs = list(ScheduledRun.objects.filter(rule=name))
    ScheduledRun.objects.all().delete()
    all_is_well()
    ScheduledRun.objects.filter(rule=name).delete()
    ScheduledRun.objects.bulk_create(runs)


def test_a_rule_that_begins_and_never_ends_is_overdue(clock):
    rule = jobs.rules()["core.seal_audit"]
    ScheduledRun.objects.filter(rule=rule.name).update(finished_at=None)
    clock.shift(2 * rule.every + timedelta(seconds=1))
    all_is_well_but(rule.name)
    ScheduledRun.objects.create(rule=rule.name, slot=datetime.now(UTC))
    assert kinds() == ["rule:core.seal_audit"]


def test_jobs_that_failed_lately(clock):
    make_job()
    make_job("tests.old", finished_at=NOW - timedelta(days=2))
    assert kinds() == ["job:tests.broken"]
    assert [(one.name, one.count) for one in operations.snapshot().failed] == [
        ("tests.broken", 1),
        ("tests.old", 1),
    ]


def test_mail_that_waits_too_long(clock):
    write(not_before=NOW - timedelta(minutes=59))
    assert kinds() == []
    clock.shift(timedelta(minutes=2))
    assert kinds() == ["mail"]


def test_mail_that_rests_at_night_is_late_from_the_morning_on(clock, monkeypatch):
    """An hour's patience after eight; what the work needs is late at night too."""
    monkeypatch.setattr(message_kinds, "_kinds", dict(message_kinds.kinds()))
    mail.register("tests.letter", context=lambda message: {}, declinable=True)
    late_evening = datetime(2026, 3, 3, 21, 30, tzinfo=UTC)
    write(not_before=late_evening)
    found = {}
    for hour, minute in ((2, 0), (7, 59), (8, 59), (9, 1)):
        clock.move_to(datetime(2026, 3, 4, hour - 1, minute, tzinfo=UTC))
        found[hour, minute] = "mail" in kinds()
    assert found == {(2, 0): False, (7, 59): False, (8, 59): False, (9, 1): True}
    mail.register("tests.letter", context=lambda message: {})
    clock.move_to(late_evening + timedelta(minutes=61))
    assert "mail" in kinds()


def test_mail_that_is_put_off_again_and_again_is_stuck(clock):
    write(created_at=NOW - timedelta(hours=3), not_before=NOW + timedelta(hours=3), attempts=4)
    assert kinds() == ["mail"]


def test_mail_for_tomorrow_is_not_stuck(clock):
    write(created_at=NOW - timedelta(days=3), not_before=NOW + timedelta(days=1))
    assert kinds() == []


def test_programs_that_are_not_seen(clock):
    clock.shift(operations.UNSEEN_AFTER + timedelta(seconds=1))
    operations.seen("worker:interactive")
    assert kinds() == ["program:clock", MAIL_WORKER, "program:worker:bulk"]


def test_a_worker_in_a_long_job_is_alive(clock):
    token = "00000000-0000-4000-8000-000000000000"
    clock.shift(operations.UNSEEN_AFTER + timedelta(seconds=1))
    for name in ("clock", "worker:interactive", "worker:mail"):
        operations.seen(name)
    busy = make_job("tests.long", JobState.RUNNING, queue=Queue.BULK, lease_token=token,
                    lease_until=datetime.now(UTC) + timedelta(seconds=30))  # fmt: skip
    assert kinds() == []
    Job.objects.filter(pk=busy.pk).update(lease_until=datetime.now(UTC) - timedelta(seconds=1))
    assert kinds() == ["program:worker:bulk"]


def test_the_part_of_the_mail_that_did_not_arrive(clock):
    write(MessageState.SENT, 3)
    write(MessageState.FAILED)
    write(MessageState.FAILED, created_at=NOW - timedelta(days=31))
    assert operations.snapshot().mail.failed_rate == 0.25


# --- Who is told ---------------------------------------------------------------------------


def test_managers_are_told_once_and_when_it_is_over(clock, manager, coordinator):
    make_job()
    for _time in range(3):
        alerts.check()
    assert told() == [(alerts.BEGAN, manager.email)]
    Job.objects.all().delete()
    alerts.check()
    assert told() == [(alerts.BEGAN, manager.email)]  # it may come back at once
    clock.shift(alerts.OVER_AFTER + timedelta(seconds=1))
    all_is_well()
    for _time in range(2):
        alerts.check()
    assert told() == [(alerts.BEGAN, manager.email), (alerts.ENDED, manager.email)]
    make_job()
    alerts.check()
    assert len(told()) == 3


def test_what_comes_and_goes_is_one_incident(clock, manager):
    for _time in range(4):
        make_job()
        alerts.check()
        Job.objects.all().delete()
        clock.shift(alerts.OVER_AFTER / 2)
        all_is_well()
        alerts.check()
    assert told() == [(alerts.BEGAN, manager.email)]


def test_all_that_is_new_is_one_mail(clock, manager, mailoutbox):
    for number in range(3):
        make_job(f"tests.broken{number}")
    alerts.check()
    delivery.deliver()
    (letter,) = mailoutbox
    assert [f"tests.broken{number}" in letter.body for number in range(3)] == [True] * 3


def test_an_address_in_the_settings_is_told_instead(clock, manager):
    policies.set("operations.alert_email", "drift@example.dk", by=manager)
    make_job()
    alerts.check()
    assert told() == [(alerts.BEGAN, "drift@example.dk")]


def test_the_alert_says_what_and_since_when(clock, manager, mailoutbox):
    make_job()
    alerts.check()
    delivery.deliver()
    (letter,) = mailoutbox
    assert "tests.broken" in letter.body
    assert reverse("core:operations") in letter.body


def test_an_alert_that_comes_too_late_is_not_sent(clock, manager, mailoutbox):
    make_job()
    alerts.check()
    Incident.objects.update(ended_at=NOW)
    delivery.deliver()
    assert mailoutbox == []


def test_without_the_clock_a_worker_does_its_work_and_tells(clock, manager):
    clock.shift(operations.UNSEEN_AFTER + timedelta(seconds=1))
    ScheduledRun.objects.all().delete()
    for _minute in range(2):
        for queue in Queue.values:
            tasks.watch(queue)
        clock.shift(alerts.PATIENCE["program"])
    assert set(ScheduledRun.objects.values_list("rule", flat=True)) == set(jobs.rules())
    assert kinds() == ["program:clock"]
    assert told() == [(alerts.BEGAN, manager.email)]


def test_after_a_restart_nobody_is_told_of_programs_that_come_up(clock, manager):
    clock.shift(timedelta(days=2))
    all_is_well()
    Heartbeat.objects.all().delete()
    operations.seen(operations.CLOCK)
    tasks.watch(Queue.MAIL)
    for queue in Queue.values:
        operations.seen(operations.worker_name(queue))
    clock.shift(alerts.PATIENCE["program"])
    tasks.watch(Queue.MAIL)
    assert kinds() == []
    assert told() == []


@pytest.mark.parametrize(
    ("task", "arguments", "queue"),
    [(tasks.run_job, (1,), Queue.BULK), (tasks.deliver_mail, (), Queue.MAIL)],
)
def test_a_worker_in_a_long_queue_is_seen_by_its_work(clock, monkeypatch, task, arguments, queue):
    """What it sends itself waits behind two hundred short jobs and is too old when it comes."""
    monkeypatch.setattr(tasks, "_noted", {})
    clock.shift(operations.UNSEEN_AFTER + timedelta(seconds=1))
    worker = operations.worker_name(queue)
    assert f"program:{worker}" in kinds()
    task.apply(arguments, routing_key=queue)
    assert f"program:{worker}" not in kinds()


def test_with_the_clock_a_worker_leaves_its_work_alone(clock):
    ScheduledRun.objects.all().delete()
    tasks.watch(Queue.MAIL)
    assert not ScheduledRun.objects.exists()


def test_without_workers_the_watch_sends_the_alert_itself(clock, manager, mailoutbox):
    Heartbeat.objects.filter(name="worker:mail").delete()
    for _time in range(2):
        with pytest.raises(CommandError, match=r"minut"):
            call_command("watch")
        clock.shift(alerts.PATIENCE["program"])
    assert [letter.to for letter in mailoutbox] == [[f"{manager.name} <{manager.email}>"]]


def test_the_watch_is_content(clock, capsys):
    call_command("watch")
    assert capsys.readouterr().out == "Everything runs as it should.\n"


# --- The page and the addresses for monitoring ---------------------------------------------


def test_the_page_shows_it_all(clock, client, manager):
    make_job(last_error="ValueError in core/x.py:1")
    alerts.check()
    client.force_login(manager)
    page = client.get(reverse("core:operations")).text
    for expected in ("tests.broken", "ValueError in core/x.py:1", "core.seal_audit"):
        assert expected in page


def test_all_failed_jobs_of_a_name_are_tried_again(clock, client, manager):
    jobs_of_it = [make_job(), make_job()]
    other = make_job("tests.other")
    client.force_login(manager)
    answer = client.post(reverse("core:jobs-retry", args=["tests.broken"]))
    assert answer.url == reverse("core:operations")
    states = dict(Job.objects.values_list("pk", "state"))
    assert [states[job.pk] for job in jobs_of_it] == [JobState.QUEUED] * 2
    assert states[other.pk] == JobState.FAILED
    assert AuditEvent.objects.filter(kind="job.retried", actor_id=manager.pk).count() == 2


def test_monitoring_hears_that_work_stands_still_and_pages_go_on(clock, client):
    assert client.get(reverse("working")).status_code == 200
    Heartbeat.objects.all().delete()
    assert client.get(reverse("working")).status_code == 503
    assert client.get(reverse("ready")).status_code == 200
    assert client.get(reverse("alive")).status_code == 200


def test_figures_are_for_who_holds_the_token(clock, client, settings):
    address = reverse("figures")
    assert client.get(address).status_code == 404
    settings.METRICS_TOKEN = "a-token-of-twenty-letters"
    assert client.get(address).status_code == 404
    assert client.get(address, headers={"Authorization": "Bearer wrong"}).status_code == 404
    right = {"Authorization": f"Bearer {settings.METRICS_TOKEN}"}
    assert client.get(address, headers=right).status_code == 200


def test_figures_are_for_known_addresses(clock, client, settings):
    settings.METRICS_ADDRESSES = [ip_network("10.0.0.0/8")]
    address = reverse("figures")
    assert client.get(address, REMOTE_ADDR="10.1.2.3").status_code == 200
    assert client.get(address, REMOTE_ADDR="11.1.2.3").status_code == 404


def test_figures_say_what_the_page_says(clock, client, settings):
    settings.METRICS_TOKEN = "a-token-of-twenty-letters"
    make_job()
    make_job(
        "tests.waiting", JobState.QUEUED, queue=Queue.BULK, not_before=NOW - timedelta(minutes=1)
    )
    write(not_before=NOW - timedelta(minutes=2))
    right = {"Authorization": f"Bearer {settings.METRICS_TOKEN}"}
    text = client.get(reverse("figures"), headers=right).text
    for line in (
        'frivillig_jobs_failed{job="tests.broken"} 1.0',
        'frivillig_jobs_waiting{queue="bulk"} 1.0',
        'frivillig_jobs_oldest_seconds{queue="bulk"} 60.0',
        "frivillig_messages_oldest_seconds 120.0",
        'frivillig_rule_overdue{rule="core.seal_audit"} 0.0',
        'frivillig_program_missing{program="worker:mail"} 0.0',
        "frivillig_troubles 1.0",
    ):
        assert line in text.splitlines()
    assert "anna@example.dk" not in text


def test_enqueueing_and_writing_cost_two_queries_at_most(clock, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        jobs.enqueue("core.seal_audit", key="cost", slot=NOW.isoformat())
    recipient = mail.Recipient("drift@example.dk")
    with django_assert_max_num_queries(2):
        mail.send(alerts.BEGAN, to=recipient, about=Incident(pk=1), key="cost")
