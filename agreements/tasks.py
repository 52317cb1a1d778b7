"""The background work of agreements: sealing documents, reminders, the nightly check."""

from datetime import time, timedelta

import structlog
from django.utils.translation import gettext_lazy as _

from agreements import reminders, sources
from agreements.actions import documents, renewals, signatures
from core import audit, jobs, schedule
from core.models import Queue
from core.periods import today

DAILY = timedelta(days=1)

log = structlog.get_logger(__name__)


@jobs.job(signatures.SEAL_JOB, queue=Queue.INTERACTIVE, lease=120, atomic=False)
def seal_document(run, *, agreement_id):
    """Make and freeze the signed document; tried again when it fails, and the state stays."""
    documents.seal(agreement_id=agreement_id, finish=run.finish)


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
