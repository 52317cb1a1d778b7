"""The background work of agreements: sealing documents, reminders, the nightly check."""

from datetime import time, timedelta

import structlog
from django.utils.translation import gettext_lazy as _

from agreements import batches, queries, reminders, sources
from agreements.actions import agreements, documents, renewals, signatures
from coordination.access import Permission
from core import audit, jobs, schedule
from core.errors import DomainError
from core.models import Queue
from core.periods import today
from core.results import PART_BYTES

DAILY = timedelta(days=1)
BATCH_FETCHED = audit.purpose("agreement.batch", _("A file of many agreements was fetched"))

log = structlog.get_logger(__name__)


@jobs.job(signatures.SEAL_JOB, queue=Queue.INTERACTIVE, lease=120, atomic=False)
def seal_document(run, *, agreement_id):
    """Make and freeze the signed document; tried again when it fails, and the state stays."""
    documents.seal(agreement_id=agreement_id, finish=run.finish)


@jobs.job(
    "agreements.batch",
    title=_("Many agreements"),
    queue=Queue.BULK,
    lease=300,
    atomic=False,
    permission=Permission.VIEW_AGREEMENTS,
)
def make_batch(run, *, agreement_ids, form, double_sided):
    """One PDF to print, or a zip, of the agreements' documents."""
    if form == "zip":
        file = run.result("aftaler.zip", "application/zip", purpose=BATCH_FETCHED)
        batches.zip_file(agreement_ids, file, done=_reporter(run, file, len(agreement_ids)))
    else:
        file = run.result("aftaler.pdf", "application/pdf", purpose=BATCH_FETCHED)
        report = _reporter(run, file, len(agreement_ids))
        joined = batches.print_job(agreement_ids, double_sided=double_sided, done=report)
        for start in range(0, len(joined), PART_BYTES):
            file.write(joined[start : start + PART_BYTES])
    with run.finish():
        pass


@jobs.job(
    "agreements.journal",
    title=_("Agreements for the records system"),
    queue=Queue.BULK,
    lease=300,
    atomic=False,
    permission=Permission.MAKE_AGREEMENTS,
)
def make_journal_zip(run, *, agreement_ids, reference):
    """The signed documents with metadata for the records system."""
    file = run.result("journal.zip", "application/zip", purpose=BATCH_FETCHED)
    batches.journal_zip(
        agreement_ids,
        file,
        case_number=reference,
        done=_reporter(run, file, len(agreement_ids)),
    )
    with run.finish():
        pass


def _reporter(run, file, total):
    """A function that notes whom the file tells about, and shows how far the job is."""

    def done(number, agreement):
        file.write(b"", people=[agreement.volunteer_id] if agreement.volunteer_id else [])
        if number % batches.AT_A_TIME == 0 or number == total:
            run.progress(number, total, step=_("Gathering the agreements"))

    return done


@jobs.job(
    "agreements.send",
    title=_("An agreement is sent"),
    queue=Queue.INTERACTIVE,
    lease=120,
    atomic=False,
)
def send_agreement(run, *, agreement_id, user_id):
    """Send one of many that somebody chose. What a rule says no to stays a draft, and failed;
    a document that could not be made is tried again.
    """
    agreement = queries.agreements().get(pk=agreement_id)
    try:
        agreements.send(agreement=agreement, by=queries.user(user_id))
    except DomainError as error:
        if error.code == "not_rendered":
            raise
        raise jobs.GiveUp(error.code) from error


@jobs.scheduled(
    "agreements.clearances_match_sources",
    every=DAILY,
    at=time(3, 30),
    atomic=False,
    title=_("Clearances are compared with their sources"),
)
def clearances_match_sources(run):
    """Compare every clearance with its source; the job fails, and so is seen, if one is wrong."""
    report_discrepancies(sources.discrepancies())


@jobs.scheduled(
    "agreements.conclude_of_age",
    every=DAILY,
    at=time(4),
    atomic=False,
    title=_("Who has come of age signs without a guardian"),
)
def conclude_of_age(run):
    """Who has come of age waits for no guardian any more."""
    signatures.conclude_of_age()
    with run.finish():
        pass


@jobs.scheduled(
    "agreements.forget_old_codes", every=timedelta(hours=1), title=_("Old codes are deleted")
)
def forget_old_codes(run):
    """Codes are kept for a day, to count how many were asked for."""
    signatures.forget_old_codes()


@jobs.scheduled(
    "agreements.renew_after_pauses",
    every=DAILY,
    at=time(2, 30),
    title=_("Certificates are renewed after long pauses"),
)
def renew_after_pauses(run):
    """Who comes back today from a long pause renews their certificate."""
    renewals.after_pauses_ended(on=today(), by=audit.SYSTEM)


def report_discrepancies(found):
    """Log each by id and code (no names), and raise GiveUp if there is one."""
    for one in found:
        log.error("clearance_discrepancy", model=one.model, pk=one.pk, code=one.code)
    if found:
        raise jobs.GiveUp(f"{len(found)} clearances and sources disagree")


def register():
    """Called once, from `AgreementsConfig.ready`."""
    for reminder in reminders.REMINDERS:
        schedule.register(reminder)
