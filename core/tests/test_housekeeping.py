"""The nightly jobs run as jobs do: started by the clock, finished once, and with an effect."""

from datetime import timedelta

import pytest
import structlog
from django.utils import timezone

from core import housekeeping, jobs
from core.models import AuditEvent, AuditSeal, Job, JobState, Message
from core.models.message import MessageState
from core.tests.guards import guards_lifted

pytestmark = pytest.mark.django_db


@pytest.fixture
def night():
    """A settled event and a message whose time is up."""
    AuditEvent.objects.create(
        kind="night.tested",
        at=timezone.now() - timedelta(hours=2),
        object_type="core.user",
        object_id="1",
        actor_kind="system",
    )
    Message.objects.create(
        kind="test",
        state=MessageState.SKIPPED,
        message_id="<old@example.dk>",
        created_at=timezone.now() - timedelta(days=500),
    )


def run(name):
    """Do the scheduled job as a worker would; returns its row."""
    jobs.run_schedule()
    job = Job.objects.get(name=name)
    jobs.run(job.pk)
    job.refresh_from_db()
    return job


def test_sealing_runs(night):
    assert run("core.seal_audit").state == JobState.DONE
    assert AuditSeal.objects.get().count == 1


def test_retention_runs(night):
    assert run("core.retention").state == JobState.DONE
    assert Message.objects.count() == 0


def test_verification_says_where_the_chain_is_broken(night):
    housekeeping.sealing.seal_all()
    with guards_lifted():
        AuditEvent.objects.update(object_id="2")

    with structlog.testing.capture_logs() as lines:
        assert run("core.verify_audit").state == JobState.DONE

    assert [
        (line["stream"], line["number"], line["reason"])
        for line in lines
        if line["event"] == "audit_broken"
    ] == [("audit", 1, "events were changed")]
