"""Core in the administration: settings, texts, files, the audit, and what the machine does."""

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Subquery
from django.shortcuts import redirect
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import audit, forms, jobs, mail, policies, texts
from core.admin_base import Deed, ModelAdmin, ReadOnlyAdmin, named_user
from core.admin_site import admin_site, section
from core.backends import EVERYWHERE
from core.models import (
    AccessEvent,
    AccessSubject,
    AuditEvent,
    AuditSeal,
    Deletion,
    Job,
    JobState,
    Message,
    MessageText,
    PolicyValue,
    PublishedText,
    ScheduledRun,
    StoredFile,
)
from core.models.message import NOT_ARRIVED
from core.policy_admin import EDIT_POLICIES, PolicyPages
from core.text_admin import TextPages

EDIT_TEXTS = "edit_templates"
VIEW_AUDIT = "view_audit"
RUN_SYSTEM = "edit_policies"

section("settings", gettext_lazy("Settings and texts"), order=30)
section("audit", gettext_lazy("Events and accesses"), order=50)
section("system", gettext_lazy("Looking after the system"), order=60)

SHOWN_MESSAGES = audit.purpose("admin.messages", gettext_lazy("Sent messages were looked through"))
audit.kind("message.retried", gettext_lazy("Message put in the queue again"))


# --- Settings and texts --------------------------------------------------------------------


@admin.register(PolicyValue, site=admin_site)
class PolicyValueAdmin(PolicyPages, ModelAdmin):
    """The settings' own pages; only for those who may set them for the whole municipality."""

    section = "settings"
    order = 10

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm(EDIT_POLICIES, EVERYWHERE)

    has_change_permission = has_module_permission = has_view_permission

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """A value has no page of its own; its setting has."""
        if object_id is None or not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_row(request, unquote(object_id))
        return redirect("admin:core_policyvalue_set", key=row.key)


class PublishForm(forms.ModelForm):
    """A new version of a text; it starts as the one that holds now."""

    class Meta:
        model = PublishedText
        fields = ("key", "body_da", "body_en")
        help_texts = {
            "body_da": gettext_lazy("Markdown. This text binds."),
            "body_en": gettext_lazy("Left empty, the Danish text is shown."),
        }

    key = forms.ChoiceField(label=gettext_lazy("Text"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["key"].choices = [
            (text.key, text_title(text.key)) for text in texts.registered()
        ]


def text_title(key):
    """The title of a text, or its key where it is no longer registered."""
    return next((source.title for source in texts.registered() if source.key == key), key)


@admin.register(PublishedText, site=admin_site)
class PublishedTextAdmin(ModelAdmin):
    """Versions never change; a new one is added and published at once."""

    permission = change_permission = EDIT_TEXTS
    section = "settings"
    order = 20
    lead = gettext_lazy(
        "A version that has been published stays as it is. To change a text, publish a new version."
    )
    add_label = gettext_lazy("Publish a new version")
    add_form = PublishForm
    list_display = ("title", "version", "published_at", "publisher")
    ordering = ("key", "-version")
    fields = ("title", "version", "published_at", "publisher", "body_da", "body_en")

    def get_fields(self, request, obj=None):
        return self.fields if obj else ("key", "body_da", "body_en")

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(publisher_name=named_user("published_by_id"))

    def has_change_permission(self, request, obj=None):
        return obj is None and super().has_change_permission(request)

    def get_changeform_initial_data(self, request):
        key = request.GET.get("key") or next((text.key for text in texts.registered()), "")
        newest = PublishedText.objects.filter(key=key).order_by("-version").first()
        if newest is None:
            return {"key": key}
        return {"key": key, "body_da": newest.body_da, "body_en": newest.body_en}

    def store(self, row, form, change, *, by):
        data = form.cleaned_data
        return texts.publish(data["key"], body_da=data["body_da"], body_en=data["body_en"], by=by)

    @admin.display(description=gettext_lazy("text"), ordering="key")
    def title(self, row):
        return text_title(row.key)

    @admin.display(description=gettext_lazy("published by"))
    def publisher(self, row):
        return row.publisher_name


@admin.register(MessageText, site=admin_site)
class MessageTextAdmin(TextPages, ReadOnlyAdmin):
    """The texts of messages, on pages of their own."""

    permission = EDIT_TEXTS
    section = "settings"
    order = 25


@admin.register(StoredFile, site=admin_site)
class StoredFileAdmin(ReadOnlyAdmin):
    permission = EDIT_POLICIES
    section = "settings"
    order = 30
    lead = gettext_lazy("A file is changed by choosing a new one in its setting.")
    list_display = ("name", "used_for", "content_type", "size", "created_at")
    ordering = ("-created_at", "-pk")
    fields = ("name", "used_for", "content_type", "size", "sha256", "created_at")

    def get_queryset(self, request):
        return super().get_queryset(request).defer("content")

    @admin.display(description=gettext_lazy("purpose"), ordering="purpose")
    def used_for(self, row):
        return next((p.label for p in policies.registered() if p.key == row.purpose), row.purpose)


# --- Events and accesses -------------------------------------------------------------------


class EventAdmin(ReadOnlyAdmin):
    """What the two kinds of event share. Ids only: names are where the rows are."""

    permission = VIEW_AUDIT
    section = "audit"
    ordering = ("-at", "-pk")
    search_help_text = gettext_lazy("Number of a person")
    list_filter = ("actor_kind",)

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(actor_name=named_user("actor_id"))

    def get_search_results(self, request, queryset, search_term):
        words = search_term.strip()
        if not words:
            return queryset, False
        if not words.isdecimal() or len(words) > 18:
            return queryset.none(), False
        return queryset.filter(subjects__person_id=int(words)), False

    search_fields = ("subjects__person_id",)

    @admin.display(description=gettext_lazy("who"), ordering="actor_id")
    def actor(self, row):
        if row.actor_kind == audit.ActorKind.USER:
            return row.actor_name or _("user %(number)s") % {"number": row.actor_id}
        if row.actor_kind == audit.ActorKind.PERSON:
            return _("person %(number)s") % {"number": row.actor_id}
        return row.get_actor_kind_display()

    @admin.display(description=gettext_lazy("numbers of the people"))
    def people(self, row):
        numbers = row.subjects.order_by("person_id").values_list("person_id", flat=True)
        return ", ".join(map(str, numbers))


@admin.register(AuditEvent, site=admin_site)
class AuditEventAdmin(EventAdmin):
    order = 10
    lead = gettext_lazy("What has happened, by whom and when. Events cannot be changed.")
    list_display = ("moment", "what", "actor", "kind_of_row", "object_id", "changed")
    fields = ("moment", "what", "actor", "kind_of_row", "object_id", "changed", "people")

    @admin.display(description=gettext_lazy("time"), ordering="at")
    def moment(self, row):
        return seconds(row.at)

    @admin.display(description=gettext_lazy("event"), ordering="kind")
    def what(self, row):
        return audit.kind_label(row.kind)

    @admin.display(description=gettext_lazy("about"), ordering="object_type")
    def kind_of_row(self, row):
        return type_name(row.object_type)

    @admin.display(description=gettext_lazy("fields"))
    def changed(self, row):
        return ", ".join(row.fields)


@admin.register(AccessEvent, site=admin_site)
class AccessEventAdmin(EventAdmin):
    order = 20
    lead = gettext_lazy("Who has looked at whose data, and why. Accesses cannot be changed.")
    list_display = ("moment", "what", "actor", "how_many")
    fields = ("moment", "what", "actor", "people")

    def get_queryset(self, request):
        subjects = AccessSubject.objects.filter(event=OuterRef("pk")).values("event")
        seen = Subquery(subjects.annotate(number=Count("pk")).values("number"))
        return super().get_queryset(request).annotate(seen=seen)

    moment = AuditEventAdmin.moment

    @admin.display(description=gettext_lazy("purpose"), ordering="purpose")
    def what(self, row):
        return audit.purpose_label(row.purpose)

    @admin.display(description=gettext_lazy("number of people"))
    def how_many(self, row):
        return row.seen


@admin.register(AuditSeal, site=admin_site)
class AuditSealAdmin(ReadOnlyAdmin):
    permission = VIEW_AUDIT
    section = "audit"
    order = 30
    lead = gettext_lazy("Closed batches of events. Each is bound to the one before it.")
    list_display = ("number", "stream", "count", "first_at", "last_at", "sealed_at")
    list_filter = ("stream",)
    ordering = ("-sealed_at", "-pk")


@admin.register(Deletion, site=admin_site)
class DeletionAdmin(ReadOnlyAdmin):
    permission = VIEW_AUDIT
    section = "audit"
    order = 40
    lead = gettext_lazy("What has been erased, as numbers that mean nothing to others.")
    list_display = ("at", "rule", "object_type", "object_id")
    ordering = ("-at", "-pk")


# --- Looking after the system --------------------------------------------------------------


def retry_message(row, *, by):
    """Let a message that was not delivered be tried again."""
    message = mail.retry(row.pk)
    audit.record(
        "message.retried",
        by=by,
        about=message,
        fields=("state",),
        person_ids=[message.person_id] if message.person_id else (),
    )
    return message


@admin.register(Job, site=admin_site)
class JobAdmin(ReadOnlyAdmin):
    permission = deed_permission = RUN_SYSTEM
    section = "system"
    order = 10
    lead = gettext_lazy("What is done in the background. A job that failed can be tried again.")
    list_display = ("name", "state", "queue", "attempts", "created_at", "finished_at", "last_error")
    list_filter = ("state", "queue")
    search_fields = ("name", "key")
    search_help_text = gettext_lazy("Name or key")
    ordering = ("-pk",)
    fields = (
        *("name", "key", "state", "queue", "args", "attempts", "max_attempts"),
        *("progress_done", "progress_total", "not_before", "created_at", "started_at"),
        *("finished_at", "last_error"),
    )
    deeds = (
        Deed(
            "igen",
            gettext_lazy("Try again"),
            gettext_lazy("Shall the job be tried again?"),
            jobs.resume,
            gettext_lazy("The job is in the queue again."),
            possible=lambda row: row.state in (JobState.FAILED, JobState.CANCELLED),
        ),
        Deed(
            "stop",
            gettext_lazy("Stop the job"),
            gettext_lazy("Shall the job be stopped?"),
            jobs.stop,
            gettext_lazy("The job has been stopped."),
            possible=lambda row: not row.is_finished,
            consequences=(gettext_lazy("What it has done already stays."),),
        ),
    )


@admin.register(ScheduledRun, site=admin_site)
class ScheduledRunAdmin(ReadOnlyAdmin):
    permission = RUN_SYSTEM
    section = "system"
    order = 20
    lead = gettext_lazy("What runs by the clock: reminders, sealing, cleaning up.")
    list_display = ("rule", "slot", "created_at", "finished_at")
    search_fields = ("rule",)
    search_help_text = gettext_lazy("Rule")
    ordering = ("-pk",)


@admin.register(Message, site=admin_site)
class MessageAdmin(ReadOnlyAdmin):
    """Messages without their text: it is made when they are sent."""

    permission = deed_permission = RUN_SYSTEM
    access_purpose = SHOWN_MESSAGES
    section = "system"
    order = 30
    lead = gettext_lazy("What has been written to people. One that failed can be tried again.")
    list_display = ("kind", "state", "channel", "person_id", "created_at", "sent_at", "last_error")
    list_filter = ("state", "channel")
    search_fields = ("kind",)
    search_help_text = gettext_lazy("Kind of message")
    ordering = ("-pk",)
    fields = (
        *("kind", "state", "channel", "language", "person_id", "about_type", "about_id"),
        *("not_before", "created_at", "sent_at", "attempts", "last_error", "template_version"),
    )
    deeds = (
        Deed(
            "igen",
            gettext_lazy("Try again"),
            gettext_lazy("Shall the message be sent again?"),
            retry_message,
            gettext_lazy("The message is in the queue again."),
            possible=lambda row: row.state in NOT_ARRIVED,
        ),
    )

    def people_in(self, rows):
        return {row.person_id for row in rows if row.person_id}


def type_name(label):
    """What people call a type of row: "coordination.person" -> Person."""
    try:
        return capfirst(apps.get_model(label)._meta.verbose_name)
    except (LookupError, ValueError):
        return label


def seconds(instant):
    """An instant to the second, as events need it."""
    return date_format(localtime(instant), "d.m.Y H.i.s")
