"""The municipal settings of coordination."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from coordination import timetable
from core.policies import CHOICE, Policy, name_section, register

_TIES = (("fixed", _("Fixed tie")), ("occasional", _("Occasional")))


def _young_policies():
    """How many hours people under 18 sign up for by themselves."""
    source = "domain.md 4.2: Aarhus, rules for young volunteers (arbejdsmiljøloven)"
    for key, hours, label in (
        ("young.school_day_hours", 2, _("Under 18: most hours on a school day")),
        ("young.school_week_hours", 12, _("Under 18: most hours in a week with school")),
        ("young.free_day_hours", 7, _("13-14 years: most hours on a day without school")),
        ("young.free_day_hours_15", 8, _("15-17 years: most hours on a day without school")),
        ("young.free_week_hours", 35, _("13-14 years: most hours in a week without school")),
        ("young.free_week_hours_15", 40, _("15-17 years: most hours in a week without school")),
    ):
        yield Policy(
            key,
            int,
            hours,
            minimum=1,
            maximum=168,
            unit=_("hours"),
            label=label,
            help=_("Coordinators can put a young person on all the same, and are told."),
            source=source,
            verify=True,
        )


def _attendance_policies():
    """How it is registered who came."""
    yield Policy(
        "attendance.by_poster",
        bool,
        True,
        overridable=True,
        label=_("Volunteers can register themselves by a QR code on the wall"),
        help=_("They sign in first. Nobody else's name is shown."),
        source="issue 5",
    )
    yield Policy(
        "attendance.check_in_before_minutes",
        int,
        30,
        maximum=240,
        unit=_("minutes"),
        overridable=True,
        label=_("How long before a shift volunteers can register by the poster"),
        help=_("Until the shift ends."),
    )
    yield Policy(
        "attendance.lead_days",
        int,
        2,
        maximum=14,
        unit=_("days"),
        label=_("How many days after a shift its shift lead can register who came"),
    )
    yield Policy(
        "attendance.call_absences",
        int,
        2,
        maximum=20,
        unit=_("times"),
        label=_("A caring call is suggested when somebody did not come so often"),
        help=_("Since the last call. 0 is no suggestion. Nobody is left out because of it."),
        source="users-ask.md D (no-shows)",
    )
    yield Policy(
        "attendance.call_months",
        int,
        3,
        minimum=1,
        maximum=6,
        unit=_("months"),
        label=_("Within so many months"),
    )
    yield Policy(
        "attendance.reasons_kept_months",
        int,
        6,
        minimum=6,
        maximum=24,
        unit=_("months"),
        label=_("How long it is kept why somebody did not come, and that somebody called"),
        source="GDPR art. 5(1)(e)",
        verify=True,
    )
    yield Policy(
        "hours.told_within_days",
        int,
        60,
        minimum=1,
        maximum=366,
        unit=_("days"),
        label=_("How long volunteers can tell of hours besides the shifts"),
    )


def register_policies():
    """Called once, from `CoordinationConfig.ready`."""
    name_section("volunteer", _("Volunteers"))
    name_section("volunteers", _("Volunteers who have stopped"))
    name_section("engagement", _("Engagements"))
    name_section("shift", _("Shifts"))
    name_section("attendance", _("Attendance"))
    name_section("hours", _("Hours"))
    name_section("series", _("Regular shifts"))
    name_section("groups", _("Groups on shifts"))
    name_section("days_off", _("The municipality's days off"))
    name_section("young", _("Young volunteers"))
    name_section("reminders", _("Reminders"))
    _register_days_off()
    register(
        Policy(
            "volunteer.minimum_age",
            int,
            13,
            minimum=13,
            maximum=99,
            unit=_("years"),
            label=_("Minimum age of volunteers"),
            help=_("An activity can ask for more, never for less."),
            source="arbejdsmiljøloven; domain.md 4.2 (under 13 may not work)",
            verify=True,
        ),
        Policy(
            "engagement.default_tie_continuous",
            CHOICE,
            "fixed",
            choices=_TIES,
            overridable=True,
            label=_("Usual tie in a continuous activity"),
            source="børneattestloven § 2",
            verify=True,
        ),
        Policy(
            "engagement.default_tie_event",
            CHOICE,
            "occasional",
            choices=_TIES,
            overridable=True,
            label=_("Usual tie in an event"),
            help=_("Occasional: a child certificate is possible, not a duty."),
            source="børneattestloven § 2; domain.md 1.2",
            verify=True,
        ),
        Policy(
            "shift.cancel_deadline_hours",
            int,
            24,
            maximum=24 * 30,
            unit=_("hours"),
            overridable=True,
            label=_("Deadline for cancelling a shift oneself"),
            help=_("Closer to the shift than this, volunteers are asked to ring."),
        ),
        Policy(
            "shift.join_deadline_hours",
            int,
            0,
            maximum=24 * 30,
            unit=_("hours"),
            overridable=True,
            label=_("Deadline for signing up for a shift oneself"),
            help=_("Closer to the shift than this, only coordinators put people on it."),
        ),
        Policy(
            "shift.kind_week_hours",
            int,
            12,
            maximum=100,
            unit=_("hours"),
            overridable=True,
            label=_("A kind word when somebody helps more than this in a week"),
            help=_("Stops nobody. 0 is no kind word."),
        ),
        Policy(
            "shift.short_way_minutes",
            int,
            45,
            maximum=600,
            unit=_("minutes"),
            overridable=True,
            label=_("Warn of less time than this between shifts at two places"),
        ),
        *_young_policies(),
        Policy(
            "shift.offer_hours",
            int,
            24,
            minimum=1,
            maximum=24 * 7,
            unit=_("hours"),
            overridable=True,
            label=_("How long a place offered from the waiting list is held"),
            help=_(
                "Never longer than half of the time that is left. The clock rests in the quiet "
                "hours."
            ),
        ),
        Policy(
            "shift.swap_hours",
            int,
            48,
            minimum=1,
            maximum=24 * 7,
            unit=_("hours"),
            overridable=True,
            label=_("How long a volunteer has to answer when another proposes to swap shifts"),
            help=_(
                "Never longer than half of the time that is left. The clock rests in the quiet "
                "hours."
            ),
        ),
        Policy(
            "shift.reconfirm_hours",
            int,
            48,
            minimum=1,
            maximum=24 * 14,
            unit=_("hours"),
            overridable=True,
            label=_("How long volunteers have to say yes again to a changed shift"),
            help=_(
                "Never longer than half of the time that is left. The clock rests in the quiet "
                "hours."
            ),
            source="users-ask.md C2.10",
        ),
        Policy(
            "shift.small_move_minutes",
            int,
            15,
            maximum=24 * 60,
            unit=_("minutes"),
            overridable=True,
            label=_("So small a move that volunteers need not say yes again"),
            help=_("The coordinator can choose otherwise each time."),
        ),
        Policy(
            "groups.kept_days",
            int,
            14,
            minimum=1,
            maximum=365,
            unit=_("days"),
            label=_("Names and responsible people of a group are kept after the shift"),
            help=_("Then they are erased by themselves. The numbers stay."),
            source="GDPR art. 5(1)(e); users-ask.md F14",
            verify=True,
        ),
        Policy(
            "shift.reminder_days",
            int,
            2,
            minimum=1,
            maximum=30,
            unit=_("days"),
            overridable=True,
            label=_("Reminder of a shift"),
            help=_("How many days before the shift the reminder is sent."),
        ),
        Policy(
            "messages.group_per_day",
            int,
            10,
            minimum=1,
            maximum=1000,
            unit=_("messages"),
            label=_("Group messages one member of staff may send a day"),
        ),
        Policy(
            "messages.group_news_per_month",
            int,
            4,
            minimum=1,
            maximum=100,
            unit=_("messages"),
            label=_("Group messages a volunteer gets in 30 days"),
            help=_("Counts those that are not needed for the work. The others always go out."),
        ),
        Policy(
            "messages.group_most",
            int,
            5000,
            minimum=10,
            maximum=100_000,
            unit=_("people"),
            label=_("Most people one group message may go to"),
        ),
        Policy(
            "shift.reminder_hours",
            int,
            2,
            minimum=1,
            maximum=48,
            unit=_("hours"),
            overridable=True,
            label=_("Last reminder of a shift"),
            help=_("How many hours before the shift the last reminder is sent."),
        ),
        Policy(
            "shift.attendance_days",
            int,
            2,
            minimum=1,
            maximum=30,
            unit=_("days"),
            label=_("Reminder of attendance"),
            help=_("How many days after a shift the coordinator is asked who came."),
        ),
        *_attendance_policies(),
        Policy(
            "volunteers.kept_months",
            int,
            12,
            minimum=1,
            maximum=120,
            unit=_("months"),
            label=_("Volunteers who have stopped are anonymised after"),
            help=_("Counted from the last day of the last engagement."),
            source="domain.md section 3 and rule 46",
            verify=True,
        ),
    )


def _register_days_off():
    for key, (_day, name) in timetable.LOCAL_DAYS.items():
        register(
            Policy(
                key,
                bool,
                key != "days_off.labour_day",
                overridable=True,
                label=format_lazy(_("Closed on {day}"), day=name),
                help=_("Regular shifts are left out on that day."),
                source="domain.md section 10",
                verify=True,
            )
        )
    register(
        Policy(
            "series.weeks_ahead",
            int,
            12,
            minimum=1,
            maximum=60,
            unit=_("weeks"),
            overridable=True,
            label=_("Regular shifts are made so far ahead"),
            help=_("Volunteers can sign up for the shifts that are made."),
        )
    )
