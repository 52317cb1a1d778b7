"""What core's own tables and those of the packages we use hold about people, and how long."""

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from core import periods, results
from core.models import (
    AccessEvent,
    AccessSubject,
    AddressRecord,
    AuditEvent,
    AuditRelease,
    AuditSeal,
    AuditSubject,
    Deletion,
    DomainPace,
    Heartbeat,
    Incident,
    Job,
    JobResult,
    JobResultPart,
    Letter,
    Message,
    MessageChoice,
    MessageText,
    PolicyValue,
    PublishedText,
    ScheduledRun,
    StoredFile,
    User,
)
from core.models.job import FINISHED
from core.models.message import OVER
from core.privacy.listing import (
    BLANK,
    DELETE_ROW,
    KEEP,
    LEGAL_OBLIGATION,
    PUBLIC_TASK,
    REPLACE,
    SECURITY,
    Operational,
    Personal,
    Sensitive,
    register,
)
from core.privacy.retention import RowRule, register_rule

SIGN_IN = _("Signing in")
CONTACT = _("Messages about volunteering")
ACCOUNTABILITY = _("Showing what was done, and who has looked at whom")
ADDRESS_KEPT = "messages.addresses"
WITH_ACCOUNT = _("as long as the account")
WITH_BATCH = _("until the batch of events is dropped")
KEPT_EVENTS = KEEP(_("Events are kept until their period ends, and cannot be changed until then."))
KEPT_DECISION = KEEP(_("It must be possible to see who decided."))
GONE_ADDRESS = REPLACE(Concat(Value("erased-"), Cast("pk", CharField()), Value("@invalid.invalid")))


def register_fields():
    """Called once, from `CoreConfig.ready`."""
    _accounts()
    _audit()
    _messages_and_jobs()
    _settings_and_texts()
    _framework()


def register_rules():
    """The retention of core's rows; events have their own rule in `core/sealing.py`."""
    register_rule(
        RowRule(
            key="messages.finished",
            label=_("Messages sent long ago"),
            policy="messages.kept_months",
            unit="months",
            model=Message,
            expired=lambda day: Message.objects.filter(
                state__in=OVER,
                created_at__lt=periods.start_of(day),
            ),
            basis="databeskyttelsesforordningen art. 5(1)(e)",
        )
    )
    register_rule(
        RowRule(
            key=ADDRESS_KEPT,
            label=_("E-mail addresses that mails came back from long ago"),
            policy="messages.kept_months",
            unit="months",
            model=AddressRecord,
            expired=_forgotten_addresses,
            basis="databeskyttelsesforordningen art. 5(1)(e)",
        )
    )
    register_rule(
        RowRule(
            key="jobs.finished",
            label=_("Jobs finished long ago"),
            policy="jobs.kept_days",
            unit="days",
            model=Job,
            expired=lambda day: Job.objects.filter(
                state__in=FINISHED, created_at__lt=periods.start_of(day)
            ),
            logged=False,
        )
    )
    register_rule(
        RowRule(
            key="jobs.results",
            label=_("Files made for colleagues"),
            policy="",  # counted in hours, on the row; see core/results.py
            unit="days",
            model=JobResult,
            expired=lambda day: results.expired(),
            action=results.drop,
            logged=False,
        )
    )
    register_rule(
        RowRule(
            key="incidents.ended",
            label=_("Incidents that are over"),
            policy="jobs.kept_days",
            unit="days",
            model=Incident,
            expired=lambda day: Incident.objects.filter(ended_at__lt=periods.start_of(day)),
            logged=False,
        )
    )
    register_rule(
        RowRule(
            key="jobs.runs",
            label=_("Old runs of periodic jobs"),
            policy="jobs.kept_days",
            unit="days",
            model=ScheduledRun,
            expired=lambda day: ScheduledRun.objects.filter(slot__lt=periods.start_of(day)),
            logged=False,
        )
    )
    register_rule(
        RowRule(
            key="sessions.expired",
            label=_("Sessions that have ended"),
            policy="",
            unit="days",
            model=Session,
            expired=lambda day: Session.objects.filter(expire_date__lt=periods.start_of(day)),
            logged=False,
        )
    )
    register_rule(
        RowRule(
            key="admin_log.old",
            label=_("Old entries of the administration's own log"),
            policy="audit.kept_days",
            unit="days",
            model=LogEntry,
            expired=lambda day: LogEntry.objects.filter(action_time__lt=periods.start_of(day)),
            logged=False,
        )
    )


def _forgotten_addresses(day):
    """Records in which nothing has happened since the day."""
    start = periods.start_of(day)
    return AddressRecord.objects.exclude(last_bounce_at__gte=start).exclude(
        complained_at__gte=start
    )


def _personal(purpose, erase, *, retention=WITH_ACCOUNT, basis=PUBLIC_TASK, export=True):
    return Personal(purpose, basis=basis, retention=retention, erase=erase, export=export)


def _secret(purpose, erase):
    """What proves who someone is: never handed out, not even to the person."""
    return Sensitive(purpose, basis=SECURITY, retention=WITH_ACCOUNT, erase=erase, export=False)


def _operational(*names):
    return dict.fromkeys(names, Operational())


def _accounts():
    register(
        User,
        {
            "id": Operational(),
            "password": _secret(SIGN_IN, REPLACE("!")),
            "last_login": _personal(SIGN_IN, BLANK, basis=SECURITY),
            "email": _personal(SIGN_IN, GONE_ADDRESS),
            "name": _personal(SIGN_IN, BLANK),
            "language": _personal(CONTACT, REPLACE("da")),
            "is_active": Operational(erase=REPLACE(False)),
            "date_joined": Operational(export=True),
        },
        user="pk",
    )
    register(
        EmailConfirmation,
        {
            **_operational("id", "email_address", "created", "sent"),
            "key": _secret(SIGN_IN, DELETE_ROW),
        },
        user="email_address__user",
    )
    register(
        EmailAddress,
        {
            **_operational("id", "user", "verified", "primary"),
            "email": _personal(SIGN_IN, DELETE_ROW),
        },
        user="user",
    )
    register(
        SocialToken,
        {
            **_operational("id", "app", "account", "expires_at"),
            "token": _secret(SIGN_IN, DELETE_ROW),
            "token_secret": _secret(SIGN_IN, DELETE_ROW),
        },
        user="account__user",
    )
    register(
        SocialAccount,
        {
            **_operational("id", "user", "provider"),
            "uid": _personal(SIGN_IN, DELETE_ROW),
            "last_login": _personal(SIGN_IN, DELETE_ROW, basis=SECURITY),
            "date_joined": _personal(SIGN_IN, DELETE_ROW),
            "extra_data": _personal(SIGN_IN, DELETE_ROW),
        },
        user="user",
    )
    register(
        Authenticator,
        {
            **_operational("id", "user", "type"),
            "data": _secret(SIGN_IN, DELETE_ROW),
            "created_at": _personal(SIGN_IN, DELETE_ROW, basis=SECURITY),
            "last_used_at": _personal(SIGN_IN, DELETE_ROW, basis=SECURITY),
        },
        user="user",
    )


def _audit():
    def actor():
        return Personal(
            ACCOUNTABILITY, basis=SECURITY, retention=WITH_BATCH, erase=KEPT_EVENTS, export=False
        )

    for model in (AuditSubject, AccessSubject):
        register(model, {**_operational("id", "event"), "person_id": actor()}, person="person_id")
    register(
        AuditEvent,
        {
            **_operational(
                "id", "at", "actor_kind", "request_id", "kind", "object_type", "object_id",
                "fields", "branch_path",
            ),
            "actor_id": actor(),
        },
    )  # fmt: skip
    register(
        AccessEvent,
        {**_operational("id", "at", "actor_kind", "request_id", "purpose"), "actor_id": actor()},
    )
    register(
        AuditSeal,
        _operational(
            "id", "stream", "number", "first_id", "last_id", "count", "first_at", "last_at",
            "previous_digest", "digest", "sealed_at",
        ),
    )  # fmt: skip
    register(
        AuditRelease,
        _operational("id", "stream", "number", "first_id", "last_id", "kept_days", "released_at"),
    )
    register(
        Deletion,
        {
            **_operational("id", "at", "rule", "object_type"),
            "object_id": Personal(
                _("Deleting again what a restored backup brings back"),
                basis=LEGAL_OBLIGATION,
                retention=_("longer than any backup"),
                erase=KEEP(_("The number means nothing once the data is gone.")),
                export=False,
            ),
        },
    )


def _messages_and_jobs():
    until_dropped = {"retention": "messages.finished"}
    register(
        Message,
        {
            **_operational(
                "id", "not_before", "priority", "attempts", "lease_token", "lease_until",
                "last_error", "created_at", "key", "kind", "channel", "language", "person_id",
                "user", "about_type", "about_id", "template_version", "state", "message_id",
                "digest",
                "reason", "tried",
            ),
            "recipient_name": _personal(CONTACT, BLANK, **until_dropped),
            "recipient_email": _personal(CONTACT, BLANK, **until_dropped),
            "params": _personal(CONTACT, BLANK, **until_dropped),
            "subject": _personal(CONTACT, BLANK, **until_dropped),
            "sent_at": Operational(export=True),
        },
        person="person_id",
        user="user",
    )  # fmt: skip
    register(
        MessageChoice,
        {
            **_operational("id", "person_id", "group"),
            "wish": _personal(CONTACT, DELETE_ROW, retention=_("as long as the person is here")),
            "chosen_at": Operational(export=True),
        },
        person="person_id",
    )
    register(
        Letter,
        {
            **_operational("id", "message", "day", "made_at", "posted_at", "posted_by"),
            "name": _personal(CONTACT, DELETE_ROW, **until_dropped),
            "address": _personal(CONTACT, DELETE_ROW, **until_dropped),
            "subject": _personal(CONTACT, DELETE_ROW, **until_dropped),
            "text": _personal(CONTACT, DELETE_ROW, **until_dropped),
        },
        person="message__person_id",
        user="message__user",
    )
    register(
        AddressRecord,
        {
            **_operational("id", "person_id", "bounces", "last_status"),
            "address": _personal(CONTACT, DELETE_ROW, retention=ADDRESS_KEPT),
            "last_bounce_at": _personal(CONTACT, DELETE_ROW, retention=ADDRESS_KEPT),
            "marked_at": _personal(CONTACT, DELETE_ROW, retention=ADDRESS_KEPT),
            "complained_at": _personal(CONTACT, DELETE_ROW, retention=ADDRESS_KEPT),
        },
        person="person_id",
    )
    register(DomainPace, _operational("id", "domain", "minute", "used"))
    register(
        Job,
        _operational(
            "id", "not_before", "priority", "attempts", "lease_token", "lease_until", "last_error",
            "created_at", "key", "name", "queue", "args", "state", "max_attempts",
            "progress_done", "progress_total", "step", "reached", "woken_at", "started_at",
            "finished_at", "owner",
        ),
    )  # fmt: skip
    register(ScheduledRun, _operational("id", "rule", "slot", "created_at", "finished_at"))
    register(
        JobResult,
        _operational(
            "id", "job", "name", "content_type", "size", "purpose", "expires_at", "created_at"
        ),
    )
    register(
        JobResultPart,
        {
            **_operational("id", "result", "number", "people"),
            "content": Personal(
                _("A file that a colleague has asked for, such as a list of volunteers"),
                basis=PUBLIC_TASK,
                retention="jobs.results",
                erase=KEEP(_("It is gone within hours, and only who asked for it can fetch it.")),
                export=False,
            ),
        },
    )
    register(Heartbeat, _operational("id", "name", "seen_at"))
    register(
        Incident,
        _operational("id", "kind", "began_at", "seen_at", "told_at", "ended_at", "end_told_at"),
    )


def _settings_and_texts():
    def decided_by():
        return Personal(
            ACCOUNTABILITY,
            basis=PUBLIC_TASK,
            retention=_("as long as the decision counts"),
            erase=KEPT_DECISION,
            export=False,
        )

    register(
        PolicyValue,
        {
            **_operational(
                "id", "key", "path", "value", "inherits", "valid_from", "note", "set_at"
            ),
            "set_by_id": decided_by(),
        },
    )
    register(
        PublishedText,
        {
            **_operational("id", "key", "version", "body_da", "body_en", "published_at"),
            "published_by_id": decided_by(),
        },
    )
    register(
        MessageText,
        {
            **_operational(
                *("id", "kind", "language", "version", "subject", "body"),
                *("edited_at", "published_at", "replaced_at"),
            ),
            "edited_by": decided_by(),
            "published_by": decided_by(),
            "replaced_by": decided_by(),
        },
    )
    register(
        StoredFile,
        _operational(
            "id", "name", "purpose", "content_type", "content", "size", "sha256", "created_at"
        ),
    )


def _framework():
    register(
        LogEntry,
        {
            **_operational("id", "action_time", "user", "content_type", "object_id", "action_flag"),
            "object_repr": _personal(
                ACCOUNTABILITY, KEPT_EVENTS, retention="admin_log.old", basis=SECURITY
            ),
            "change_message": _personal(
                ACCOUNTABILITY, KEPT_EVENTS, retention="admin_log.old", basis=SECURITY
            ),
        },
    )
    register(
        Session,
        {
            **_operational("session_key", "expire_date"),
            "session_data": _personal(
                SIGN_IN,
                KEEP(_("A session ends by itself within a day and is worth nothing without it.")),
                retention="sessions.expired",
                basis=SECURITY,
                export=False,
            ),
        },
    )
    register(
        SocialApp,
        _operational(
            "id", "provider", "provider_id", "name", "client_id", "secret", "key", "settings"
        ),
    )
    register(ContentType, _operational("id", "app_label", "model"))
    register(Permission, _operational("id", "name", "content_type", "codename"))
    register(Group, _operational("id", "name"))
    register(Group.permissions.through, _operational("id", "group", "permission"))
