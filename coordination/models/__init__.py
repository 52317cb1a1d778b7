"""Coordination's rows: branches, people, activities, engagements, shifts, the gate."""

from coordination.models.activity import Activity, ActivityKind, Site
from coordination.models.association import Association
from coordination.models.attendance import (
    AbsenceReason,
    CaringCall,
    MarkWay,
    Poster,
    Presence,
    ShiftLead,
)
from coordination.models.branch import Branch, BranchKind, RoleAssignment
from coordination.models.clearance import Clearance, ClearanceKind, Necessity, Requirement
from coordination.models.engagement import EndReason, Engagement, Pause, Tie
from coordination.models.feed import CalendarFeed, FeedKind
from coordination.models.follow_up import (
    FollowUpTalk,
    Mentorship,
    StepOwner,
    TalkMoment,
    WelcomeStep,
    WelcomeTick,
)
from coordination.models.frame import NOT_FOR_THE_YOUNG, Frame
from coordination.models.group import GroupBooking, GroupKind
from coordination.models.group_message import Audience, GroupMessage
from coordination.models.guardian import Guardian
from coordination.models.hours import HoursAnswer, HoursChange, HoursEntry
from coordination.models.person import Person
from coordination.models.premises import AmbassadorProfile, ClosingDay, OpeningHours, Weekday
from coordination.models.recognition import RecognitionEvent, RecognitionInvitation
from coordination.models.reminder import ActivityReminders, ReminderWishes
from coordination.models.series import KeptDay, SchoolHoliday, Series
from coordination.models.shift import Assignment, Shift
from coordination.models.shift_template import ShiftTemplate, TemplateShift
from coordination.models.sign_up import SignUpRules
from coordination.models.stand_in import StandIn, Swap
from coordination.models.table_import import Import, ImportTable
from coordination.models.volunteer import Volunteer

__all__ = [
    "NOT_FOR_THE_YOUNG",
    "AbsenceReason",
    "Activity",
    "ActivityKind",
    "ActivityReminders",
    "AmbassadorProfile",
    "Assignment",
    "Association",
    "Audience",
    "Branch",
    "BranchKind",
    "CalendarFeed",
    "CaringCall",
    "Clearance",
    "ClearanceKind",
    "ClosingDay",
    "EndReason",
    "Engagement",
    "FeedKind",
    "FollowUpTalk",
    "Frame",
    "GroupBooking",
    "GroupKind",
    "GroupMessage",
    "Guardian",
    "HoursAnswer",
    "HoursChange",
    "HoursEntry",
    "Import",
    "ImportTable",
    "KeptDay",
    "MarkWay",
    "Mentorship",
    "Necessity",
    "OpeningHours",
    "Pause",
    "Person",
    "Poster",
    "Presence",
    "RecognitionEvent",
    "RecognitionInvitation",
    "ReminderWishes",
    "Requirement",
    "RoleAssignment",
    "SchoolHoliday",
    "Series",
    "Shift",
    "ShiftLead",
    "ShiftTemplate",
    "SignUpRules",
    "Site",
    "StandIn",
    "StepOwner",
    "Swap",
    "TalkMoment",
    "TemplateShift",
    "Tie",
    "Volunteer",
    "Weekday",
    "WelcomeStep",
    "WelcomeTick",
]
