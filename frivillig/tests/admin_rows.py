"""One row of everything that the administration shows, for its tests."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from agreements.actions import attestations, templates
from agreements.models import LegalReference
from agreements.tests import factories as papers
from coordination.models import Assignment, RoleAssignment, SchoolHoliday, WelcomeStep
from coordination.tests import factories
from core import audit, messagetexts, policies
from core.models import (
    AccessEvent,
    AuditSeal,
    Deletion,
    Job,
    JobState,
    Message,
    MessageState,
    PublishedText,
    ScheduledRun,
    StoredFile,
)
from core.periods import today
from recruitment.tests import factories as offers


def make_everything(branch, *, by, name="Frida Frivillig"):
    """A volunteer at the branch with all that can hang on one; {model name: row}."""
    volunteer = factories.make_volunteer(name)
    site = factories.make_site(branch)
    engagement = factories.make_engagement(volunteer, site, accepted_by=by)
    papers.make_child_terms(site.activity, by=by)
    shift = factories.make_shift(site)
    rows = [
        volunteer.person,
        branch,
        site,
        site.activity,
        engagement,
        site.activity.terms,
        shift,
        factories.make_series(site),
        make_assignment(shift, volunteer, by=by),
        factories.make_clearance(volunteer, site=site),
        factories.make_recognition_event(branch),
        papers.make_draft(volunteer, by=by),
        attestations.order(volunteer=volunteer, branch=branch, by=by),
        offers.make_opportunity(site),
        offers.make_application(site),
    ]
    return {row._meta.model_name: row for row in rows}


def make_assignment(shift, volunteer, *, by):
    return Assignment.objects.create(
        shift=shift,
        volunteer=volunteer,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        booked_at=timezone.now(),
        booked_by=by,
    )


def make_system_rows(*, by):
    """What has no branch: {model name: row}."""
    version = templates.load_ready(by=by)
    draft = templates.draft(template=version.template, by=by)
    association = factories.make_association()
    with transaction.atomic():
        event = audit.record("admin.added", by=by, about=association, person_ids=[1])
    offers.publish_texts()
    rows = [
        by,
        association,
        LegalReference.objects.first(),
        WelcomeStep.objects.create(title="Ring", since=today()),
        SchoolHoliday.objects.create(title="Vinterferie", starts_on=today(), ends_on=today()),
        PublishedText.objects.first(),
        messagetexts.save_draft("coordination.welcome", "da", subject="Hej", body="Hej", by=by),
        policies.set("municipality.name", "Byen", by=by),
        RoleAssignment.objects.get(user=by),
        version.template,
        draft,
        draft.clauses.first(),
        event,
        AccessEvent.objects.get(pk=audit.record_access(None, [1, 2], "admin.people")),
        make_job(),
        make_message(),
        ScheduledRun.objects.create(rule="core.seal", slot=timezone.now()),
        Deletion.objects.create(rule="person", object_type="coordination.person", object_id="9"),
        make_seal(),
        StoredFile.objects.create(
            name="logo.png", purpose="municipality.logo", content=b"x", size=1, sha256="0" * 64
        ),
    ]
    return {row._meta.model_name: row for row in rows}


def make_job(**fields):
    values = {"name": "core.seal", "key": f"key:{Job.objects.count()}", "state": JobState.FAILED}
    values |= {"finished_at": timezone.now(), "last_error": "ValueError in core/x.py:1"}
    return Job.objects.create(**(values | fields))


def make_message(**fields):
    number = Message.objects.count()
    values = {"kind": "account.login_code", "state": MessageState.FAILED, "person_id": 7}
    values |= {"recipient_email": "frida@example.dk", "message_id": f"<{number}@example.dk>"}
    return Message.objects.create(**(values | fields))


def make_seal():
    now = timezone.now()
    return AuditSeal.objects.create(
        stream="audit",
        number=1,
        first_id=1,
        last_id=2,
        count=2,
        first_at=now - timedelta(days=1),
        last_at=now,
        digest="0" * 64,
    )
