"""Core's rows: users, audit, jobs, messages, policies, files and texts. No domain noun."""

from core.models.audit import (
    AccessEvent,
    AccessSubject,
    ActorKind,
    AuditEvent,
    AuditRelease,
    AuditSeal,
    AuditSubject,
    Stream,
)
from core.models.deletion import Deletion
from core.models.file import StoredFile
from core.models.job import (
    Heartbeat,
    Incident,
    Job,
    JobResult,
    JobResultPart,
    JobState,
    Queue,
    ScheduledRun,
)
from core.models.message import Channel, Message, MessageState
from core.models.message_text import MessageChoice, MessageText, TextState, Wish
from core.models.policy import PolicyValue
from core.models.post import AddressRecord, DomainPace, Letter
from core.models.text import PublishedText
from core.models.user import User

__all__ = [
    "AccessEvent",
    "AccessSubject",
    "ActorKind",
    "AddressRecord",
    "AuditEvent",
    "AuditRelease",
    "AuditSeal",
    "AuditSubject",
    "Channel",
    "Deletion",
    "DomainPace",
    "Heartbeat",
    "Incident",
    "Job",
    "JobResult",
    "JobResultPart",
    "JobState",
    "Letter",
    "Message",
    "MessageChoice",
    "MessageState",
    "MessageText",
    "PolicyValue",
    "PublishedText",
    "Queue",
    "ScheduledRun",
    "StoredFile",
    "Stream",
    "TextState",
    "User",
    "Wish",
]
