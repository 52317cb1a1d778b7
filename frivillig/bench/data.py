"""The data sets: bulk rows that look like a municipality that has used the system for years.

Half the branches lie under one area, and the one who is measured is its local coordinator: the
hard case, because every list is full and every query also asks for the branch.
"""

import itertools
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.utils import timezone

from agreements.actions import templates, terms
from agreements.models import (
    Agreement,
    AgreementTemplate,
    Attestation,
    AttestationDuty,
    Coverage,
    Document,
    DocumentKind,
    Insurance,
    TemplateVersion,
)
from agreements.states import AgreementState, AttestationState
from coordination.access import Role
from coordination.actions import branches, roles
from coordination.actions.people import search_words
from coordination.models import (
    Activity,
    ActivityKind,
    Assignment,
    BranchKind,
    Clearance,
    ClearanceKind,
    Engagement,
    Person,
    Shift,
    Site,
    Tie,
    Volunteer,
)
from coordination.states import AssignmentState
from core import audit, texts
from core.models import AuditEvent, AuditSubject, User
from core.periods import today
from core.scope import scope
from frivillig.bench import busy
from recruitment import notices
from recruitment.models import Application, Opportunity
from recruitment.states import OpportunityState

BATCH = 2000
DOCUMENT = b"%PDF-1.7 " + b"x" * 2000
FIRST = ("Anna", "Bo", "Carla", "Dennis", "Else", "Frede", "Gry", "Hans", "Ida", "Jørgen", "Åse")
LAST = (
    "Andersen",
    "Bæk",
    "Christensen",
    "Dam",
    "Elmø",
    "Friis",
    "Grøn",
    "Holm",
    "Juhl",
    "Østergård",
)
CERTIFICATE_EVERY = 3  # of so many activities, one requires a child certificate
MISSING_EVERY = 12  # of so many volunteers, one has no agreement yet
APPLICATIONS_EVERY = 10
OPPORTUNITY_EVERY = 3
EVENTS_EACH = 3
SIGN_UP_SITES = 5
DAYS_BETWEEN_SHIFTS = 14  # at one site; large: from eight weeks back to eight weeks ahead


@dataclass(frozen=True)
class Size:
    """How much there is of what; `branches` are institutions below two areas."""

    volunteers: int
    activities: int
    shifts: int
    assignments: int
    branches: int


SIZES = {
    "tiny": Size(60, 8, 40, 120, 4),
    "small": Size(500, 30, 400, 2_000, 12),
    "large": Size(10_000, 300, 5_000, 40_000, 60),
}


@dataclass
class Targets:
    """What the requests need: sessions, and ids to ask for."""

    coordinator_session: str = ""
    morning_sessions: list = field(default_factory=list)
    volunteer_sessions: list = field(default_factory=list)
    volunteers: list = field(default_factory=list)
    activities: list = field(default_factory=list)
    opportunities: list = field(default_factory=list)
    drafts: list = field(default_factory=list)
    open_shifts: list = field(default_factory=list)
    search_words: list = field(default_factory=list)
    busy_month: str = ""
    busy_activity: int = 0


def build(size, requests):
    """Fill the (empty) database; return Targets with room for so many sign-ups for shifts."""
    with transaction.atomic(), scope():
        builder = _Builder(SIZES[size], requests)
        builder.places()
        builder.people()
        builder.engagements()
        builder.papers()
        builder.shifts()
        builder.busy_month()
        builder.recruitment()
        builder.busy_activity()
        targets = builder.targets()
    settle()
    return targets


def settle():
    """The planner's statistics: autovacuum, which keeps them in production, is off here."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def save(rows):
    """Write the rows in batches; return them as a list."""
    rows = list(rows)
    if rows:
        type(rows[0])._default_manager.bulk_create(rows, batch_size=BATCH)
    return rows


class _Builder:
    def __init__(self, size, requests):
        self.size, self.requests = size, requests
        self.day = today()
        self.now = timezone.now()

    # --- Places ------------------------------------------------------------------------------

    def places(self):
        texts.publish_sources()
        self.root = branches.create_root(name="Benchkøbing", by=audit.SYSTEM)
        self.manager = self._staff("manager", Role.MANAGER, self.root)
        templates.load_ready(by=self.manager)
        self.areas = [
            branches.create_branch(
                parent=self.root, name=f"Område {n}", kind=BranchKind.AREA, by=audit.SYSTEM
            )
            for n in (1, 2)
        ]
        self.coordinator = self._staff("coordinator", Role.LOCAL_COORDINATOR, self.areas[0])
        self._staff("leader", Role.BRANCH_LEADER, self.areas[0])
        self.institutions = [
            branches.create_branch(
                parent=self.areas[n % 2], name=f"Afdeling {n:03}", by=audit.SYSTEM
            )
            for n in range(self.size.branches)
        ]
        self._activities()

    def _staff(self, name, role, branch):
        user = User.objects.create_user(f"{name}@bench.invalid", name=name.title())
        roles.assign_role(user=user, role=role, branch=branch, by=audit.SYSTEM)
        return user

    def _activities(self):
        """Each is at two branches of the same area and belongs to the first."""
        self.activities = save(
            Activity(
                branch=self.institutions[n % len(self.institutions)],
                title=f"Aktivitet {n:04}",
                kind=ActivityKind.EVENT if n % 7 == 6 else ActivityKind.CONTINUOUS,
                description="Vi mødes og hjælper hinanden. " * 8,
                contact=self.coordinator,
            )
            for n in range(self.size.activities)
        )
        self.sites = save(
            Site(
                activity=activity,
                branch=self.institutions[(n + 2 * k) % len(self.institutions)],
                place="Lokale 2",
            )
            for n, activity in enumerate(self.activities)
            for k in (0, 1)
        )
        template = AgreementTemplate.objects.get(key=templates.READY_KEY)
        for number, activity in enumerate(self.activities):
            duty = self._needs_certificate(number)
            terms.save(
                activity=activity,
                template=template,
                child_certificate=AttestationDuty.DUTY if duty else AttestationDuty.NOT_RELEVANT,
                direct_contact_under_15=duty,
                insurance=Insurance.COVERED,
                may="Hjælpe\nTale med børn og voksne",
                may_not="Køre med deltagere",
                refer_to_staff="Klager",
                by=self.manager,
            )
        self.certificate_activities = {
            activity.pk
            for number, activity in enumerate(self.activities)
            if self._needs_certificate(number)
        }

    def _needs_certificate(self, number):
        return number % CERTIFICATE_EVERY == 0

    # --- People ------------------------------------------------------------------------------

    def people(self):
        users = save(self._user(n) for n in range(self.size.volunteers))
        persons = save(self._person(n, user) for n, user in enumerate(users))
        self.volunteers = save(
            Volunteer(person=person, since=self.day - timedelta(days=900), languages="dansk")
            for person in persons
        )
        self._events(persons)

    def _user(self, number):
        user = User(email=f"v{number}@bench.invalid", name=_name(number))
        user.password = "!" + "x" * 40
        return user

    def _person(self, number, user):
        person = Person(
            user=user,
            name=_name(number),
            email=f"v{number}@bench.invalid" if user else f"a{number}@bench.invalid",
            phone=f"+4510{number:06}",
            postcode="5000",
            birth_year=1950 + number % 50,
        )
        person.search = search_words(person)
        return person

    def _events(self, persons):
        """A history for everybody."""
        events = save(
            AuditEvent(
                kind="person.updated",
                object_type="coordination.person",
                object_id=str(person.pk),
                fields=["phone"],
                actor_kind="user",
                actor_id=self.coordinator.pk,
            )
            for person in persons
            for _ in range(EVENTS_EACH)
        )
        save(AuditSubject(event=event, person_id=int(event.object_id)) for event in events)

    # --- Ties and papers ---------------------------------------------------------------------

    def engagements(self):
        """Everybody is at one site; every third at a second one."""
        rows = []
        for number, volunteer in enumerate(self.volunteers):
            site = self.sites[number % len(self.sites)]
            rows.append(self._engagement(volunteer, site, number))
            if number % 3 == 0:
                other = self.sites[(number * 7 + 3) % len(self.sites)]
                if other is not site:
                    rows.append(self._engagement(volunteer, other, number))
        self.ties = save(rows)

    def _engagement(self, volunteer, site, number):
        ended = number % 15 == 14
        since = self.day - timedelta(days=60 + number % 800)
        return Engagement(
            volunteer=volunteer,
            site=site,
            tie=Tie.FIXED,
            starts_on=since,
            ends_on=self.day - timedelta(days=10) if ended else None,
            accepted_at=self.now - timedelta(days=900),
            accepted_by=self.coordinator,
            ended_at=self.now - timedelta(days=12) if ended else None,
            ended_by=self.coordinator if ended else None,
            end_reason="own_wish" if ended else "",
        )

    def papers(self):
        version = TemplateVersion.objects.current().get(template__key=templates.READY_KEY)
        self.signed, self.unsigned = [], []
        for number, tie in enumerate(self.ties):
            (self.unsigned if number % MISSING_EVERY == 0 else self.signed).append(tie)
        drafts = self.unsigned[::2]
        made = [self._agreement(tie, version, n) for n, tie in enumerate(self.signed)]
        made += [self._draft(tie, version, n) for n, tie in enumerate(drafts)]
        save(made)
        self.agreements = made
        pairs = list(zip(made, [*self.signed, *drafts], strict=True))
        save(self._coverage(agreement, tie) for agreement, tie in pairs)
        save(
            Document(
                agreement=agreement,
                kind=kind,
                content=DOCUMENT,
                source="<p>" + "x" * 2000,
                sha256=f"{agreement.pk:064}",
                size=len(DOCUMENT),
                made_at=self.now,
            )
            for agreement in made
            if agreement.state == AgreementState.CONCLUDED
            for kind in DocumentKind
        )
        save(self._clearance(agreement, tie) for agreement, tie in pairs[: len(self.signed)])
        self._certificates()

    def _agreement(self, tie, version, number):
        return Agreement(
            number=f"B-{number:08}",
            branch=tie.site.branch,
            volunteer=tie.volunteer,
            version=version,
            starts_on=tie.starts_on,
            state=AgreementState.CONCLUDED,
            created_at=self.now - timedelta(days=900, minutes=number),
            created_by=self.coordinator,
            sent_at=self.now - timedelta(days=899),
            sent_by=self.coordinator,
            concluded_at=self.now - timedelta(days=890),
            in_force_from=tie.starts_on,
        )

    def _draft(self, tie, version, number):
        return Agreement(
            number=f"D-{number:08}",
            branch=tie.site.branch,
            volunteer=tie.volunteer,
            version=version,
            starts_on=tie.starts_on,
            created_at=self.now - timedelta(hours=number),
            created_by=self.coordinator,
        )

    def _coverage(self, agreement, tie):
        binding = agreement.starts_on if agreement.state == AgreementState.CONCLUDED else None
        return Coverage(agreement=agreement, engagement=tie, binding_from=binding)

    def _clearance(self, agreement, tie):
        return Clearance(
            volunteer=tie.volunteer,
            kind=ClearanceKind.AGREEMENT,
            site=tie.site,
            valid_from=tie.starts_on,
            source_type=Agreement._meta.label_lower,
            source_id=agreement.pk,
        )

    def _certificates(self):
        """Most are approved; some still wait for the consent."""
        needed = {
            tie.volunteer_id: tie
            for tie in self.ties
            if tie.site.activity_id in self.certificate_activities
        }
        rows = save(self._attestation(tie, n) for n, tie in enumerate(needed.values()))
        save(
            Clearance(
                volunteer=row.volunteer,
                kind=ClearanceKind.CHILD_CERTIFICATE,
                valid_from=row.valid_from,
                valid_until=row.valid_until,
                source_type=Attestation._meta.label_lower,
                source_id=row.pk,
            )
            for row in rows
            if row.valid_from
        )

    def _attestation(self, tie, number):
        waiting = number % 20 == 0
        return Attestation(
            volunteer=tie.volunteer,
            branch=tie.site.branch,
            state=AttestationState.ORDERED if waiting else AttestationState.APPROVED,
            opened_at=self.now - timedelta(days=5 if waiting else 900),
            opened_by=self.coordinator,
            ordered_at=self.now - timedelta(days=5 if waiting else 900),
            ordered_by=self.coordinator,
            consent_until=self.day + timedelta(days=9 if waiting else -880),
            assessed_at=None if waiting else self.now - timedelta(days=890),
            assessed_by=None if waiting else self.coordinator,
            valid_from=None if waiting else self.day - timedelta(days=890),
            valid_until=None if waiting else self.day + timedelta(days=20 + number % 700),
        )

    # --- Shifts ------------------------------------------------------------------------------

    def shifts(self):
        """Half have been, half are to come; all with people who are tied to the site."""
        self.cleared = _by_site(self._cleared_ties())
        rows = save(self._shift(n) for n in range(self.size.shifts))
        self._people_on(rows, self.size.assignments)
        self._open_shifts()

    def busy_month(self):
        """What the calendar shows: beyond the size, with somebody on every other shift."""
        here = [s for s in self.sites if s.branch.path.startswith(self.areas[0].path)]
        rows = save(busy.shifts([s for s in here if s.pk in self.cleared], self.day))
        self._people_on(rows, len(rows) // 2)

    def _cleared_ties(self):
        certified = set(
            Clearance.objects.filter(kind=ClearanceKind.CHILD_CERTIFICATE).values_list(
                "volunteer_id", flat=True
            )
        )
        return [
            tie
            for tie in self.signed
            if tie.ends_on is None
            and (
                tie.site.activity_id not in self.certificate_activities
                or tie.volunteer_id in certified
            )
        ]

    def _shift(self, number):
        site = self.sites[number % len(self.sites)]
        turn = number // len(self.sites)
        half = max(1, -(-self.size.shifts // len(self.sites)) // 2)
        days = (turn - half) * DAYS_BETWEEN_SHIFTS + number % DAYS_BETWEEN_SHIFTS
        starts_at = self._at(days, 8 + number % 3 * 3)
        return Shift(
            site=site,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
            capacity=20,
            minimum=2,
        )

    def _at(self, days, hour):
        day = self.day + timedelta(days=days)
        return timezone.make_aware(datetime.combine(day, time(hour)))

    def _people_on(self, shifts, number):
        """So many assignments, nobody at two places at a time."""
        rows, busy = [], set()
        for turn in range(20):
            for shift in shifts:
                if len(rows) == number:
                    break
                people = self.cleared.get(shift.site_id, ())
                if turn < len(people):
                    tie = people[(turn + shift.pk) % len(people)]
                    if (tie.volunteer_id, shift.starts_at) not in busy:
                        busy.add((tie.volunteer_id, shift.starts_at))
                        rows.append(self._assignment(shift, tie))
        if len(rows) < number:
            raise RuntimeError(f"Only {len(rows)} assignments fit into the shifts.")
        save(rows)

    def _assignment(self, shift, tie):
        been = shift.ends_at < self.now
        return Assignment(
            shift=shift,
            volunteer=tie.volunteer,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            state=AssignmentState.ATTENDED if been else AssignmentState.BOOKED,
            booked_at=shift.starts_at - timedelta(days=10),
            booked_by=self.coordinator,
            attendance_at=shift.ends_at if been else None,
            attendance_by=self.coordinator if been else None,
        )

    def _open_shifts(self):
        """Shifts beyond the size for the sign-ups that are measured, one for each; at night, so
        that nobody is busy."""
        one_each = {tie.volunteer_id: tie for tie in self._cleared_ties()}
        ties = list(itertools.islice(one_each.values(), SIGN_UP_SITES))
        self.signers = ties
        rows = []
        for number in range(self.requests):
            starts_at = self._at(number // SIGN_UP_SITES + 1, 20)
            rows.append(
                Shift(
                    site=ties[number % SIGN_UP_SITES].site,
                    starts_at=starts_at,
                    ends_at=starts_at + timedelta(hours=2),
                    capacity=20,
                )
            )
        self.open_shifts = save(rows)

    # --- Recruitment -------------------------------------------------------------------------

    def recruitment(self):
        notice = texts.current(notices.PRIVACY_NOTICE)
        self.calls = save(
            Opportunity(
                site=site,
                title=f"Vil du hjælpe ved {site.activity}?",
                summary="To timer om ugen sammen med andre.",
                body="Vi mødes og hjælper hinanden. " * 8,
                state=OpportunityState.OPEN,
                published_from=self.day - timedelta(days=number % 60),
            )
            for number, site in enumerate(self.sites[::OPPORTUNITY_EVERY])
        )
        first = self.size.volunteers
        applicants = save(
            self._person(first + n, None) for n in range(self.size.volunteers // APPLICATIONS_EVERY)
        )
        save(
            Application(
                person=person,
                site=self.calls[n % len(self.calls)].site,
                opportunity=self.calls[n % len(self.calls)],
                notice=notice,
                channel="portal",
                message="Jeg vil gerne hjælpe.",
                received_at=self.now - timedelta(hours=n),
            )
            for n, person in enumerate(applicants)
        )

    def busy_activity(self):
        """What a public page shows: beyond the size, one person on each of its shifts."""
        there = self.areas[1].path
        site = next(c.site for c in self.calls if c.site.branch.path.startswith(there))
        self.busy_site = site
        rows = save(busy.coming_shifts(site, self.day))
        tied = [tie for tie in self.ties if tie.ends_on is None]
        save(self._assignment(row, tied[n % len(tied)]) for n, row in enumerate(rows))

    def _colleague(self, number):
        return self._staff(f"colleague{number}", Role.LOCAL_COORDINATOR, self.areas[0])

    # --- What is asked for -------------------------------------------------------------------

    def targets(self):
        here = self.areas[0].path
        seen = [tie for tie in self.ties if tie.site.branch.path.startswith(here)]
        drafts = [
            one
            for one in self.agreements
            if one.state == AgreementState.DRAFT and one.branch.path.startswith(here)
        ]
        return Targets(
            coordinator_session=session_of(self.coordinator),
            morning_sessions=[session_of(self._colleague(n)) for n in range(self.requests)],
            volunteer_sessions=[session_of(tie.volunteer.person.user) for tie in self.signers],
            volunteers=[tie.volunteer_id for tie in seen[:50]],
            activities=[one.pk for one in self.activities if one.branch.path.startswith(here)][:50],
            opportunities=[call.pk for call in self.calls[:20]],
            drafts=[min(drafts, key=lambda one: one.pk).pk],
            open_shifts=[shift.pk for shift in self.open_shifts],
            busy_activity=self.busy_site.activity_id,
            busy_month=busy.month_before(self.day).isoformat(),
            search_words=["grøn", "åse", "v12", "holm", "10000"],
        )


def session_of(user):
    """A session of the user, as signing in would make it; its key."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session.session_key


def _name(number):
    last = LAST[number // len(FIRST) % len(LAST)]
    return f"{FIRST[number % len(FIRST)]} {last}-{number}"


def _by_site(ties):
    found = {}
    for tie in ties:
        found.setdefault(tie.site_id, []).append(tie)
    return found
