"""Publish template versions, and load the ready one."""

import csv
import tomllib
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import AgreementTemplate, Clause, LegalReference, TemplateVersion
from agreements.placeholders import TEXTS, as_kept, lint
from core import audit
from core.errors import DomainError
from core.periods import today

READY_KEY = "volunteer-direct"
# What a branch may put in its own words, unless the centre says otherwise.
LOCAL_PLACEHOLDERS = "branch_name activity_title contact_name contact_details deputy_name"

COPIED = (
    *("order", "key", "heading", "body", "heading_easy", "body_easy", "heading_en", "body_en"),
    *("locked", "local_limit", "local_placeholders"),
)

audit.kind("template.published", gettext_lazy("Agreement template published"))
audit.kind("template.drafted", gettext_lazy("Draft of an agreement template made"))
audit.kind("template.described", gettext_lazy("What is new in a draft written"))
audit.kind("clause.added", gettext_lazy("Clause added"))
audit.kind("clause.changed", gettext_lazy("Clause changed"))
audit.kind("clause.removed", gettext_lazy("Clause removed"))


@transaction.atomic
def draft(*, template, by):
    """Make the next version of a template as a draft, with the clauses of the newest one.

    Returns the version. Raises DomainError("draft_exists").
    """
    template = AgreementTemplate.objects.select_for_update(of=("self",)).get(pk=template.pk)
    newest = template.versions.order_by("-number").first()
    if newest is not None and not newest.is_published:
        raise DomainError(
            _("The template already has a draft. Edit that one."), code="draft_exists"
        )
    version = TemplateVersion.objects.create(
        template=template, number=newest.number + 1 if newest else 1
    )
    copied = newest.clauses.all() if newest else ()
    Clause.objects.bulk_create(
        Clause(version=version, **{name: getattr(clause, name) for name in COPIED})
        for clause in copied
    )
    audit.record("template.drafted", by=by, about=version)
    return version


@transaction.atomic
def add_clause(*, version, by, **fields):
    """Add a clause to a draft; return it. Raises DomainError("already_published")."""
    version = _locked_draft(version.pk)
    clause = Clause.objects.create(version=version, **_as_kept(fields))
    audit.record("clause.added", by=by, about=clause)
    return clause


@transaction.atomic
def change_clause(*, clause, by, **fields):
    """Change a clause of a draft; return it. Raises DomainError("already_published")."""
    _locked_draft(clause.version_id)
    clause = Clause.objects.select_related("version").get(pk=clause.pk)
    fields = _as_kept(fields)
    changed = sorted(name for name, value in fields.items() if getattr(clause, name) != value)
    if changed:
        for name in changed:
            setattr(clause, name, fields[name])
        clause.save(update_fields=changed)
        audit.record("clause.changed", by=by, about=clause, fields=changed)
    return clause


def _as_kept(fields):
    return {
        name: as_kept(value) if isinstance(value, str) else value for name, value in fields.items()
    }


@transaction.atomic
def remove_clause(*, clause, by):
    """Take a clause out of a draft; return the version. Raises DomainError("already_published")."""
    version = _locked_draft(clause.version_id)
    clause = Clause.objects.get(pk=clause.pk)
    audit.record("clause.removed", by=by, about=clause)
    clause.delete()
    return version


def _locked_draft(version_id):
    version = TemplateVersion.objects.select_for_update(of=("self",)).get(pk=version_id)
    if version.is_published:
        raise DomainError(
            _("This version is published already. Make a new version to change the text."),
            code="already_published",
        )
    return version


@transaction.atomic
def describe(*, version, by, resign, note, note_en=""):
    """Say of a draft whether it needs signing again, and what is new; return the version.

    Raises DomainError("already_published").
    """
    version = _locked_draft(version.pk)
    wanted = {"resign": resign, "note": note.strip(), "note_en": note_en.strip()}
    changed = sorted(name for name, value in wanted.items() if getattr(version, name) != value)
    for name in changed:
        setattr(version, name, wanted[name])
    if changed:
        version.save(update_fields=changed)
        audit.record("template.described", by=by, about=version, fields=changed)
    return version


@transaction.atomic
def publish(*, version, by):
    """Publish a draft version; it never changes afterwards. Returns it.

    Raises DomainError("empty_version") without clauses, DomainError("template_faults") with one
    reason per fault that the lint found, DomainError("resign_without_note") where it needs signing
    again and does not say why, DomainError("already_published").
    """
    version = TemplateVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    if version.is_published:
        raise DomainError(
            _("This version is published already. Make a new version to change the text."),
            code="already_published",
        )
    clauses = list(version.clauses.all())
    if not clauses:
        raise DomainError(
            _("The version has no clauses yet. Write them first."), code="empty_version"
        )
    faults = lint(clauses, today())
    if faults:
        raise DomainError(
            _("The version cannot be published yet. Correct the text, then publish it."),
            code="template_faults",
            reasons=[f"{fault.clause}: {fault.message}" for fault in faults],
        )
    if version.resign and not version.note:
        raise DomainError(
            _("Write what is new in plain words, for those who are to sign again."),
            code="resign_without_note",
        )
    version.published_at = timezone.now()
    version.published_by = by
    version.save(update_fields=["published_at", "published_by"])
    audit.record("template.published", by=by, about=version, fields=("published_at",))
    return version


@transaction.atomic
def load_ready(*, by):
    """The ready templates from agreements/texts, each published once and then left alone.

    Returns the published version of the one for volunteers tied directly.
    """
    _load_legal_references()
    for key, described in _ready().items():
        _load_template(key, described, by=by)
    return TemplateVersion.objects.filter(template__key=READY_KEY).current().get()


def _ready():
    return tomllib.loads((TEXTS / "templates.toml").read_text(encoding="utf-8"))


def _load_template(key, described, *, by):
    template, _created = AgreementTemplate.objects.get_or_create(
        key=key, defaults={"title": described["title"], "kind": described["kind"]}
    )
    if template.versions.published().exists():
        return
    draft, _created = TemplateVersion.objects.get_or_create(template=template, number=1)
    draft.clauses.all().delete()
    Clause.objects.bulk_create(_clauses(draft, described["clauses"]))
    publish(version=draft, by=by)


def _load_legal_references():
    with (TEXTS / "legal_references.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            LegalReference.objects.get_or_create(
                key=row["key"],
                valid_from=date.fromisoformat(row["valid_from"]),
                defaults={
                    "citation": row["text_da"],
                    "citation_en": row["text_en"],
                    "valid_until": date.fromisoformat(row["valid_until"])
                    if row["valid_until"]
                    else None,
                    "unconfirmed": row["verify"] == "1",
                    "source": row["note"],
                },
            )


@dataclass(frozen=True)
class _File:
    """A clause file: its head as a dict, and its text."""

    head: dict
    body: str


def _read(path):
    _start, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
    pairs = (line.split(":", 1) for line in head.splitlines() if line.strip())
    return _File({key.strip(): value.strip() for key, value in pairs}, body.strip())


def _clauses(version, stems):
    for number, stem in enumerate(stems, start=1):
        danish, english = _read(TEXTS / f"{stem}.da.md"), _read(TEXTS / f"{stem}.en.md")
        easy = TEXTS / f"{stem}.easy.md"
        simple = _read(easy) if easy.exists() else _File({"heading": ""}, "")
        yield Clause(
            version=version,
            order=number * 10,
            key=danish.head["key"],
            heading=danish.head["heading"],
            body=danish.body,
            heading_easy=simple.head["heading"],
            body_easy=simple.body,
            heading_en=english.head["heading"],
            body_en=english.body,
            locked=danish.head["locked"] == "true",
            local_placeholders="" if danish.head["locked"] == "true" else LOCAL_PLACEHOLDERS,
        )
