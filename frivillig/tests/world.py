"""A small municipality with two branches that know nothing of each other, for the access guards.

Every name, title, address and number that belongs to one branch holds that branch's mark, so
that a leak is a string found on a page. One person, the shared one, is a volunteer of both.
"""

from dataclasses import dataclass, field
from datetime import time, timedelta
from types import SimpleNamespace

from django.utils import timezone

from agreements import signing, verification
from agreements.actions import (
    agreements,
    attestations,
    batches,
    consents,
    cpr,
    local_clauses,
    scans,
)
from agreements.models import Agreement, AttestationKind, VerificationCode
from agreements.tests import factories as papers
from coordination import emails, feeds, groups, posters, timetable
from coordination.access import Role
from coordination.actions import feeds as feed_actions
from coordination.actions import imports, shift_templates
from coordination.models import (
    AmbassadorProfile,
    Assignment,
    ClosingDay,
    GroupMessage,
    HoursEntry,
    ImportTable,
    Mentorship,
    OpeningHours,
    RecognitionInvitation,
    SchoolHoliday,
    ShiftLead,
    StandIn,
    StepOwner,
    Swap,
    Tie,
    WelcomeStep,
)
from coordination.tests import factories as make
from core import operations
from core.channels import unsubscribe
from core.models import Job, JobResult, JobState, Letter, Message, Queue
from core.periods import today
from core.scans import Scan
from recruitment import interest
from recruitment.states import OpportunityState
from recruitment.tests import factories as calls

HERE, ELSEWHERE = "Havtorn", "Zinnober"
PLANTED_CPR = {HERE: ("0101604242", "0201604343"), ELSEWHERE: ("0301604444", "0401604545")}


@dataclass
class Place:
    """One branch's rows: `rows` maps what a URL's row is called to the row."""

    mark: str
    branch: object
    staff: dict
    user: object = None
    rows: dict = field(default_factory=dict)
    numbers: list = field(default_factory=list)

    @property
    def telling(self):
        """What must not be read outside: the mark, and numbers that the system gave."""
        return [self.mark, *self.numbers]


@dataclass
class World:
    """Two places, the users who hold roles, and the rows that both places share."""

    here: Place
    elsewhere: Place
    users: dict
    shared: object
    association: object
    texts: dict


def build():
    """Make it all. Inside a transaction that the caller rolls back."""
    _machinery(timezone.now())
    root = make.make_branch("Kommunens Biblioteker", kind="municipality")
    manager = make.make_staff(Role.MANAGER, root, "Mette Manager")
    central = make.make_staff(Role.CENTRAL_COORDINATOR, root, "Carla Central")
    calls.publish_texts()
    here = _place(HERE, root, manager)
    elsewhere = _place(ELSEWHERE, root, manager)
    shared = _shared_volunteer(here, elsewhere, manager)
    users = {
        "stranger": make.make_user("sofus@example.dk", "Sofus Ukendt"),
        "volunteer": here.user,
        **{str(role): user for role, user in here.staff.items()},
        "coordinator elsewhere": elsewhere.staff[Role.LOCAL_COORDINATOR],
        "volunteer elsewhere": elsewhere.user,
        "central": central,
        "manager": manager,
    }
    association = make.make_association("Læseforeningen")
    return World(here, elsewhere, users, shared, association, _texts(here))


def _place(mark, root, manager):
    branch = make.make_branch(f"{mark} Bibliotek", parent=root)
    staff = {
        role: make.make_staff(role, branch, f"{mark} {role.value}", email=f"{mark}.{role}@b.dk")
        for role in (Role.LOCAL_COORDINATOR, Role.BRANCH_LEADER, Role.AMBASSADOR, Role.READER)
    }
    place = Place(mark, branch, staff)
    site = _site(place, manager)
    _premises(place)
    volunteer = _volunteer(place, site)
    _shifts(place, site, volunteer)
    _papers(place, site, volunteer)
    _newcomers(place, site)
    _recognition(place, volunteer)
    _messages(place, volunteer)
    _imports(place)
    _template(place)
    place.rows["job"] = _job(place)
    return place


def _machinery(now):
    """Every program has just been seen; a job failed the other day."""
    for name in (operations.CLOCK, *map(operations.worker_name, Queue.values)):
        operations.seen(name)
    Job.objects.create(
        key="failed",
        name="tests.failed",
        state=JobState.FAILED,
        finished_at=now - timedelta(days=2),
    )


def _template(place):
    """A shift template with two shifts."""
    clock = {"starts": time(10), "ends": time(12, 30), "capacity": 3, "minimum": 2}
    lines = [clock | {"title": f"{place.mark}vagt {number}"} for number in range(2)]
    template = shift_templates.make(
        branch=place.branch,
        name=f"{place.mark}dag",
        lines=lines,
        by=place.staff[Role.LOCAL_COORDINATOR],
    )
    place.rows |= {"template-day": template, "day-line": template.shifts.first()}


def _imports(place):
    """Files that the coordinator brings in: one to say yes to, one with faults, one that is done,
    and one whose table is no longer kept."""
    by = place.staff[Role.LOCAL_COORDINATOR]
    head = "Aktivitet;Afdeling;Dato;Fra;Til;Pladser"
    row = f"{place.mark}maling;{place.branch};{today() + timedelta(days=20):%d-%m-%Y};10;12;2"
    states = {
        "import": [head, row],
        "import-wrong": [head, row, f"{place.mark}maling;Ukendt Bibliotek;i morgen;10;12;2"],
        "import-done": [head, row],
        "import-over": [head, row],
    }
    for name, lines in states.items():
        content = "\n".join(lines).encode()
        made = imports.begin(content=content, name=f"{place.mark}.csv", by=by)
        place.rows[name] = made
    ImportTable.objects.filter(of=place.rows["import-over"]).delete()
    done = place.rows["import-done"]
    seen = imports.plan_for(done, by).mark
    imports.carry_out(table_import=done, seen=seen, by=by)


def _job(place):
    """A job that the volunteer started, with its file."""
    now = timezone.now()
    job = Job.objects.create(
        key=place.mark,
        name="coordination.export_volunteers",
        args={"volunteer_ids": []},
        owner=place.user,
        state=JobState.DONE,
        finished_at=now,
    )
    JobResult.objects.create(job=job, name=f"{place.mark}.csv", expires_at=now + timedelta(days=1))
    return job


def _site(place, manager):
    mark = place.mark
    activity = make.make_activity(place.branch, f"{mark}maling", description=f"{mark}prosa")
    site = make.make_site(place.branch, activity, place=f"{mark}stuen")
    papers.make_child_terms(activity, by=manager, notification_recipient=f"{mark} Underret")
    place.rows |= {"activity": activity, "site": site, "branch": place.branch}
    return site


def _premises(place):
    """Opening hours, closing days to come, and an ambassador who has said yes to the page."""
    OpeningHours.objects.create(branch=place.branch, weekday=0, opens=time(10), closes=time(18))
    day = today() + timedelta(days=40)
    place.rows["closing-day"] = ClosingDay.objects.create(
        branch=place.branch, starts_on=day, ends_on=day, reason=f"{place.mark} maling"
    )
    AmbassadorProfile.objects.create(
        user=place.staff[Role.AMBASSADOR], text=f"{place.mark} hjælper", agreed_at=timezone.now()
    )


def _volunteer(place, site, name="Frivillig", phone="+4571717171"):
    """A volunteer with a sign-in, cleared, with a running engagement at the site."""
    address = f"{place.mark}.{name}@example.dk"
    user = make.make_user(address, f"{place.mark} {name}")
    volunteer = make.make_volunteer(
        f"{place.mark} {name}",
        email=address,
        user=user,
        phone=phone,
        address=f"{place.mark}vej 1",
        birth_year=1950,
    )
    coordinator = place.staff[Role.LOCAL_COORDINATOR]
    engagement = make.make_engagement(volunteer, site, accepted_by=coordinator)
    make.make_clearance(volunteer, source_type="tests.world")
    make.make_clearance(volunteer, "child_certificate", source_type="tests.world")
    place.user = place.user or user
    place.rows.setdefault("volunteer", volunteer)
    place.rows.setdefault("engagement", engagement)
    return volunteer


def _shifts(place, site, volunteer):
    title = f"{place.mark}vagten"
    free = make.make_shift(site, title=f"{title} fri", hour=9)
    coming = make.make_shift(site, title=f"{title} snart", hour=15)
    past = make.make_shift(site, title=f"{title} før", day=today() - timedelta(days=3))
    coordinator = place.staff[Role.LOCAL_COORDINATOR]
    booked = [
        Assignment.objects.create(
            shift=shift,
            volunteer=volunteer,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            booked_at=timezone.now(),
            booked_by=coordinator,
        )
        for shift in (coming, past)
    ]
    place.rows |= {"shift": coming, "free-shift": free, "past-shift": past}
    _series(place, site, title)
    _attendance(place, site, volunteer, title)
    place.rows["assignment"] = booked[0]
    place.rows |= _waiting(place, site, volunteer, title)
    place.rows |= _stand_ins(place, site, volunteer, title)
    place.rows |= _roles(place, site, title)
    place.rows |= _groups(place, free, past)
    place.rows["unconfirmed"] = _unconfirmed(place, site, volunteer, title)


def _unconfirmed(place, site, volunteer, title):
    """A shift that was changed; the volunteer has not said yes again."""
    shift = make.make_shift(site, title=f"{title} flyttet", hour=21)
    return Assignment.objects.create(
        shift=shift,
        volunteer=volunteer,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        confirm_asked_at=timezone.now(),
        confirm_until=timezone.now() + timedelta(days=2),
        booked_at=timezone.now(),
        booked_by=place.staff[Role.LOCAL_COORDINATOR],
    )


def _groups(place, coming, past):
    """A school class that comes, and one that has been."""
    by = place.staff[Role.LOCAL_COORDINATOR]
    person = make.make_person(f"{place.mark} Lærer", email=f"{place.mark}.laerer@skole.dk")
    group, been = (
        make.make_group(shift, by=by, responsible=person, title=f"{place.mark} 5.B")
        for shift in (coming, past)
    )
    return {"group": group, "past-group": been, "group-token": groups.token(group)}


def _attendance(place, site, volunteer, title):
    """The volunteer is shift lead of a shift of today, which has just begun; and the poster."""
    lead = ShiftLead.objects.create(
        engagement=place.rows["engagement"],
        named_at=timezone.now(),
        named_by=place.staff[Role.LOCAL_COORDINATOR],
    )
    start = timezone.now() - timedelta(minutes=1)
    led = make.make_shift(site, title=f"{title} nu", starts_at=start)
    Assignment.objects.create(
        shift=led,
        volunteer=volunteer,
        starts_at=led.starts_at,
        ends_at=led.ends_at,
        booked_at=start,
        booked_by=place.staff[Role.LOCAL_COORDINATOR],
    )
    place.rows |= _marked(place, site, volunteer, title)
    place.rows |= {"shift-lead": lead, "led-shift": led, "poster": posters.token(site)}


def _marked(place, site, volunteer, title):
    """Somebody came and somebody did not, some days ago; and hours told of besides."""
    by, rows = place.staff[Role.LOCAL_COORDINATOR], {}
    for state, days in (("attended", 5), ("absent", 6)):
        shift = make.make_shift(site, title=f"{title} {state}", day=today() - timedelta(days=days))
        rows[state] = Assignment.objects.create(
            shift=shift,
            volunteer=volunteer,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            state=state,
            booked_at=shift.starts_at,
            booked_by=by,
            attendance_at=shift.ends_at,
            attendance_by=by,
        )
    told = HoursEntry.objects.create(
        volunteer=volunteer,
        site=site,
        day=today() - timedelta(days=2),
        minutes=45,
        words=f"{place.mark} pyntede op",
        told_at=timezone.now(),
    )
    return rows | {"told": told}


def _waiting(place, site, volunteer, title):
    """A full shift; the volunteer waits for it, and somebody has asked."""
    full = make.make_shift(site, title=f"{title} fuld", hour=18, capacity=1)
    by = place.staff[Role.LOCAL_COORDINATOR]
    rows = {
        state: Assignment.objects.create(
            shift=full,
            volunteer=who,
            starts_at=full.starts_at,
            ends_at=full.ends_at,
            state=state,
            asked_at=None if state == "booked" else timezone.now(),
            booked_at=timezone.now(),
            booked_by=by,
        )
        for state, who in (
            ("booked", make.make_volunteer(f"{place.mark} Optager")),
            ("waiting", volunteer),
            ("requested", make.make_volunteer(f"{place.mark} Spørger")),
        )
    }
    return {"full-shift": full, "waiting": rows["waiting"]}


def _roles(place, site, title):
    """A shift with roles, and who has one of them."""
    shift = make.make_shift(
        site, title=f"{title} roller", hour=20, capacity=4, minimum=3, roles="Vært: 1\nBager: 2-3"
    )
    host = Assignment.objects.create(
        shift=shift,
        volunteer=make.make_volunteer(f"{place.mark} Vært"),
        role="Vært",
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        booked_at=timezone.now(),
        booked_by=place.staff[Role.LOCAL_COORDINATOR],
    )
    return {"role-shift": shift, "host": host}


def _stand_ins(place, site, volunteer, title):
    """Somebody looks for a stand-in, and another proposes to swap with the volunteer."""
    by, now = place.staff[Role.LOCAL_COORDINATOR], timezone.now()
    places = []
    for name, days in (("Afløses", 11), ("Bytter", 12)):
        other = _volunteer(place, site, name, "+4575757575")
        shift = make.make_shift(site, title=f"{title} {name}", day=today() + timedelta(days=days))
        places.append(
            Assignment.objects.create(
                shift=shift,
                volunteer=other,
                starts_at=shift.starts_at,
                ends_at=shift.ends_at,
                booked_at=now,
                booked_by=by,
            )
        )
    looking, swapping = places
    return {
        "stand-in": StandIn.objects.create(
            assignment=looking, reason=f"{place.mark}ferie", asked_at=now, asked_by=by
        ),
        "swap": Swap.objects.create(
            mine=swapping,
            theirs=place.rows["assignment"],
            proposed_at=now,
            proposed_by=swapping.volunteer.person.user,
            answer_until=now + timedelta(hours=20),
        ),
    }


def _series(place, site, title):
    """Regular shifts with one that is made, a day that is left out, and one on a day off."""
    first = today() + timedelta(days=12)
    for days in (7, 21):
        day = first + timedelta(days=days)
        SchoolHoliday.objects.create(title=f"Ferie {place.mark}", starts_on=day, ends_on=day)
    series = make.make_series(
        site, weekday=first.weekday(), starts_on=first, title=f"{title} fast", starts=time(12)
    )
    days = [one.day for one in timetable.days_ahead(series) if not one.why][:2]
    made = [
        make.make_shift(site, day=day, hour=12, hours=5, series=series, series_day=day)
        for day in (first, *days, first + timedelta(days=21))
        if not series.shifts.filter(series_day=day).exists()
    ]
    place.rows |= {"series": series, "series-shift": made[0]}


def _papers(place, site, volunteer):
    """An agreement in every state that a page needs, and a certificate in each of three."""
    coordinator = place.staff[Role.LOCAL_COORDINATOR]
    leader = place.staff[Role.BRANCH_LEADER]
    sent = papers.make_sent(volunteer, by=coordinator)
    lacking = make.make_volunteer(f"{place.mark} Mangler", birth_year=1960)
    make.make_engagement(lacking, site, accepted_by=coordinator)
    drafted = _volunteer(place, site, "Kladde", "+4572727272")
    place.rows |= {
        "agreement": sent,
        "document": sent.documents.get(),
        "token": signing.token(sent),
        "lacking": lacking.engagements.get(),
        "draft": papers.make_draft(drafted, by=coordinator),
    }
    place.rows["archived"] = _archived(place, site)
    place.rows["own-words"] = _own_words(place, sent.version, coordinator)
    place.numbers += [sent.number, place.rows["draft"].number]
    _mentor(place, volunteer, of=place.rows["lacking"])
    _signed_on_paper(place, site)
    _consents(place, volunteer)
    for state, person in (("ordered", lacking), ("approved", volunteer), ("suspended", drafted)):
        row = attestations.order(volunteer=person, branch=place.branch, by=coordinator)
        if state != "ordered":
            row = attestations.assess(attestation=row, outcome="approved", by=leader)
        if state == "suspended":
            row = attestations.suspend(attestation=row, by=leader)
        place.rows[state] = row
    place.rows["own-case"] = place.rows["approved"]
    _orders(place, site)


def _mentor(place, volunteer, *, of):
    """The volunteer is the mentor of somebody, and a step is theirs to tick."""
    by = place.staff[Role.LOCAL_COORDINATOR]
    Mentorship.objects.create(
        engagement=of, mentor=volunteer, agreed_at=timezone.now(), agreed_by=by
    )
    WelcomeStep.objects.create(title="Følges ad", owner=StepOwner.MENTOR, since=today())
    place.rows["mentee"] = of


def _orders(place, site):
    """Two who gave their CPR number: one on a list of orders, one not yet."""
    coordinator = place.staff[Role.LOCAL_COORDINATOR]
    for name, number in (
        ("Liste", PLANTED_CPR[place.mark][0]),
        ("Cpr", PLANTED_CPR[place.mark][1]),
    ):
        person = make.make_volunteer(f"{place.mark} {name}", birth_year=1960)
        make.make_engagement(person, site, accepted_by=coordinator)
        case = attestations.request(volunteer=person, branch=place.branch, by=coordinator)
        cpr.give(attestation=case, number=number, by=coordinator)
        if name == "Liste":
            place.rows["batch"] = batches.make(
                branch=place.branch, kind=AttestationKind.CHILD_CERTIFICATE, by=coordinator
            )
        place.rows["details"] = case


def _own_words(place, version, by):
    clause = version.clauses.filter(locked=False).first()
    return local_clauses.write(branch=place.branch, clause=clause, body=f"{place.mark}ord", by=by)


def _texts(place):
    """What belongs to the municipality: a template, its version in use and an open clause."""
    version = place.rows["agreement"].version
    clause = version.clauses.filter(locked=False).first()
    return {"template": version.template, "version": version, "clause": clause}


def _archived(place, site):
    """The document of somebody who has been anonymised since."""
    person = make.make_volunteer(f"{place.mark} Arkiveret", birth_year=1940)
    coordinator = place.staff[Role.LOCAL_COORDINATOR]
    make.make_engagement(person, site, accepted_by=coordinator)
    agreement = papers.make_sent(person, by=coordinator)
    Agreement.objects.filter(pk=agreement.pk).update(archived_at=timezone.now())
    return agreement.documents.get()


def _consents(place, volunteer):
    """Pictures that are asked about, pictures to take down, and a consent that was given."""
    coordinator = place.staff[Role.LOCAL_COORDINATOR]
    photos = {"branch": place.branch, "places": f"{place.mark}siden", "by": coordinator}
    asked, shown = (
        consents.ask(volunteer=volunteer, context=f"{place.mark} {which}", **photos)
        for which in ("nye billeder", "gamle billeder")
    )
    consents.answer(consent=shown, yes=True, by=place.user)
    taken = consents.withdraw(consent=shown, by=place.user)
    given = consents.give(volunteer=volunteer, kind="bank", by=coordinator)
    given = {"pk": volunteer.pk, "consent": given.pk}
    place.rows |= {"photo": asked, "taken": taken, "given": given}


def _signed_on_paper(place, site):
    """An agreement that all have signed on paper: one signature with a scan, one without."""
    coordinator = place.staff[Role.LOCAL_COORDINATOR]
    signed = papers.make_concluded(_volunteer(place, site, "Papir", "+4574747474"), by=coordinator)
    with_scan, without = signed.signatures.all()
    scan = scans.add(signature=with_scan, scan=Scan("image/png", b"billede"), by=coordinator)
    code = VerificationCode.objects.create(
        agreement=signed, code=verification.new_code(), made_at=timezone.now()
    )
    place.rows |= {"scan": scan, "paper": without, "code": code.code}
    place.numbers.append(signed.number)


def _newcomers(place, site):
    applicant = make.make_person(
        f"{place.mark} Ansøger", email=f"{place.mark}.ny@example.dk", phone="+4573737373"
    )
    opened = calls.make_opportunity(site, title=f"{place.mark}opslag")
    place.rows |= {
        "opportunity": opened,
        "draft-call": calls.make_opportunity(
            site, title=f"{place.mark}udkast", state=OpportunityState.DRAFT
        ),
        "interest": interest.token(calls.make_application(site, applicant, opportunity=opened)),
        "application": calls.make_application(
            site, applicant, opportunity=opened, message=f"{place.mark}besked"
        ),
    }


def _recognition(place, volunteer):
    coming = make.make_recognition_event(place.branch, title=f"{place.mark}festen")
    past = make.make_recognition_event(
        place.branch,
        title=f"{place.mark}festen i fjor",
        starts_at=timezone.now() - timedelta(days=300),
    )
    coordinator = place.staff[Role.LOCAL_COORDINATOR]
    invitations = [
        RecognitionInvitation.objects.create(
            event=event, volunteer=volunteer, invited_at=timezone.now(), invited_by=coordinator
        )
        for event in (coming, past)
    ]
    emails.send_recognition_invitations(invitations[:1])
    place.rows |= {
        "event": coming,
        "past-event": past,
        "invitation": invitations[0],
        "own-message": Message.objects.about(invitations[0]).get(),
    }


def _messages(place, volunteer):
    """A message that did not arrive, letters of a day of its own, and two group messages."""
    engagement = place.rows["engagement"]
    feed = feed_actions.make(by=place.user)
    place.rows["feed"], place.rows["feed-address"] = feed, feeds.token(feed)
    place.rows["unsubscribe"] = unsubscribe.token(volunteer.pk, "news")
    day = today() - timedelta(days=0 if place.mark == HERE else 1)
    place.rows["stuck"] = _message(place, volunteer, engagement, state="by_hand", channel="any")
    for name, channel, offset in (("letter", "letter", 0), ("digital", "digital_post", 2)):
        on = day - timedelta(days=offset)
        message = _message(place, volunteer, engagement, state="to_post", channel=channel)
        Letter.objects.create(
            message=message,
            day=on,
            name=f"{place.mark} Frivillig",
            address=f"{place.mark}vej 1",
            subject=f"{place.mark}brevet",
            text="Hej",
        )
        place.rows[f"{name}-day"] = SimpleNamespace(pk=int(f"{on:%Y%m%d}"))
    coordinator = place.staff[Role.LOCAL_COORDINATOR]
    for name, goes_at in (("draft", None), ("sent", timezone.now() + timedelta(hours=1))):
        place.rows[f"group-{name}"] = GroupMessage.objects.create(
            branch=place.branch,
            audience="branch",
            subject=f"{place.mark}hilsen",
            text="Hej [[first_name]]",
            written_by=coordinator,
            goes_at=goes_at,
        )


def _message(place, volunteer, about, **values):
    return Message.objects.create(
        kind="coordination.welcome",
        message_id=f"<{place.mark}.{Message.objects.count()}@example.dk>",
        person_id=volunteer.pk,
        about_type=about._meta.label_lower,
        about_id=about.pk,
        **values,
    )


def _shared_volunteer(here, elsewhere, manager):
    """Somebody who helps at both places, with papers and a shift at each."""
    volunteer = make.make_volunteer("Delt Deltager", email="delt@example.dk", birth_year=1955)
    for place in (here, elsewhere):
        site = place.rows["site"]
        coordinator = place.staff[Role.LOCAL_COORDINATOR]
        engagement = make.make_engagement(
            volunteer, site, accepted_by=coordinator, tie=Tie.OCCASIONAL
        )
        agreement = agreements.draft(engagements=[engagement], by=coordinator)
        place.numbers.append(agreement.number)
        shift = make.make_shift(
            site,
            title=f"{place.mark}vagten delt",
            hour=8 if place is here else 18,
            day=today() + timedelta(days=9),
        )
        Assignment.objects.create(
            shift=shift,
            volunteer=volunteer,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            booked_at=timezone.now(),
            booked_by=coordinator,
        )
    coordinator = elsewhere.staff[Role.LOCAL_COORDINATOR]
    attestations.order(volunteer=volunteer, branch=elsewhere.branch, by=coordinator)
    return volunteer


__all__ = ["ELSEWHERE", "HERE", "Place", "World", "build"]
