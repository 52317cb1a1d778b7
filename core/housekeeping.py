"""The nightly jobs that keep the audit whole and data no longer than its time."""

from datetime import time, timedelta

import structlog
from django.utils.translation import gettext_lazy as _

from core import jobs, privacy, results, sealing

log = structlog.get_logger(__name__)


@jobs.scheduled(
    "core.seal_audit", every=timedelta(hours=1), atomic=False, title=_("The audit log is sealed")
)
def seal_audit(run):
    """Seal the settled events of both streams, each batch in a transaction of its own."""
    for seal in sealing.seal_all():
        log.info("audit_sealed", stream=seal.stream, number=seal.number, digest=seal.digest)
    with run.finish():
        pass


@jobs.scheduled(
    "core.verify_audit",
    every=timedelta(days=1),
    at=time(2, 30),
    lease=1800,
    atomic=False,
    title=_("The audit log's seals are checked"),
)
def verify_audit(run):
    """Compute every seal anew and shout in the log where the chain is broken."""
    for fault in sealing.verify_chain():
        log.error("audit_broken", stream=fault.stream, number=fault.number, reason=fault.reason)
    with run.finish():
        pass


@jobs.scheduled(
    "core.retention",
    every=timedelta(days=1),
    at=time(3, 15),
    lease=1800,
    atomic=False,
    title=_("What is past its time is deleted"),
)
def retention(run):
    """Apply every retention rule; each rule's rows go some hundreds per transaction."""
    for rule, rows in privacy.run().items():
        if rows:
            log.info("retention_applied", rule=rule, rows=rows)
    with run.finish():
        pass


@jobs.scheduled(
    "core.drop_results",
    every=timedelta(hours=1),
    title=_("Files that may no longer be fetched are deleted"),
)
def drop_results(run):
    """Delete the files of jobs that nobody may fetch any more."""
    results.drop(results.expired())
