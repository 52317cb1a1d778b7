"""What happened, and who looked at whom: append-only rows without content.

Ids are plain numbers, not foreign keys: an event outlives what it tells about. Triggers
(migration 0002) refuse every update, and every delete outside a released batch.
"""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ActorKind(models.TextChoices):
    USER = "user", _("User")
    PERSON = "person", _("Person without sign-in")
    SYSTEM = "system", _("The system")
    ANONYMOUS = "anonymous", _("Visitor")


class Stream(models.TextChoices):
    """The two chains of sealed batches."""

    AUDIT = "audit", _("Events")
    ACCESS = "access", _("Accesses")


class Event(models.Model):
    """What both kinds of event share: when, who, from which request."""

    at = models.DateTimeField(_("time"), default=timezone.now, db_index=True)
    actor_kind = models.CharField(_("kind of actor"), max_length=10, choices=ActorKind)
    actor_id = models.BigIntegerField(_("actor"), null=True, blank=True)
    request_id = models.CharField(_("request"), max_length=32, blank=True)

    class Meta:
        abstract = True


class AuditEvent(Event):
    """One thing that happened: its kind, the row it is about and the names of changed fields."""

    kind = models.CharField(_("event"), max_length=80)
    object_type = models.CharField(_("type of object"), max_length=80)
    object_id = models.CharField(_("object"), max_length=40)
    fields = models.JSONField(_("fields"), default=list, blank=True)
    branch_path = models.CharField(_("branch path"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            models.Index(fields=["object_type", "object_id", "at"], name="audit_event_object"),
            models.Index(fields=["kind", "at"], name="audit_event_kind"),
            models.Index(fields=["actor_id", "at"], name="audit_event_actor"),
        ]

    def __str__(self):
        return f"{self.kind} {self.object_type} {self.object_id}"


class AuditSubject(models.Model):
    """A person an event concerns."""

    event = models.ForeignKey(
        AuditEvent, on_delete=models.DO_NOTHING, db_constraint=False, related_name="subjects"
    )
    person_id = models.BigIntegerField(_("person"))

    class Meta:
        verbose_name = _("person of an event")
        verbose_name_plural = _("persons of events")
        constraints = [
            models.UniqueConstraint(
                fields=["person_id", "event"],
                name="audit_subject_unique",
                violation_error_message=_("This is in the log already."),
            )
        ]

    def __str__(self):
        return f"{self.event_id}: {self.person_id}"


class AccessEvent(Event):
    """One request that showed, searched or exported data about people."""

    purpose = models.CharField(_("purpose"), max_length=80)

    class Meta:
        verbose_name = _("access")
        verbose_name_plural = _("accesses")
        indexes = [models.Index(fields=["actor_id", "at"], name="access_event_actor")]

    def __str__(self):
        return f"{self.purpose} {self.pk}"


class AccessSubject(models.Model):
    """A person whose data an access showed."""

    event = models.ForeignKey(
        AccessEvent, on_delete=models.DO_NOTHING, db_constraint=False, related_name="subjects"
    )
    person_id = models.BigIntegerField(_("person"))

    class Meta:
        verbose_name = _("person of an access")
        verbose_name_plural = _("persons of accesses")
        constraints = [
            models.UniqueConstraint(
                fields=["person_id", "event"],
                name="access_subject_unique",
                violation_error_message=_("This is in the log already."),
            )
        ]

    def __str__(self):
        return f"{self.event_id}: {self.person_id}"


class AuditSeal(models.Model):
    """A closed batch of one stream: the events first_id..last_id and the digest that binds them.

    `digest` is SHA-256 over the previous seal's digest, the numbers below and every row.
    """

    stream = models.CharField(_("stream"), max_length=10, choices=Stream)
    number = models.PositiveIntegerField(_("number"))
    first_id = models.BigIntegerField(_("first event"))
    last_id = models.BigIntegerField(_("last event"))
    count = models.PositiveIntegerField(_("number of events"))
    first_at = models.DateTimeField(_("first time"))
    last_at = models.DateTimeField(_("last time"))
    previous_digest = models.CharField(_("previous digest"), max_length=64, blank=True)
    digest = models.CharField(_("digest"), max_length=64)
    sealed_at = models.DateTimeField(_("sealed"), default=timezone.now)

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        constraints = [
            models.UniqueConstraint(
                fields=["stream", "number"],
                name="audit_seal_number_unique",
                violation_error_message=_("This is in the log already."),
            ),
            models.UniqueConstraint(
                fields=["stream", "last_id"],
                name="audit_seal_range_unique",
                violation_error_message=_("This is in the log already."),
            ),
            models.CheckConstraint(
                condition=models.Q(last_id__gte=models.F("first_id")),
                name="audit_seal_range_order",
                violation_error_message=_("A batch ends after it begins."),
            ),
        ]

    def __str__(self):
        return f"{self.stream} {self.number}"


class AuditRelease(models.Model):
    """Opens exactly one sealed batch to deletion: the only way an event ever leaves.

    The delete triggers look for this row; it can itself neither be changed nor removed, so a
    dropped batch stays visible as dropped, by whom and under which number of days.
    """

    stream = models.CharField(_("stream"), max_length=10, choices=Stream)
    number = models.PositiveIntegerField(_("number"))
    first_id = models.BigIntegerField(_("first event"))
    last_id = models.BigIntegerField(_("last event"))
    kept_days = models.PositiveIntegerField(_("days kept"))
    released_at = models.DateTimeField(_("released"), default=timezone.now)

    class Meta:
        verbose_name = _("released batch")
        verbose_name_plural = _("released batches")
        constraints = [
            models.UniqueConstraint(
                fields=["stream", "number"],
                name="audit_release_unique",
                violation_error_message=_("This is in the log already."),
            )
        ]

    def __str__(self):
        return f"{self.stream} {self.number}"
