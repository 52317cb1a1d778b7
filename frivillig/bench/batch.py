"""`agreement_batch_1000`: the files of a thousand signed agreements, made by a worker's process.

Every document is a real one of the ready template, signed and with its short code. Peak memory is
the worker process's own (`ru_maxrss`), progress what its row showed meanwhile. The seal is
measured apart, on the same document.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from agreements import documents, verification
from agreements.actions import templates, terms
from agreements.models import (
    Agreement,
    AgreementTemplate,
    Coverage,
    Document,
    Insurance,
    TemplateVersion,
)
from coordination.access import Role
from coordination.actions import branches, roles
from coordination.models import Activity, Engagement, Person, Site, Tie, Volunteer
from core import audit, jobs, pdf, pdf_seal
from core.models import Job, User
from core.periods import today
from core.scope import scope
from core.tests import certificates
from frivillig.environment import DocumentSeal

NAME = "agreement_batch_1000"
AGREEMENTS = 1_000
MOST_MEGABYTES = 400
SEALS = 20
FORMS = (
    ("agreements.batch", {"form": "pdf", "double_sided": True}),
    ("agreements.batch", {"form": "zip", "double_sided": False}),
    ("agreements.journal", {"reference": "00.16.00-P20-1-26"}),
)
RUN = (
    "import django, sys; django.setup(); from core import jobs; "
    "sys.exit(0 if jobs.run(int(sys.argv[1])) else 1)"
)


@dataclass(frozen=True)
class Result:
    """One file: how long it took, the worker's peak memory, how often progress was seen."""

    name: str
    seconds: float
    megabytes: int
    file_megabytes: float
    progress_seen: int


def measure(say):
    """Build, make each file and tell: (whether the limits are kept, a row per file)."""
    say(f"Filling the database ({AGREEMENTS} signed agreements)")
    with transaction.atomic(), scope():
        user, ids, document = _build()
    results = [_made(user, ids, name, args) for name, args in FORMS]
    for row in results:
        say(
            f"{row.name:28} {row.seconds:7.1f} s   peak {row.megabytes} MB   "
            f"file {row.file_megabytes:.1f} MB   progress seen {row.progress_seen} times"
        )
    say(f"seal, median of {SEALS}: {_seal_ms(document):.0f} cpu ms, {len(document) // 1024} KB")
    kept = all(row.megabytes < MOST_MEGABYTES and row.progress_seen > 3 for row in results)
    return kept, [{"name": row.name, "ok": kept, **vars(row)} for row in results]


def _made(user, ids, name, args):
    job = jobs.start(name, by=user, agreement_ids=ids, **args)
    before = time.monotonic()
    worker = subprocess.Popen(
        [sys.executable, "-c", RUN, str(job.pk)], cwd=settings.BASE_DIR, env=os.environ
    )
    seen = set()
    while (usage := _ended(worker)) is None:
        seen.add(Job.objects.values_list("progress_done", flat=True).get(pk=job.pk))
        time.sleep(0.2)
    seconds = time.monotonic() - before
    job.refresh_from_db()
    if job.state != "done":
        raise RuntimeError(f"{name}: {job.state} {job.last_error}")
    return Result(
        name=f"{name} {args.get('form', 'zip')}",
        seconds=seconds,
        megabytes=usage.ru_maxrss // 1024,
        file_megabytes=job.result.size / 1_000_000,
        progress_seen=len(seen),
    )


def _ended(worker):
    """The resource usage of the process when it has ended, else None."""
    pid, _status, usage = os.wait4(worker.pid, os.WNOHANG)
    return usage if pid else None


def _seal_ms(document):
    with tempfile.TemporaryDirectory() as folder:
        path = certificates.write_p12(Path(folder))
        settings.DOCUMENT_SEAL = DocumentSeal(str(path), certificates.PASSWORD)
        try:
            pdf_seal.apply(document)
            took = [_seconds(lambda: pdf_seal.apply(document)) for _time in range(SEALS)]
        finally:
            settings.DOCUMENT_SEAL = None
    return statistics.median(took) * 1000


def _seconds(call):
    """The process's own time: the machine may do other things too."""
    before = time.process_time()
    call()
    return time.process_time() - before


# --- The data ------------------------------------------------------------------------------


def _build():
    """The user who asks, the agreements' ids, and the one document that stands for all."""
    now, day = timezone.now(), today()
    root = branches.create_root(name="Benchkøbing", by=audit.SYSTEM)
    user = User.objects.create_user("manager@bench.invalid", name="Manager")
    roles.assign_role(user=user, role=Role.MANAGER, branch=root, by=audit.SYSTEM)
    templates.load_ready(by=user)
    activity = Activity.objects.create(branch=root, title="Lektiecafé")
    site = Site.objects.create(activity=activity, branch=root, place="Lokale 2")
    template = AgreementTemplate.objects.order_by("pk").first()
    terms.save(activity=activity, template=template, insurance=Insurance.COVERED, by=user)
    people = Person.objects.bulk_create(
        Person(name=f"Frivillig Nummer {n}", postcode="5000") for n in range(AGREEMENTS)
    )
    volunteers = Volunteer.objects.bulk_create(
        Volunteer(person=person, since=day) for person in people
    )
    engagements = Engagement.objects.bulk_create(
        Engagement(
            volunteer=one,
            site=site,
            tie=Tie.FIXED,
            starts_on=day,
            accepted_at=now,
            accepted_by=user,
        )
        for one in volunteers
    )
    version = TemplateVersion.objects.filter(template=template).current().get()
    made = Agreement.objects.bulk_create(
        Agreement(
            number=f"2026-{number:06}",
            branch=root,
            volunteer=volunteer,
            version=version,
            starts_on=day,
            state="concluded",
            created_at=now,
            created_by=user,
            sent_at=now,
            sent_by=user,
            concluded_at=now,
            in_force_from=day,
        )
        for number, volunteer in enumerate(volunteers)
    )
    Coverage.objects.bulk_create(
        Coverage(agreement=one, engagement=engagement, binding_from=day)
        for one, engagement in zip(made, engagements, strict=True)
    )
    content = _document(made[0])
    Document.objects.bulk_create(
        (
            Document(
                agreement=one,
                kind="signed",
                content=content,
                sha256=pdf.sha256(content),
                size=len(content),
                made_at=now,
            )
            for one in made
        ),
        batch_size=50,
    )
    return user, [one.pk for one in made], content


def _document(agreement):
    text = documents.render(documents.loaded(agreement.pk))
    Document.objects.create(
        agreement=agreement,
        kind="text",
        content=text.content,
        source=text.source,
        sha256=text.sha256,
        size=len(text.content),
        made_at=timezone.now(),
    )
    return documents.signed(agreement, verification.new_code())
