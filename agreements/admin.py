"""Agreements in the administration: templates and legal references are edited here; agreements
and attestations are looked at, their deeds are on their own pages."""

from django import forms as django_forms
from django.contrib import admin
from django.db.models import Count, Exists, OuterRef
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.actions import templates
from agreements.models import (
    ActivityTerms,
    Agreement,
    AgreementTemplate,
    Attestation,
    Clause,
    LegalReference,
    TemplateVersion,
)
from agreements.placeholders import lint
from coordination.access import Permission
from core import audit, forms
from core.admin_base import Deed, ModelAdmin, ReadOnlyAdmin
from core.admin_site import admin_site, section
from core.periods import today

section("agreements", gettext_lazy("Agreement texts"), order=25)

SHOWN_AGREEMENTS = audit.purpose("admin.agreements", gettext_lazy("Agreements looked through"))
SHOWN_ATTESTATIONS = audit.purpose(
    "admin.attestations", gettext_lazy("Certificates looked through")
)


class TextAdmin(ModelAdmin):
    """The municipality's agreement texts."""

    permission = change_permission = Permission.EDIT_TEMPLATES
    section = "agreements"


# --- Templates -----------------------------------------------------------------------------


@admin.register(AgreementTemplate, site=admin_site)
class AgreementTemplateAdmin(TextAdmin):
    order = 10
    lead = gettext_lazy(
        "A template has versions. Make a draft, edit its clauses, and publish it; agreements that "
        "are made already keep their text."
    )
    add_label = gettext_lazy("Add a template")
    list_display = ("title", "key", "in_use", "has_draft")
    fields = ("title", "key", "kind")
    extra_template = "admin/agreements/versions.html"
    deeds = (
        Deed(
            "kladde",
            gettext_lazy("Make a draft"),
            gettext_lazy("Shall a new version be made as a draft?"),
            lambda row, *, by: templates.draft(template=row, by=by),
            gettext_lazy("The draft is made. Edit its clauses, then publish it."),
            possible=lambda row: not row.versions.filter(published_at__isnull=True).exists(),
            consequences=(gettext_lazy("It starts with the clauses of the newest version."),),
        ),
    )

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("versions")

    def get_readonly_fields(self, request, obj=None):
        return ("key",) if obj else ()

    def extra_context(self, request, row):
        return {"versions": row.versions.annotate(size=Count("clauses")).order_by("-number")}

    @admin.display(description=gettext_lazy("published version"))
    def in_use(self, row):
        published = [version.number for version in row.versions.all() if version.is_published]
        return max(published, default=None)

    @admin.display(description=gettext_lazy("draft"))
    def has_draft(self, row):
        drafts = [version.number for version in row.versions.all() if not version.is_published]
        return drafts[0] if drafts else None


class PublishForm(forms.Form):
    """What those who have an earlier version must know."""

    resign = forms.BooleanField(
        label=gettext_lazy("Those who have an earlier version are to sign again"), required=False
    )
    note = forms.CharField(
        label=gettext_lazy("What is new, in plain words"),
        max_length=1000,
        required=False,
        help_text=gettext_lazy("It stands above the changes when somebody signs again."),
        widget=django_forms.Textarea(attrs={"rows": 4}),
    )
    note_en = forms.CharField(
        label=gettext_lazy("The same in English"),
        max_length=1000,
        required=False,
        widget=django_forms.Textarea(attrs={"rows": 3}),
    )


def publish(row, *, by, resign, note, note_en):
    described = templates.describe(version=row, resign=resign, note=note, note_en=note_en, by=by)
    return templates.publish(version=described, by=by)


@admin.register(TemplateVersion, site=admin_site)
class TemplateVersionAdmin(TextAdmin):
    """One version: its clauses, what the lint says about a draft, and the button to publish."""

    order = 20
    addable = False
    list_display = ("template", "number", "state", "size")
    list_select_related = ("template",)
    fields = ("template", "number", "state", "resign", "note", "published_at", "published_by")
    extra_template = "admin/agreements/clauses.html"
    deeds = (
        Deed(
            "udgiv",
            gettext_lazy("Publish"),
            gettext_lazy("Shall this version be published?"),
            publish,
            gettext_lazy("The version is published. New agreements are made from it."),
            possible=lambda row: not row.is_published,
            form_class=PublishForm,
            consequences=(gettext_lazy("A published version can never be changed."),),
        ),
    )

    def has_change_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        newer = TemplateVersion.objects.published().filter(
            template=OuterRef("template"), number__gt=OuterRef("number")
        )
        rows = super().get_queryset(request)
        return rows.annotate(clauses_count=Count("clauses"), is_replaced=Exists(newer))

    def extra_context(self, request, row):
        clauses = list(row.clauses.all())
        add = reverse("admin:agreements_clause_add")
        return {
            "clauses": clauses,
            "faults": [] if row.is_replaced else lint(clauses, today()),
            "changes_url": reverse("agreements:text-changes", args=[row.pk])
            if row.is_published
            else "",
            "add_url": "" if row.is_published else f"{add}?{urlencode({'version': row.pk})}",
        }

    @admin.display(description=gettext_lazy("status"), ordering="published_at")
    def state(self, row):
        if not row.is_published:
            return _("draft")
        return _("replaced") if row.is_replaced else _("published")

    @admin.display(description=gettext_lazy("clauses"))
    def size(self, row):
        return row.clauses_count


class ClauseForm(forms.ModelForm):
    """One clause. A new one names the draft it belongs to."""

    class Meta:
        model = Clause
        fields = (
            *("order", "key", "heading", "body", "heading_easy", "body_easy"),
            *("heading_en", "body_en", "locked", "local_limit", "local_placeholders"),
        )
        help_texts = {
            "body": gettext_lazy("Markdown, with placeholders in [[double brackets]]."),
            "key": gettext_lazy("A short name for the clause: small letters, no spaces."),
            "locked": gettext_lazy(
                "The same everywhere. In a clause that is not locked a branch may write its own "
                "words, within the frame below."
            ),
            "local_placeholders": gettext_lazy(
                "Their names, with spaces between. Those of the text itself may always be used."
            ),
        }

    version = forms.ModelChoiceField(
        TemplateVersion.objects.none(), label=gettext_lazy("Draft"), required=True
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["version"]
        else:
            drafts = TemplateVersion.objects.filter(published_at__isnull=True)
            self.fields["version"].queryset = drafts.select_related("template")


@admin.register(Clause, site=admin_site)
class ClauseAdmin(TextAdmin):
    """Clauses of drafts are written here; those of published versions are only read."""

    order = 30
    form = ClauseForm
    add_label = gettext_lazy("Add a clause")
    lead = gettext_lazy("The Danish text binds; the English one is for information.")
    list_display = ("heading", "order", "version")
    list_select_related = ("version__template",)
    search_fields = ("heading", "key")
    search_help_text = gettext_lazy("Heading or key")
    ordering = ("-version", "order")
    fields = ClauseForm.Meta.fields
    page_label = gettext_lazy("Open the version")
    deeds = (
        Deed(
            "fjern",
            gettext_lazy("Remove the clause"),
            gettext_lazy("Shall the clause be removed from the draft?"),
            lambda row, *, by: templates.remove_clause(clause=row, by=by),
            gettext_lazy("The clause is removed."),
            possible=lambda row: not row.version.is_published,
        ),
    )

    def get_fields(self, request, obj=None):
        return self.fields if obj else ("version", *self.fields)

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("version__template")

    def has_change_permission(self, request, obj=None):
        if obj is not None and obj.version_id and obj.version.is_published:
            return False
        return super().has_change_permission(request, obj)

    def get_changeform_initial_data(self, request):
        version = request.GET.get("version", "")
        if not version.isdecimal() or len(version) > 18:
            return {}
        last = Clause.objects.filter(version=int(version)).order_by("-order").first()
        return {"version": int(version), "order": last.order + 10 if last else 10}

    def page_url(self, row):
        return reverse("admin:agreements_templateversion_change", args=[row.version_id])

    def store(self, row, form, change, *, by):
        data = form.cleaned_data
        if change:
            return templates.change_clause(clause=row, by=by, **data)
        return templates.add_clause(by=by, **data)


@admin.register(LegalReference, site=admin_site)
class LegalReferenceAdmin(TextAdmin):
    """What the texts cite. An entry that no longer holds gets a last day; a new one takes over."""

    order = 40
    add_label = gettext_lazy("Add a reference")
    lead = gettext_lazy("A law that is replaced gets its last day here, and the new one its own.")
    list_display = ("citation", "key", "valid_from", "valid_until", "confirmed")
    search_fields = ("citation", "key")
    search_help_text = gettext_lazy("Citation or key")
    fields = (
        *("key", "citation", "citation_en", "valid_from", "valid_until", "unconfirmed"),
        "source",
    )

    @admin.display(description=gettext_lazy("confirmed"), ordering="unconfirmed")
    def confirmed(self, row):
        return _("no") if row.unconfirmed else _("yes")


# --- Agreements and attestations, to look at -----------------------------------------------


@admin.register(ActivityTerms, site=admin_site)
class ActivityTermsAdmin(ReadOnlyAdmin):
    permission = Permission.EDIT_TERMS
    section = "work"
    order = 90
    page_url_name = "agreements:terms"
    lead = gettext_lazy("Terms are written on the activity's page, where what follows is shown.")
    list_display = ("activity", "agreement_asked", "child_certificate", "insurance")
    list_select_related = ("activity",)
    list_filter = ("child_certificate", "insurance")
    search_fields = ("activity__title",)
    search_help_text = gettext_lazy("Activity")
    ordering = ("activity__title", "pk")
    fields = ("activity", "agreement_asked", "template", "child_certificate", "insurance")

    @admin.display(description=gettext_lazy("an agreement is required"))
    def agreement_asked(self, row):
        return _("yes") if row.agreement_required else _("no")


@admin.register(Agreement, site=admin_site)
class AgreementAdmin(ReadOnlyAdmin):
    permission = Permission.VIEW_AGREEMENTS
    access_purpose = SHOWN_AGREEMENTS
    section = "work"
    order = 92
    page_url_name = "agreements:agreement-detail"
    list_display = ("number", "party", "branch", "state", "starts_on", "ends_on")
    list_select_related = ("volunteer__person", "association", "branch")
    list_filter = ("state",)
    search_fields = ("number",)
    search_help_text = gettext_lazy("Number")
    fields = (
        *("number", "party", "branch", "version", "state", "starts_on", "ends_on"),
        *("created_at", "created_by", "sent_at", "concluded_at", "ended_at", "withdrawn_at"),
    )

    @admin.display(description=gettext_lazy("other party"))
    def party(self, row):
        return str(row.other_party)

    def people_in(self, rows):
        return {row.volunteer_id for row in rows if row.volunteer_id}


@admin.register(Attestation, site=admin_site)
class AttestationAdmin(ReadOnlyAdmin):
    """The outcome only, to those who may see attestations."""

    permission = Permission.VIEW_ATTESTATIONS
    access_purpose = SHOWN_ATTESTATIONS
    section = "work"
    order = 94
    list_display = ("who", "kind", "branch", "state", "opened_at", "valid_until")
    list_select_related = ("volunteer__person", "branch")
    list_filter = ("kind", "state")
    page_url_name = "agreements:attestation-detail"
    fields = (
        *("who", "kind", "route", "branch", "association", "state", "opened_at", "ordered_at"),
        *("ordered_by", "consent_until", "received_at", "assessed_at", "assessed_by"),
        *("valid_from", "renew_by", "valid_until", "withdrawn_at", "suspended_at"),
    )

    @admin.display(description=gettext_lazy("volunteer"), ordering="volunteer__person__name")
    def who(self, row):
        return row.volunteer.person.display_name

    def people_in(self, rows):
        return {row.volunteer_id for row in rows}
