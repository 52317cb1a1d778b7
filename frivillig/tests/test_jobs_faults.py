"""Faults on real processes and servers: nothing lost, nothing twice, and the site answers.

Each test runs Celery workers, and a web server, of its own: with Redis where REDIS_URL is given
and else with the broker that needs no server; the two ways to run the suite cover both. Whatever
is stopped, killed or emptied is a server that the test itself started. What needs PostgreSQL or
Redis is in `test_jobs_faults_servers.py`.

Nothing here waits for a time, only for what must become true; a loaded machine makes it slow and
not red.
"""

import resource
import signal
from collections import Counter

import pytest

from core import jobs, mail
from core.models import Job, JobState, Message, MessageState, Queue, ScheduledRun, User
from frivillig.tests import faults_jobs
from frivillig.tests.faults_servers import deaf


def write(number, start=0):
    mail.send_many(
        mail.Draft("tests.letter", mail.Recipient(f"f{n}@example.dk"), key=f"letter{n}")
        for n in range(start, start + number)
    )


def all_sent():
    return not Message.objects.exclude(state=MessageState.SENT).exists()


def all_done():
    return not Job.objects.exclude(state=JobState.DONE).exists()


def arrived(office):
    """{Message-ID: how often it arrived}; every message of the outbox, and no other."""
    taken = Counter(letter["Message-ID"] for letter in office.letters)
    assert set(taken) == set(Message.objects.values_list("message_id", flat=True))
    return taken


def test_job_of_a_killed_worker_is_done_once(workshop):
    first = workshop.start_worker()
    job = jobs.enqueue("faults.killed", key="killed")
    workshop.wait_until(lambda: first.poll() is not None, alive=False)
    effect = User.objects.filter(email="effect@example.dk")
    assert not effect.exists()  # it died with its transaction
    assert Job.objects.get(pk=job.pk).state == JobState.RUNNING
    workshop.start_worker()
    workshop.wait_until(lambda: Job.objects.get(pk=job.pk).is_finished)
    job = Job.objects.get(pk=job.pk)
    assert (job.state, job.attempts) == (JobState.DONE, 2)
    assert effect.count() == 1


def test_a_broker_that_forgets_everything_loses_nothing(workshop):
    """Enqueued twice, woken never: the broker forgot, the rows did not."""
    for _time in range(2):
        jobs.enqueue("faults.simple", key="simple", number=1)
    write(20)
    workshop.empty_broker()
    workshop.start_worker()
    workshop.wait_until(lambda: all_done() and all_sent())
    assert Job.objects.filter(name="faults.simple").count() == 1
    assert User.objects.filter(email__startswith="effect").count() == 1
    assert set(arrived(workshop.office).values()) == {1}


class TestFolder:
    """The broker that needs no server, whatever the suite was given."""

    @pytest.fixture
    def broker_address(self):
        return ""

    def test_wake_ups_cut_off_half_way_stop_no_worker(self, workshop):
        """What a kill or a full disk leaves: files that are empty, or end in the middle."""
        workshop.cut_off_bindings()
        worker = workshop.start_worker()
        workshop.wait_until(lambda: workshop.ticks() > [0])
        for queue in Queue.values:
            workshop.cut_off_wake_ups(queue)
        for number in range(5):
            jobs.enqueue("faults.simple", key=f"simple{number}", number=number)
            workshop.cut_off_wake_ups("interactive")
        write(20)
        workshop.wait_until(lambda: all_done() and all_sent() and not workshop.wake_ups_cut_off())
        assert worker.poll() is None
        assert User.objects.filter(email__startswith="effect").count() == 5
        assert set(arrived(workshop.office).values()) == {1}


def test_senders_killed_in_a_thousand_mails(workshop):
    """Twice -9 in the middle: all arrive, at most one twice for each sender that was killed."""
    write(1000)
    for arrived_before in (200, 600):
        worker = workshop.start_worker()
        workshop.wait_until(lambda so_far=arrived_before: len(workshop.office.letters) >= so_far)
        workshop.kill(worker)
        assert not all_sent()
    workshop.start_worker()
    workshop.wait_until(all_sent)
    taken = arrived(workshop.office)
    assert sum(taken.values()) - len(taken) <= 2  # one sender in each worker that was killed
    assert max(taken.values()) <= 2


def test_a_mail_server_that_never_answers(workshop):
    """It takes the connection and hangs: pages answer, other work is done, then all is sent."""
    site = workshop.start_site()
    workshop.start_worker()
    port = workshop.stop_office()
    with deaf(port), site.watched() as pages:
        write(30)
        workshop.wait_until(lambda: Message.objects.filter(attempts__gt=0).exists())
        jobs.enqueue("faults.simple", key="simple", number=1)
        workshop.wait_until(lambda: Job.objects.filter(key="simple", state="done").exists())
        workshop.wait_until(lambda: len(pages) >= 5)
        assert not Message.objects.filter(state=MessageState.SENT).exists()
    workshop.start_office(port)
    workshop.wait_until(all_sent)
    assert set(arrived(workshop.office).values()) == {1}


def test_a_fault_of_one_recipient_is_nobody_elses(workshop):
    """No server at first; then refused, put off, cut off half-way, and a text that fails."""
    office, (gone, later, closed, full, cut, doubt, broken) = workshop.office, addresses(7)
    site = workshop.start_site()
    workshop.start_worker()
    port = workshop.stop_office()
    with site.watched() as pages:
        write(30)
        mail.send("tests.letter", to=mail.Recipient(broken), matter=faults_jobs.UNWRITABLE)
        workshop.wait_until(lambda: Message.objects.filter(last_error="mail server down").exists())
        office.rcpt |= {gone: "550 No such user", later: "451 Greylisted"}
        office.data |= {closed: "554 Refused", full: "452 Too much"}
        office.hang_up_at_rcpt.add(cut)
        office.hang_up_after_data.add(doubt)
        workshop.start_office(port)
        late = {gone, later, closed, full, broken}
        workshop.wait_until(lambda: not unsent().exclude(recipient_email__in=late).exists())
        workshop.wait_until(lambda: len(pages) >= 5)
    del office.rcpt[later], office.data[full]
    workshop.wait_until(lambda: not unsent().exclude(state=MessageState.FAILED).exists())
    assert {message.recipient_email: message.reason for message in unsent()} == {
        gone: "refused",
        closed: "refused",
        broken: "gave_up",
    }
    taken = Counter(letter["To"] for letter in office.letters)
    assert taken.pop(doubt) == 2  # it was taken in, and the answer never came
    assert set(taken.values()) == {1}
    ids = {letter["Message-ID"] for letter in office.letters if letter["To"] == doubt}
    assert len(ids) == 1


def addresses(number):
    return [f"f{n}@example.dk" for n in range(number - 1)] + ["broken@example.dk"]


def unsent():
    return Message.objects.exclude(state=MessageState.SENT)


def test_two_clocks_start_every_rule_once(workshop):
    for _clock in range(2):
        workshop.start_worker("--beat", "--hostname", f"clock{_clock}@%h")
    workshop.wait_until(lambda: len(_runs()) >= 1)
    ticks = workshop.ticks()
    workshop.wait_until(lambda: all(now > before + 5 for now, before in
                                    zip(workshop.ticks(), ticks, strict=True)))  # fmt: skip
    workshop.wait_until(all_done)
    rules = Counter(ScheduledRun.objects.values_list("rule", flat=True))
    assert len(rules) > 20  # all rules there are, so that the two meet in some of them
    assert Counter(Job.objects.filter(name__in=rules).values_list("name", flat=True)) == rules
    runs = _runs()
    assert User.objects.filter(email__startswith="minute").count() == len(runs)
    slots = {run.slot for run in runs}
    assert len(slots) == len(runs)
    assert all(slot.timestamp() % faults_jobs.EVERY.total_seconds() == 0 for slot in slots)


def _runs(rule=faults_jobs.RULE):
    return list(ScheduledRun.objects.filter(rule=rule, finished_at__isnull=False))


@pytest.mark.parametrize(
    ("clocks", "nights", "hours"),
    [
        # The hour from 2 to 3 comes twice: 2.40 in summer and in winter, and back by hand.
        (["2026-10-25T00:40", "2026-10-25T01:40", "2026-10-25T00:40"], ["2026-10-25T00:30"], 2),
        # It never comes: 1.40 and 3.40, and back by hand.
        (
            ["2026-03-29T00:40", "2026-03-29T01:40", "2026-03-29T00:40"],
            ["2026-03-28T01:30", "2026-03-29T01:30"],
            2,
        ),
    ],
    ids=["october", "march"],
)
def test_clocks_that_are_moved(workshop, clocks, nights, hours):
    """Workers whose clock stands in the nights of change, an hour on, and an hour back again."""
    for clock in clocks:
        worker = workshop.start_worker(clock=f"{clock}+00:00")
        workshop.wait_until(lambda: workshop.looks() >= 2)
        workshop.wait_until(all_done)
        workshop.kill(worker)
    runs = _runs(faults_jobs.NIGHTLY)
    assert sorted(f"{run.slot:%Y-%m-%dT%H:%M}" for run in runs) == nights
    assert User.objects.filter(email__startswith="night").count() == len(nights)
    assert len(_runs(faults_jobs.HOURLY)) == hours
    assert User.objects.filter(email__startswith="hour").count() == hours


def test_a_disk_that_is_full(workshop):
    """The worker can write no file: neither a mark of its broker nor, on SQLite, a row."""

    def nothing_fits():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))

    site = workshop.start_site()
    full = workshop.start_worker(preexec=nothing_fits)
    with site.watched() as pages:
        for number in range(5):
            jobs.enqueue("faults.simple", key=f"simple{number}", number=number)
        write(20)
        workshop.wait_until(lambda: len(pages) >= 5, alive=False)
    if full.poll() is None:
        workshop.kill(full)
    workshop.start_worker()
    workshop.wait_until(lambda: all_done() and all_sent())
    assert User.objects.filter(email__startswith="effect").count() == 5
    taken = arrived(workshop.office)
    assert sum(taken.values()) - len(taken) <= 1  # what it could send and not write down
