"""One valid row of every model that has a constraint: what the table of violations starts from."""

from datetime import date, time, timedelta

from django.utils import timezone

from agreements.models import (
    ActivityTerms,
    Agreement,
    AgreementTemplate,
    AssociationDeclaration,
    Attestation,
    Clause,
    ConfidentialityDeclaration,
    Consent,
    Coverage,
    Document,
    DutyAssessment,
    JournalEntry,
    LegalReference,
    LocalClause,
    OrderBatch,
    Signature,
    SignatureScan,
    TemplateVersion,
    ThresholdCrossing,
)
from coordination.access import Role
from coordination.models import (
    ActivityReminders,
    Assignment,
    CalendarFeed,
    ClosingDay,
    FollowUpTalk,
    Frame,
    GroupMessage,
    Guardian,
    HoursChange,
    HoursEntry,
    KeptDay,
    OpeningHours,
    Pause,
    Presence,
    RecognitionInvitation,
    ReminderWishes,
    RoleAssignment,
    SchoolHoliday,
    ShiftLead,
    ShiftTemplate,
    SignUpRules,
    StandIn,
    Swap,
    TemplateShift,
    WelcomeStep,
    WelcomeTick,
)
from coordination.tests import factories as make
from core.models import (
    AccessEvent,
    AccessSubject,
    AddressRecord,
    AuditEvent,
    AuditRelease,
    AuditSeal,
    AuditSubject,
    DomainPace,
    Incident,
    Job,
    JobResult,
    JobResultPart,
    Letter,
    Message,
    MessageChoice,
    MessageText,
    PublishedText,
    ScheduledRun,
)
from core.periods import today
from recruitment.tests import factories as calls


def make_rows():
    """{constraint-bearing model: a valid row}, and under a constraint's name where it needs
    another one.
    """
    now = timezone.now()
    root = make.make_branch("Kommunen", kind="municipality")
    branch = make.make_branch("Afdeling", parent=root)
    staff = make.make_staff(Role.LOCAL_COORDINATOR, branch, "Karen")
    volunteer = make.make_volunteer("Frida Frivillig")
    activity = make.make_activity(branch)
    site = make.make_site(branch, activity)
    engagement = make.make_engagement(volunteer, site, accepted_by=staff)
    series = make.make_series(site, ends_on=today() + timedelta(days=90))
    shift = make.make_shift(site, series=series, series_day=today())
    event = make.make_recognition_event(branch)
    assignment = Assignment.objects.create(
        shift=shift,
        volunteer=volunteer,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        booked_at=now,
        booked_by=staff,
    )
    everywhere = make.make_clearance(volunteer)
    rows = [
        branch,
        staff,
        RoleAssignment.objects.get(),
        activity,
        site,
        volunteer.person,
        make.make_association(cvr="12345674"),
        engagement,
        Pause.objects.create(engagement=engagement, starts_on=today()),
        make.make_requirement(activity),
        everywhere,
        GroupMessage.objects.create(
            branch=branch, audience="branch", subject="Emne", text="Tekst", written_by=staff
        ),
        OpeningHours.objects.create(branch=branch, weekday=0, opens=time(10), closes=time(18)),
        ClosingDay.objects.create(
            branch=branch, starts_on=today(), ends_on=today(), reason="Optælling"
        ),
        Frame.objects.create(
            activity=activity, pilot_goal="Prøv", starts_on=today(), ends_on=today()
        ),
        series,
        KeptDay.objects.create(series=series, day=today()),
        template := ShiftTemplate.objects.create(branch=root, name="Lørdag"),
        TemplateShift.objects.create(
            template=template, starts=time(10), ends=time(12), capacity=2, minimum=1
        ),
        SchoolHoliday.objects.create(title="Vinterferie", starts_on=today(), ends_on=today()),
        shift,
        assignment,
        Presence.objects.create(assignment=assignment),
        make_lead(engagement, staff),
        *_hours(volunteer, site, assignment, staff, now),
        StandIn.objects.create(assignment=assignment, asked_at=now, asked_by=staff),
        Swap.objects.create(
            mine=assignment,
            theirs=make_place(make.make_shift(site), make.make_volunteer(), staff, now),
            proposed_at=now,
            proposed_by=staff,
            answer_until=now,
        ),
        make.make_group(shift, by=staff),
        event,
        RecognitionInvitation.objects.create(
            event=event, volunteer=volunteer, invited_at=now, invited_by=staff
        ),
        *_follow_up(engagement, activity, volunteer, staff, now),
        make_feed(staff, kind="own"),
        *_papers(branch, volunteer, engagement, activity, staff, now),
        calls.make_application(site),
        calls.make_opportunity(site),
        *_core(now, staff),
    ]
    found = {type(row): row for row in rows}
    return found | {
        "staff": staff,
        "branch_one_root": root,
        "agreement_one_successor": _successor(found[Agreement]),
        "local_clause_one_waiting": _waiting(found[LocalClause]),
        "message_text_one_in_use": make_text(
            staff, language="en", published_at=now, published_by=staff
        ),
        "feed_activity_once": make_feed(staff, kind="activity", activity=activity),
        "feed_branch_once": make_feed(staff, kind="branch", branch=branch),
        "shift_lead_once_per_shift": make_lead(engagement, staff, shift=shift),
        "clearance_once_per_source_and_site": make.make_clearance(volunteer, site=site),
    }


def _hours(volunteer, site, assignment, staff, now):
    entry = HoursEntry.objects.create(
        volunteer=volunteer, site=site, day=today(), minutes=60, told_at=now
    )
    change = HoursChange.objects.create(
        volunteer=volunteer,
        assignment=assignment,
        before=60,
        after=90,
        changed_at=now,
        changed_by=staff,
    )
    return [entry, change]


def make_lead(engagement, by, **fields):
    return ShiftLead.objects.create(
        engagement=engagement, named_at=timezone.now(), named_by=by, **fields
    )


def make_place(shift, volunteer, by, now):
    return Assignment.objects.create(
        shift=shift,
        volunteer=volunteer,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        booked_at=now,
        booked_by=by,
    )


def make_feed(owner, **fields):
    return CalendarFeed.objects.create(owner=owner, serial="x", made_at=timezone.now(), **fields)


def _follow_up(engagement, activity, volunteer, staff, now):
    step = WelcomeStep.objects.create(title="Ring", since=today())
    return [
        step,
        WelcomeTick.objects.create(engagement=engagement, step=step, done_at=now, done_by=staff),
        FollowUpTalk.objects.create(
            engagement=engagement, moment="week", registered_at=now, registered_by=staff
        ),
        ActivityReminders.objects.create(activity=activity),
        ReminderWishes.objects.create(volunteer=volunteer),
        SignUpRules.objects.create(activity=activity),
    ]


def _papers(branch, volunteer, engagement, activity, staff, now):
    template = AgreementTemplate.objects.create(key="frivillig", title="Frivillig")
    version = TemplateVersion.objects.create(template=template, number=1)
    agreement = Agreement.objects.create(
        number="2026-1",
        branch=branch,
        volunteer=volunteer,
        version=version,
        starts_on=today(),
        created_at=now,
        created_by=staff,
    )
    guardian = make.make_person("Vera Værge")
    text = PublishedText.objects.create(key="consent_photo", version=1, body_da="Tekst")
    signature = Signature.objects.create(
        agreement=agreement,
        party="leader",
        signer_name="Lene",
        method="link",
        channel="email",
        sent_to="f***@e***.dk",
        sent_to_sha256="1" * 64,
        signed_on=today(),
        text_sha256="0" * 64,
        recorded_at=now,
    )
    return [
        template,
        version,
        Guardian.objects.create(
            person=guardian, ward=volunteer.person, registered_at=now, registered_by=staff
        ),
        LocalClause.objects.create(
            branch=branch,
            template=template,
            key="om",
            body="Eget",
            written_at=now,
            written_by=staff,
            approved_at=now,
            approved_by=staff,
        ),
        Clause.objects.create(version=version, order=1, key="om", heading="Om", body="Tekst"),
        LegalReference.objects.create(
            key="lov", citation="§ 1", valid_from=date(2020, 1, 1), source="test"
        ),
        agreement,
        Coverage.objects.create(agreement=agreement, engagement=engagement),
        signature,
        JournalEntry.objects.create(
            agreement=agreement, reference="00.16.00", recorded_at=now, recorded_by=staff
        ),
        Consent.objects.create(
            volunteer=volunteer,
            branch=branch,
            kind="photo",
            text=text,
            context="Billeder",
            asked_at=now,
            asked_by=staff,
        ),
        ConfidentialityDeclaration.objects.create(
            volunteer=volunteer,
            text=text,
            signer_name="Frida",
            method="paper",
            signed_on=today(),
            recorded_at=now,
            recorded_by=staff,
        ),
        SignatureScan.objects.create(
            signature=signature,
            content_type="image/png",
            content=b"x",
            sha256="0" * 64,
            size=1,
            added_at=now,
            added_by=staff,
        ),
        Document.objects.create(
            agreement=agreement, kind="text", content=b"%PDF", sha256="0" * 64, size=4, made_at=now
        ),
        Attestation.objects.create(
            volunteer=volunteer,
            branch=branch,
            state="ordered",
            opened_at=now,
            opened_by=staff,
            ordered_at=now,
            ordered_by=staff,
            consent_until=today() + timedelta(days=14),
        ),
        OrderBatch.objects.create(
            branch=branch, kind="child_certificate", made_at=now, made_by=staff
        ),
        AssociationDeclaration.objects.create(
            association=make.make_association(),
            signed_on=today(),
            signer_name="Formand",
            valid_until=today(),
            registered_at=now,
            registered_by=staff,
        ),
        DutyAssessment.objects.create(
            activity=activity,
            direct_contact=True,
            moves_among=False,
            usual_tie="fixed",
            answer="duty",
            chosen="duty",
            decided_at=now,
            decided_by=staff,
        ),
        ThresholdCrossing.objects.create(
            volunteer=volunteer,
            branch=branch,
            reason="times",
            number=4,
            crossed_on=today(),
            due_on=today(),
            noticed_at=now,
        ),
        ActivityTerms.objects.create(activity=activity, agreement_required=False),
    ]


def _successor(agreement):
    """A draft that is to replace the agreement."""
    successor = Agreement.objects.get(pk=agreement.pk)
    successor.pk, successor.number, successor.replaces = None, "2026-2", agreement
    successor.save()
    return successor


def _waiting(clause):
    """A text that waits for approval while another is in use."""
    waiting = LocalClause.objects.get(pk=clause.pk)
    waiting.pk, waiting.approved_at, waiting.approved_by = None, None, None
    waiting.save()
    return waiting


def make_text(by, **values):
    known = {"kind": "test", "language": "da", "version": 1, "subject": "Emne", "body": "Tekst"}
    return MessageText.objects.create(**(known | values), edited_by=by)


def _core(now, staff):
    audited = AuditEvent.objects.create(
        kind="test", object_type="test", object_id="1", actor_kind="system"
    )
    seen = AccessEvent.objects.create(purpose="test", actor_kind="system")
    return [
        AuditSubject.objects.create(event=audited, person_id=1),
        AccessSubject.objects.create(event=seen, person_id=1),
        AuditSeal.objects.create(**_batch(), count=2, first_at=now, last_at=now, digest="0" * 64),
        AuditRelease.objects.create(**_batch(), kept_days=30),
        job := Job.objects.create(key="seal:1", name="test"),
        JobResultPart.objects.create(
            result=JobResult.objects.create(job=job, name="test", expires_at=now),
            number=0,
            content=b"test",
        ),
        Incident.objects.create(kind="test", began_at=now, seen_at=now),
        message := Message.objects.create(
            key="test", kind="test", recipient_email="a@example.dk", message_id="<1@example.dk>"
        ),
        Letter.objects.create(
            message=message, day=today(), name="Frida", address="Algade 1", subject="Emne", text=""
        ),
        AddressRecord.objects.create(address="a@example.dk"),
        DomainPace.objects.create(domain="example.dk", minute=now),
        ScheduledRun.objects.create(rule="test", slot=now),
        PublishedText.objects.create(key="test", version=1, body_da="Tekst"),
        make_text(staff),
        MessageChoice.objects.create(person_id=1, group="test", wish="none"),
    ]


def _batch():
    return {"stream": "audit", "number": 1, "first_id": 900_001, "last_id": 900_002}
