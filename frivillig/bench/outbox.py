"""`outbox_send_10k`: 10,000 reminders of shifts to a real SMTP server on loopback.

Held against a plain loop in the same process, before and after: for each message its row, its
text, one SMTP connection for all, and a commit. What delivery does beyond that - leases, choosing
the way, wishes, marked addresses, pace - is what the guarantees cost.
"""

import resource
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.mail import get_connection
from django.db import connection, transaction
from django.utils import timezone, translation

from coordination import emails
from coordination.actions import branches
from coordination.models import Activity, Assignment, Engagement, Person, Shift, Site, Volunteer
from core import audit, delivery, mail, mailbody
from core.models import Message, MessageState, User
from core.periods import today
from core.scope import scope

NAME = "outbox_send_10k"
MESSAGES, PLAIN, EACH_SHIFT = 10_000, 500, 20
LEAST_A_SECOND = 100
LEAST_OF_PLAIN = 0.6
MOST_MEGABYTES_MORE = 15
SETTLED = 1_000  # messages after which memory is first looked at


def measure(say):
    """Build, send and tell: (whether the limits are kept, the row of figures)."""
    say(f"Writing {MESSAGES + 2 * PLAIN} messages ({connection.vendor})")
    _build(MESSAGES + 2 * PLAIN)
    with _sink():
        first = _plain()
        sent, seconds, cpu, before, after = _deliver(MESSAGES)
        second = _plain()
    plain = max(first, second)
    row = {
        "name": NAME,
        "messages": sent,
        "per_second": round(sent / seconds, 1),
        "plain_per_second": round(plain, 1),
        "of_plain": round(sent / seconds / plain, 2),
        "cpu_ms_each": round(1000 * cpu / sent, 2),
        "rss_mb_before": before,
        "rss_mb_after": after,
    }
    fast = row["per_second"] >= LEAST_A_SECOND or row["of_plain"] >= LEAST_OF_PLAIN
    row["ok"] = fast and sent == MESSAGES and after - before <= MOST_MEGABYTES_MORE
    say(
        f"{NAME}: {sent} in {seconds:.1f} s, {row['per_second']} a second (limit "
        f"{LEAST_A_SECOND}, or {LEAST_OF_PLAIN:.0%} of the plain loop's "
        f"{row['plain_per_second']}: {row['of_plain']:.0%}); {row['cpu_ms_each']} ms of processor "
        f"each; memory {before} -> {after} MB: {'ok' if row['ok'] else 'FAIL'}"
    )
    return row["ok"], [row]


def _deliver(number):
    """(sent, seconds, processor seconds, MB after the first thousand, MB at the end)."""
    sent, before = 0, 0
    began, cpu = time.perf_counter(), time.process_time()
    while sent < number and (more := delivery.deliver(seconds=2)):
        sent += more
        if not before and sent >= SETTLED:
            before = _megabytes()
    return sent, time.perf_counter() - began, time.process_time() - cpu, before, _megabytes()


def _plain():
    """Mails a second of the plain loop over PLAIN of the messages."""
    aside = Message.objects.filter(state=MessageState.FAILED).order_by("pk")
    line = get_connection()
    line.open()
    began = time.perf_counter()
    with scope():
        for pk in list(aside.values_list("pk", flat=True)[:PLAIN]):
            message = Message.objects.get(pk=pk)
            with translation.override(message.language):
                context = mail.kinds()[message.kind].context(message)
            line.send_messages([mailbody.email(message, mailbody.render(message, context))])
            Message.objects.filter(pk=pk).update(
                state=MessageState.SENT, sent_at=timezone.now(), last_error=""
            )
    seconds = time.perf_counter() - began
    line.close()
    return PLAIN / seconds


@contextmanager
def _sink():
    """The mail server runs and Django is set to use it; it must have taken in every mail."""
    server = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("smtp_sink.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(server.stdout.readline())
    settings.EMAIL_HOST_USER, settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = "", False, False
    try:
        yield server
        taken = int(server.communicate("")[0])
    finally:
        server.kill()
        server.wait()
    if taken != MESSAGES + 2 * PLAIN:
        raise RuntimeError(f"The mail server took in {taken} mails.")


def _megabytes():
    """What the process holds in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 2**20


def _build(number):
    """So many people on shifts in two days, each with a reminder waiting; the plain loop's are
    put aside as failed, so that delivery leaves them alone."""
    now = timezone.now()
    with transaction.atomic(), scope():
        root = branches.create_root(name="Benchkøbing", by=audit.SYSTEM)
        staff = User.objects.create_user("manager@bench.invalid", name="Manager")
        activity = Activity.objects.create(branch=root, title="Lektiecafé")
        site = Site.objects.create(activity=activity, branch=root, place="Lokale 2")
        people = Person.objects.bulk_create(
            Person(name=f"Frivillig Nummer {n}", email=f"v{n}@bench.invalid") for n in range(number)
        )
        volunteers = Volunteer.objects.bulk_create(
            Volunteer(person=person, since=today()) for person in people
        )
        Engagement.objects.bulk_create(
            Engagement(
                volunteer=one, site=site, starts_on=today(), accepted_at=now, accepted_by=staff
            )
            for one in volunteers
        )
        shifts = Shift.objects.bulk_create(
            Shift(
                site=site,
                starts_at=now + timedelta(days=2, minutes=n),
                ends_at=now + timedelta(days=2, minutes=n + 120),
                capacity=EACH_SHIFT,
            )
            for n in range(number // EACH_SHIFT)
        )
        booked = Assignment.objects.bulk_create(
            Assignment(
                shift=shifts[n // EACH_SHIFT],
                volunteer=one,
                starts_at=shifts[n // EACH_SHIFT].starts_at,
                ends_at=shifts[n // EACH_SHIFT].ends_at,
                booked_at=now,
                booked_by=staff,
            )
            for n, one in enumerate(volunteers)
        )
        mail.send_many(
            mail.Draft(
                emails.SHIFT_REMINDER,
                mail.Recipient(people[n].email, people[n].name, person_id=people[n].pk),
                about=one,
                key=f"bench:{n}",
                params={"day": one.shift.day.isoformat()},
                urgent=True,
            )
            for n, one in enumerate(booked)
        )
    plain = Message.objects.order_by("pk").values_list("pk", flat=True)[: 2 * PLAIN]
    Message.objects.filter(pk__in=list(plain)).update(state=MessageState.FAILED)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
