"""What coordination's rows say about people, and what erasure does to them.

For how long they are kept: `coordination.retention`.
"""

from django.db.models.functions import Now
from django.utils.translation import gettext_lazy

from coordination import retention
from coordination.models import (
    Activity,
    ActivityReminders,
    AmbassadorProfile,
    Assignment,
    Association,
    Branch,
    CalendarFeed,
    CaringCall,
    Clearance,
    ClosingDay,
    Engagement,
    FollowUpTalk,
    Frame,
    GroupBooking,
    GroupMessage,
    Guardian,
    HoursChange,
    HoursEntry,
    Import,
    ImportTable,
    KeptDay,
    Mentorship,
    OpeningHours,
    Pause,
    Person,
    Poster,
    Presence,
    RecognitionEvent,
    RecognitionInvitation,
    ReminderWishes,
    Requirement,
    RoleAssignment,
    SchoolHoliday,
    Series,
    Shift,
    ShiftLead,
    ShiftTemplate,
    SignUpRules,
    Site,
    StandIn,
    Swap,
    TemplateShift,
    Volunteer,
    WelcomeStep,
    WelcomeTick,
)
from coordination.retention import ENDED, GROUPS, GUARDIANS, IMPORTS, REASONS, STAND_INS
from core import privacy
from core.privacy import BLANK, DELETE_ROW, KEEP, REPLACE, Operational, Personal, Sensitive

CONTACT = gettext_lazy("Reaching you")
PLANNING = gettext_lazy("Planning voluntary work")
AGE = gettext_lazy("Keeping age limits")
FOLLOWING = gettext_lazy("Giving volunteers a good start")
CLEARED = gettext_lazy("Knowing who may start")
ANONYMOUS_NAME = "Anonymiseret"
COUNTED = KEEP(gettext_lazy("The row stays without a name, so that the numbers stay right."))


def register():
    """Called once, from `CoordinationConfig.ready`."""
    retention.register()
    _people()
    _ties()
    _follow_up()
    _imports()
    _attendance()
    _places()


def _personal(purpose, erase=BLANK, *, kind=Personal):
    return kind(purpose, basis=privacy.PUBLIC_TASK, retention=ENDED, erase=erase)


def _operational(*names, **options):
    return {name: Operational(**options) for name in names}


def _people():
    privacy.register(
        Person,
        {
            **_operational("id", "created_at"),
            "user": Operational(erase=BLANK),
            "name": _personal(CONTACT, REPLACE(ANONYMOUS_NAME)),
            "email": _personal(CONTACT),
            "phone": _personal(CONTACT),
            "address": _personal(CONTACT),
            "postcode": _personal(CONTACT),
            "language": _personal(CONTACT, REPLACE("da")),
            "birth_year": _personal(AGE),
            "birth_date": _personal(AGE),
            "protected_identity": _personal(CONTACT, REPLACE(False), kind=Sensitive),
            "search": Personal(
                CONTACT, basis=privacy.PUBLIC_TASK, retention=ENDED, erase=BLANK, export=False
            ),
            "anonymised_at": Operational(erase=REPLACE(Now())),
        },
        person="pk",
    )
    privacy.register(
        Volunteer,
        {
            **_operational("person"),
            **_operational("wants_community", "since", export=True),
            "child_certificate_from": _personal(CLEARED),
            "languages": _personal(PLANNING),
            "availability": _personal(PLANNING),
        },
        person="pk",
    )
    privacy.register(
        Association,
        {**_operational("id", "name", "cvr"), "contact": _personal(CONTACT)},
        person="contact",
    )
    privacy.register(
        RoleAssignment,
        {**_operational("id", "user"), **_operational(*_ROLE_FACTS, export=True)},
        user="user",
    )

    privacy.register(
        AmbassadorProfile,
        {
            "user": Operational(erase=DELETE_ROW),
            "text": _shown(),
            "phone": _shown(),
            **_operational("shows_email", "agreed_at", export=True),
        },
        user="user",
    )


def _shown():
    purpose = gettext_lazy("Being reached as an ambassador")
    return Personal(purpose, basis=privacy.CONSENT, retention=ENDED, erase=DELETE_ROW)


_ROLE_FACTS = ("role", "branch", "starts_on", "ends_on")


def _ties():
    privacy.register(
        Guardian,
        {
            **_operational("id", "registered_by"),
            **_operational("registered_at", export=True),
            "person": Operational(erase=DELETE_ROW),
            "ward": Personal(
                AGE,
                basis=privacy.PUBLIC_TASK,
                retention=GUARDIANS,
                erase=DELETE_ROW,
                export=False,
            ),
        },
        person="person",
    )
    privacy.register(
        Engagement,
        {
            **_operational("id", "volunteer", "accepted_by", "ended_by", "ended_at"),
            **_operational("site", "tie", "association", "accepted_at", export=True),
            "starts_on": _personal(PLANNING, COUNTED),
            "ends_on": _personal(PLANNING, COUNTED),
            "end_reason": _personal(PLANNING, COUNTED),
        },
        person="volunteer",
    )
    privacy.register(
        Pause,
        {
            **_operational("id", "engagement"),
            "starts_on": _personal(PLANNING, COUNTED),
            "ends_on": _personal(PLANNING, COUNTED),
        },
        person="engagement__volunteer",
    )
    privacy.register(
        Assignment,
        {
            **_operational("id", "volunteer", "booked_by", "cancelled_by", "attendance_by"),
            **_operational("shift", "booked_at", "cancelled_at", "attendance_at", export=True),
            **_operational("asked_at", "offer_until", "role", export=True),
            **_operational("confirm_asked_at", "confirm_until", export=True),
            "starts_at": _personal(PLANNING, COUNTED),
            "ends_at": _personal(PLANNING, COUNTED),
            "state": _personal(PLANNING, COUNTED),
        },
        person="volunteer",
    )
    privacy.register(
        StandIn,
        {
            **_operational("id", "assignment", "asked_by", "closed_by"),
            **_operational("state", "asked_at", "closed_at", export=True),
            "reason": Personal(
                PLANNING, basis=privacy.PUBLIC_TASK, retention=STAND_INS, erase=BLANK
            ),
        },
        person="assignment__volunteer",
    )
    privacy.register(
        Swap,
        {
            **_operational("id", "mine", "theirs", "proposed_by", "closed_by"),
            **_operational("state", "proposed_at", "answer_until", "closed_at", export=True),
        },
        person="mine__volunteer",
    )
    privacy.register(
        GroupBooking,
        {
            **_operational("id", "booked_by", "attendance_by", "came", "serial", "association"),
            **_operational("shift", "kind", "title", "seats", "state", export=True),
            **_operational("booked_at", "given_back_at", "attendance_at", export=True),
            "responsible": Operational(erase=BLANK),
            "names": Personal(
                PLANNING,
                basis=privacy.PUBLIC_TASK,
                retention=GROUPS,
                erase=BLANK,
                export=False,
            ),
        },
        person="responsible",
    )
    privacy.register(
        Clearance,
        {
            **_operational("id", "volunteer", "source_type", "source_id"),
            **_operational("site", "revoked_at", export=True),
            "kind": _personal(CLEARED, DELETE_ROW),
            "valid_from": _personal(CLEARED, DELETE_ROW),
            "valid_until": _personal(CLEARED, DELETE_ROW),
        },
        person="volunteer",
    )
    privacy.register(
        RecognitionInvitation,
        {
            **_operational("id", "volunteer", "invited_by", "answered_by"),
            **_operational("event", "invited_at", "answered_at", export=True),
            "state": _personal(PLANNING, COUNTED),
        },
        person="volunteer",
    )


def _attendance():
    privacy.register(
        Presence,
        {
            **_operational("assignment"),
            "way": _personal(PLANNING, COUNTED),
            "reason": Personal(
                PLANNING, basis=privacy.PUBLIC_TASK, retention=REASONS, erase=REPLACE("")
            ),
            "minutes": _personal(PLANNING, COUNTED),
        },
        person="assignment__volunteer",
    )
    privacy.register(
        CaringCall,
        {
            **_operational("id", "called_by"),
            "engagement": Operational(erase=DELETE_ROW),
            **_operational("called_at", export=True),
        },
        person="engagement__volunteer",
    )
    privacy.register(
        HoursEntry,
        {
            **_operational("id", "volunteer", "decided_by"),
            **_operational("site", "state", "told_at", "decided_at", "answer", export=True),
            "day": _personal(PLANNING, COUNTED),
            "minutes": _personal(PLANNING, COUNTED),
            "words": _personal(PLANNING),
        },
        person="volunteer",
    )
    privacy.register(
        HoursChange,
        {
            **_operational("id", "volunteer", "changed_by"),
            **_operational("assignment", "entry", "before", "after", "changed_at", export=True),
        },
        person="volunteer",
    )
    privacy.register(
        ShiftLead,
        {
            **_operational("id", "engagement", "named_by", "ended_by"),
            **_operational("shift", "named_at", "ended_at", export=True),
        },
        person="engagement__volunteer",
    )


def _follow_up():
    privacy.register(
        CalendarFeed,
        {
            **_operational("id", "owner"),
            "serial": Operational(erase=DELETE_ROW),
            **_operational("kind", "activity", "branch", "made_at", export=True),
        },
        person="owner__person",
    )
    privacy.register(
        WelcomeTick,
        {
            **_operational("id", "engagement", "done_by"),
            **_operational("step", "done_at", export=True),
        },
        person="engagement__volunteer",
    )
    privacy.register(
        FollowUpTalk,
        {
            **_operational("id", "engagement", "registered_by"),
            **_operational("moment", "registered_at", export=True),
            "held_on": _personal(FOLLOWING, COUNTED),
            "next_step": _personal(FOLLOWING),
        },
        person="engagement__volunteer",
    )
    privacy.register(
        Mentorship,
        {
            **_operational("engagement", "agreed_by"),
            **_operational("mentor", "agreed_at", export=True),
        },
        person="mentor",
    )
    privacy.register(
        ReminderWishes,
        {
            **_operational("volunteer"),
            **_operational("days", "hours", export=True),
        },
        person="volunteer",
    )


def _imports():
    privacy.register(
        ImportTable,
        {
            **_operational("of", "file_name", "expires_at"),
            "headings": _in_the_file(),
            "rows": _in_the_file(),
        },
    )


def _in_the_file():
    """A table may have columns about people that are not brought in."""
    return Personal(
        gettext_lazy("A table of activities and shifts that a colleague has chosen"),
        basis=privacy.PUBLIC_TASK,
        retention=IMPORTS,
        erase=KEEP(gettext_lazy("It is gone within a day, and only who chose it can see it.")),
        export=False,
    )


def _places():
    """Rows about the municipality's own work; they lead to nobody. Every field by name, so that
    a new one is thought about.
    """
    for model, names in _PLACES.items():
        privacy.register(model, _operational(*names.split()))


_PLACES = {
    Branch: "id parent path name kind address postcode city phone email closed_on",
    Frame: (
        "activity language handles_money works_alone keeps_guard serves_alcohol lifts_heavily "
        "pilot_goal starts_on ends_on evaluation partners"
    ),
    Frame.partners.through: "id frame association",
    OpeningHours: "id branch weekday opens closes",
    ClosingDay: "id branch starts_on ends_on reason",
    Activity: (
        "id branch title title_en kind state purpose description description_en target_group "
        "minimum_age contact deputy"
    ),
    ActivityReminders: "activity days hours",
    Site: "id activity branch place closed_on",
    WelcomeStep: "id title title_en days owner since retired_on",
    Requirement: "id activity kind necessity fixed_tie_only",
    Shift: (
        "id site title starts_at ends_at capacity minimum place note roles way group_seats state "
        "cancelled_at cancelled_by series series_day detached"
    ),
    Series: (
        "id site rule starts_on ends_on starts ends title capacity minimum place note roles way "
        "skip_holidays skip_local_days skip_school_holidays"
    ),
    KeptDay: "id series day",
    ShiftTemplate: "id branch name retired_on",
    TemplateShift: "id template starts ends title capacity minimum place note roles way",
    SchoolHoliday: "id title starts_on ends_on",
    Import: "id owner made_at branch columns known job done_at result",
    Poster: "site serial renewed_at",
    SignUpRules: "activity way join_hours leave_hours",
    RecognitionEvent: (
        "id branch title title_en starts_at place description description_en reply_by "
        "cancelled_at cancelled_by"
    ),
    GroupMessage: (
        "id branch audience activity shift chosen subject text necessary written_by written_at "
        "goes_at rows_written rows_done_at undone_at undone_by"
    ),
}
