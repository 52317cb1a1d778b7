"""Jobs: one per key, one owner at a time, effect and "done" together, nothing lost."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
import time_machine
from celery import Celery
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from core import jobs, wake
from core.errors import DomainError
from core.models import Job, JobState, Queue, ScheduledRun, User
from core.models.job import FINISHED, JOB_STATES

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)


class Fault(Exception):
    """What a job under test raises; its text must appear nowhere."""


@jobs.job("tests.make_user", queue=Queue.BULK, max_attempts=3, lease=60)
def make_user(run, *, number, fails=0):
    """The effect is a row; it fails the first `fails` times."""
    User.objects.create_user(f"job{number}@example.dk")
    if run.job.attempts <= fails:
        raise Fault("Fru Hansen, Nørregade 1")


@jobs.job("tests.hopeless", max_attempts=5)
def hopeless(run):
    raise jobs.GiveUp


@jobs.job("tests.long", atomic=False, lease=60)
def long(run, *, steps):
    for step in range(steps):
        run.progress(step + 1, steps)
    with run.finish():
        User.objects.create_user("long@example.dk")


@jobs.job("tests.cancelled_midway", atomic=False)
def cancelled_midway(run):
    jobs.cancel(run.job.pk)
    with run.finish():
        User.objects.create_user("too-late@example.dk")


@jobs.job("tests.overtaken", lease=60)
def overtaken(run):
    """Its lease runs out while it works, and another worker takes the job."""
    User.objects.create_user("slow@example.dk")
    Job.objects.filter(pk=run.job.pk).update(lease_token="00000000-0000-4000-8000-000000000000")


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def sent(db, monkeypatch):
    """The wake-ups that reached the broker: a broker of our own, which keeps a list."""
    taken = []

    class Broker:
        def send_task(self, name, args, queue, **options):
            taken.append((name, tuple(args), queue))

    monkeypatch.setattr(wake, "current_app", Broker())
    monkeypatch.setattr(wake, "_broker_back_at", 0.0)
    return taken


def state_of(job):
    return Job.objects.get(pk=job.pk).state


def test_enqueue_twice_is_one_job(db):
    first = jobs.enqueue("tests.make_user", key="user:1", number=1)
    second = jobs.enqueue("tests.make_user", key="user:1", number=1)
    assert first.pk == second.pk
    assert Job.objects.count() == 1


def test_enqueue_after_the_end_is_a_new_job(db):
    first = jobs.enqueue("tests.make_user", key="user:1", number=1)
    assert jobs.run(first.pk)
    second = jobs.enqueue("tests.make_user", key="user:1", number=2)
    assert second.pk != first.pk
    assert state_of(second) == JobState.QUEUED


def test_enqueue_costs_two_queries(db, django_assert_num_queries):
    with django_assert_num_queries(2):
        jobs.enqueue("tests.make_user", key="user:1", number=1)


def test_enqueue_of_an_unknown_name_is_refused(db):
    with pytest.raises(KeyError):
        jobs.enqueue("tests.nothing", key="x")


def test_enqueue_wakes_after_commit_and_only_then(sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.enqueue("tests.make_user", key="user:1", number=1)
        assert sent == []
    assert sent == [("core.run_job", (job.pk,), "bulk")]


def test_enqueue_for_later_wakes_nobody(sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        jobs.enqueue(
            "tests.make_user", key="u", number=1, not_before=timezone.now() + timedelta(hours=1)
        )
    assert sent == []


def test_broker_that_is_down_does_not_fail_the_request(
    db, monkeypatch, django_capture_on_commit_callbacks
):
    attempts = []

    class Down:
        def send_task(self, *args, **options):
            attempts.append(1)
            raise ConnectionRefusedError

    monkeypatch.setattr(wake, "current_app", Down())
    monkeypatch.setattr(wake, "_broker_back_at", 0.0)
    with django_capture_on_commit_callbacks(execute=True):
        first = jobs.enqueue("tests.make_user", key="user:1", number=1)
        jobs.enqueue("tests.make_user", key="user:2", number=2)
    assert state_of(first) == JobState.QUEUED
    assert attempts == [1]  # then it is left alone for a while


def test_equal_wakes_of_one_transaction_are_one(sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        for _number in range(3):
            wake.after_commit(wake.Wake("core.deliver_mail", queue="mail"), once=True)
    assert sent == [("core.deliver_mail", (), "mail")]


def test_run_does_the_job_once(db):
    job = jobs.enqueue("tests.make_user", key="user:1", number=1)
    assert jobs.run(job.pk)
    assert not jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.lease_token) == (JobState.DONE, 1, None)
    assert User.objects.count() == 1


def test_run_of_a_job_that_is_gone_or_unknown_does_nothing(db):
    assert not jobs.run(12345)
    job = Job.objects.create(name="tests.from_a_newer_version", key="x")
    assert not jobs.run(job.pk)
    assert state_of(job) == JobState.QUEUED


def test_job_is_not_claimed_before_its_time(db, clock):
    job = jobs.enqueue("tests.make_user", key="u", number=1, not_before=NOW + timedelta(minutes=1))
    assert jobs.claim(job.pk) is None
    clock.shift(timedelta(minutes=1))
    assert jobs.claim(job.pk) is not None


def test_claimed_job_has_one_owner_until_its_lease_runs_out(db, clock):
    job = jobs.enqueue("tests.make_user", key="u", number=1)
    first = jobs.claim(job.pk)
    assert jobs.claim(job.pk) is None
    clock.shift(timedelta(seconds=61))
    second = jobs.claim(job.pk)
    assert second.job.lease_token != first.job.lease_token
    with pytest.raises(jobs.LeaseLost), first.finish():
        User.objects.create_user("late@example.dk")
    assert not User.objects.exists()
    with second.finish():
        User.objects.create_user("in-time@example.dk")
    assert state_of(job) == JobState.DONE


def test_overtaken_job_changes_nothing(db):
    job = jobs.enqueue("tests.overtaken", key="o")
    assert not jobs.run(job.pk)
    assert not User.objects.exists()


def test_failure_rolls_back_and_is_tried_again_later(db, clock):
    job = jobs.enqueue("tests.make_user", key="u", number=1, fails=1)
    assert not jobs.run(job.pk)
    job.refresh_from_db()
    assert not User.objects.exists()
    assert job.state == JobState.QUEUED
    assert NOW + timedelta(seconds=15) <= job.not_before <= NOW + timedelta(seconds=18)
    assert not jobs.run(job.pk)
    clock.shift(timedelta(seconds=18))
    assert jobs.run(job.pk)
    assert User.objects.count() == 1


def test_failure_that_stays_is_visible_without_personal_data(db, clock):
    job = jobs.enqueue("tests.make_user", key="u", number=1, fails=9)
    for _attempt in range(3):
        jobs.run(job.pk)
        clock.shift(timedelta(hours=1))
    job.refresh_from_db()
    assert (job.state, job.attempts, job.finished_at is None) == (JobState.FAILED, 3, False)
    assert job.last_error.startswith("Fault in core/tests/test_jobs.py:")
    assert "Hansen" not in job.last_error


def test_give_up_fails_at_once(db):
    job = jobs.enqueue("tests.hopeless", key="h")
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.FAILED, 1)


def test_long_job_shows_progress_and_ends_in_one_transaction(db):
    job = jobs.enqueue("tests.long", key="l", steps=3)
    assert jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.progress_done, job.progress_total) == (JobState.DONE, 3, 3)
    assert User.objects.count() == 1


def test_progress_extends_the_lease(db, clock):
    running = jobs.claim(jobs.enqueue("tests.long", key="l", steps=3).pk)
    clock.shift(timedelta(seconds=50))
    running.progress(1, 3)
    clock.shift(timedelta(seconds=50))
    assert jobs.claim(running.job.pk) is None
    with running.finish():
        pass
    assert state_of(running.job) == JobState.DONE


def test_cancelled_job_stops_and_leaves_nothing(db):
    job = jobs.enqueue("tests.cancelled_midway", key="c")
    assert not jobs.run(job.pk)
    assert state_of(job) == JobState.CANCELLED
    assert not User.objects.exists()


def test_cancel_of_a_finished_job_says_no(db):
    job = jobs.enqueue("tests.make_user", key="u", number=1)
    jobs.run(job.pk)
    assert not jobs.cancel(job.pk)
    assert state_of(job) == JobState.DONE


def test_retry_queues_a_failed_job_again(db):
    job = jobs.enqueue("tests.hopeless", key="h")
    jobs.run(job.pk)
    retried = jobs.retry(job.pk)
    assert (retried.state, retried.attempts, retried.last_error) == (JobState.QUEUED, 0, "")


def test_retry_beside_the_same_job_is_refused(db):
    job = jobs.enqueue("tests.hopeless", key="h")
    jobs.run(job.pk)
    jobs.enqueue("tests.hopeless", key="h")
    with pytest.raises(DomainError) as refusal:
        jobs.retry(job.pk)
    assert refusal.value.code == "job_already_queued"


def test_retry_of_a_job_that_did_not_fail_is_refused(db):
    job = jobs.enqueue("tests.make_user", key="u", number=1)
    with pytest.raises(DomainError) as refusal:
        jobs.retry(job.pk)
    assert refusal.value.code == "job_not_failed"


def test_sweep_wakes_what_is_due_and_what_was_lost(sent, clock):
    due = jobs.enqueue("tests.make_user", key="due", number=1)
    lost = jobs.enqueue("tests.make_user", key="lost", number=2)
    jobs.claim(lost.pk)
    jobs.enqueue("tests.make_user", key="later", number=3, not_before=NOW + timedelta(days=1))
    assert jobs.sweep() == 0  # just enqueued: their own wake-ups are still on their way
    clock.shift(timedelta(seconds=61))
    assert jobs.sweep() == 2
    assert sorted(args for _name, args, _queue in sent) == [(due.pk,), (lost.pk,)]
    assert jobs.sweep() == 0  # woken a moment ago


def test_sweep_wakes_what_waits_ever_more_rarely(sent, clock):
    """Two hundred jobs behind a slow one, woken every 15 seconds, were 15,000 files at last."""
    jobs.enqueue("tests.make_user", key="u", number=1)
    sent.clear()
    woken = []
    for second in range(10, 1801, 10):
        clock.shift(timedelta(seconds=10))
        woken += [second] * jobs.sweep()
    assert woken[:5] == [20, 50, 110, 230, 470]
    assert len(woken) <= 10
    assert max(after - before for before, after in pairwise(woken)) <= 310


def test_sweep_wakes_a_second_attempt_like_a_first(sent, clock):
    job = jobs.enqueue("tests.make_user", key="u", number=1)
    clock.shift(timedelta(hours=1))
    Job.objects.filter(pk=job.pk).update(not_before=timezone.now())
    assert jobs.sweep() == 1
    clock.shift(timedelta(seconds=16))
    assert jobs.sweep() == 1


def test_sweep_takes_a_limited_number_the_urgent_first(sent, clock):
    for number in range(4):
        jobs.enqueue("tests.make_user", key=f"u{number}", number=number)
    urgent = jobs.enqueue("tests.hopeless", key="h")
    Job.objects.filter(pk=urgent.pk).update(priority=5)
    clock.shift(timedelta(seconds=61))
    assert jobs.sweep(limit=2) == 2
    assert sent[0] == ("core.run_job", (urgent.pk,), "interactive")


def test_sweep_fails_the_job_that_kills_its_workers(sent, clock):
    job = jobs.enqueue("tests.make_user", key="u", number=1)
    for _attempt in range(3):
        assert jobs.claim(job.pk) is not None
        clock.shift(timedelta(seconds=61))
    assert jobs.claim(job.pk) is None
    jobs.sweep()
    job.refresh_from_db()
    assert (job.state, job.last_error) == (JobState.FAILED, "WorkerLost")


def test_sweep_costs_the_same_for_any_number(sent, clock, django_assert_num_queries):
    for number in range(30):
        jobs.enqueue("tests.make_user", key=f"u{number}", number=number)
    clock.shift(timedelta(seconds=61))
    with django_assert_num_queries(3):
        jobs.sweep()


@given(st.integers(min_value=1, max_value=200))
def test_backoff_grows_to_a_limit(attempts):
    wait = jobs.backoff(attempts)
    assert timedelta(seconds=15) <= wait <= timedelta(hours=7.2)
    assert jobs.backoff(attempts + 2) >= min(wait, timedelta(hours=6))


# --- Rules of the row ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        {"state": "nowhere"},
        {"state": JobState.RUNNING},
        {"state": JobState.DONE},
        {"finished_at": NOW},
        {"lease_until": NOW},
        {"queue": "fast"},
    ],
)
def test_row_refuses_what_makes_no_sense(db, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(name="tests.long", key="x", **values)


def test_transitions():
    allowed = {
        (state, following)
        for state in JobState
        for following in JobState
        if JOB_STATES.allows(state, following)
    }
    queued, running = JobState.QUEUED, JobState.RUNNING
    assert allowed == {
        (queued, running),
        (queued, JobState.FAILED),
        (queued, JobState.CANCELLED),
        (running, queued),
        (running, running),
        *((running, state) for state in FINISHED),
        (JobState.FAILED, queued),
        (JobState.CANCELLED, queued),
    }


# --- The clock -----------------------------------------------------------------------------


@pytest.fixture
def rules(monkeypatch):
    """A register of rules of one's own, with one rule every five minutes and one at 7.00."""
    monkeypatch.setattr(jobs, "_rules", {})
    done = []

    @jobs.scheduled("tests.often", every=timedelta(minutes=5))
    def often(run):
        done.append("often")

    @jobs.scheduled("tests.mornings", every=timedelta(days=1), at=time(7))
    def mornings(run):
        done.append("mornings")

    return done


def work_off():
    for job in Job.objects.filter(state=JobState.QUEUED):
        jobs.run(job.pk)


def test_schedule_runs_each_rule_once_per_slot(db, rules, clock):
    assert sorted(jobs.run_schedule()) == ["tests.mornings", "tests.often"]
    assert jobs.run_schedule() == []  # the second beat
    clock.shift(timedelta(minutes=5))
    assert jobs.run_schedule() == ["tests.often"]
    work_off()
    assert sorted(rules) == ["mornings", "often", "often"]
    assert ScheduledRun.objects.filter(finished_at=None).count() == 0


def test_two_beats_that_both_saw_nothing_start_one_run(db, rules, clock):
    slot = jobs.rules()["tests.often"].slot(timezone.now())
    assert [jobs._start("tests.often", slot), jobs._start("tests.often", slot)] == [True, False]
    assert Job.objects.count() == 1


def test_clock_set_back_runs_nothing_twice(db, rules, clock):
    jobs.run_schedule()
    clock.shift(timedelta(hours=-1))
    assert jobs.run_schedule() == ["tests.often"]  # the hour before has slots of its own
    clock.shift(timedelta(hours=1))
    assert jobs.run_schedule() == []


@pytest.mark.parametrize("day", [datetime(2026, 3, 29), datetime(2026, 10, 25)], ids=str)
def test_in_the_nights_of_the_clock_change_every_rule_keeps_its_time(db, rules, day):
    """Two beats tick every five minutes from midnight to ten, and at three the machine's clock is
    set an hour back: the morning's rule runs once, the other once for each of its five minutes."""
    begin = day.replace(tzinfo=UTC)
    ScheduledRun.objects.create(
        rule="tests.mornings", slot=jobs.rules()["tests.mornings"].slot(begin)
    )
    ticks = [*range(36), *range(24, 120)]
    for tick in ticks:
        with time_machine.travel(begin + timedelta(minutes=5 * tick), tick=False):
            for _beat in range(2):
                jobs.run_schedule()
            work_off()
    assert rules.count("mornings") == 1
    assert rules.count("often") == len(set(ticks))


def test_schedule_costs_one_query_when_nothing_is_due(db, rules, clock, django_assert_num_queries):
    jobs.run_schedule()
    with django_assert_num_queries(1):
        jobs.run_schedule()


def test_last_runs_are_visible(db, rules, clock):
    jobs.run_schedule()
    work_off()
    runs = jobs.last_runs()
    assert sorted(runs) == ["tests.mornings", "tests.often"]
    assert runs["tests.often"].finished_at == NOW


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        (datetime(2026, 3, 3, 5, 59, tzinfo=UTC), datetime(2026, 3, 2, 6, tzinfo=UTC)),
        (datetime(2026, 3, 3, 6, 0, tzinfo=UTC), datetime(2026, 3, 3, 6, tzinfo=UTC)),
        (datetime(2026, 7, 3, 5, 0, tzinfo=UTC), datetime(2026, 7, 3, 5, tzinfo=UTC)),
        # The nights of the clock change: still 7.00 in Copenhagen, once each.
        (datetime(2026, 3, 29, 5, 0, tzinfo=UTC), datetime(2026, 3, 29, 5, tzinfo=UTC)),
        (datetime(2026, 10, 25, 5, 30, tzinfo=UTC), datetime(2026, 10, 24, 5, tzinfo=UTC)),
        (datetime(2026, 10, 25, 6, 0, tzinfo=UTC), datetime(2026, 10, 25, 6, tzinfo=UTC)),
    ],
)
def test_daily_slot_is_copenhagen_time(now, slot):
    assert jobs.Rule("r", timedelta(days=1), time(7)).slot(now) == slot


@given(st.datetimes(min_value=datetime(2025, 1, 1), max_value=datetime(2030, 1, 1)))
def test_slot_has_begun_and_contains_now(naive):
    now = naive.replace(tzinfo=UTC)
    rule = jobs.Rule("r", timedelta(minutes=7))
    assert timedelta(0) <= now - rule.slot(now) < timedelta(minutes=7)
    assert rule.slot(rule.slot(now)) == rule.slot(now)


def test_rules_that_cannot_be_kept_are_refused():
    with pytest.raises(ValueError, match="once a minute"):
        jobs.scheduled("tests.too_fast", every=timedelta(seconds=5))
    with pytest.raises(ValueError, match="daily rule"):
        jobs.scheduled("tests.odd", every=timedelta(hours=5), at=time(7))


# --- The set-up ----------------------------------------------------------------------------


def test_celery_app_is_the_projects():
    assert wake.check_celery(None) == []


def test_check_sees_a_process_without_the_project_app(monkeypatch):
    monkeypatch.setattr(wake, "current_app", Celery("elsewhere", set_as_current=False))
    assert [error.id for error in wake.check_celery(None)] == ["core.E001"]


def test_sweep_uses_its_indexes(db):
    """On a long history the sweep reads only what is unfinished."""
    Job.objects.bulk_create(
        Job(name="x", key=f"k{n}", state=JobState.DONE, finished_at=NOW) for n in range(500)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    plan = Job.objects.due(timezone.now()).explain()
    assert "Seq Scan" not in plan  # PostgreSQL's word for reading everything
    assert "SCAN " not in plan  # SQLite's
