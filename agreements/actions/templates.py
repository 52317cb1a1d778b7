"""Publish template versions, and load the ready one."""

import csv
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import AgreementTemplate, Clause, LegalReference, TemplateVersion
from agreements.placeholders import TEXTS, lint
from core import audit
from core.errors import DomainError
from core.periods import today

READY_KEY = "volunteer-direct"
READY_TITLE = "Frivillig, direkte tilknyttet"

audit.kind("template.published", gettext_lazy("Agreement template published"))


@transaction.atomic
def publish(*, version, by):
    """Publish a draft version; it never changes afterwards. Returns it.

    Raises DomainError("empty_version") without clauses, DomainError("template_faults") with one
    reason per fault that the lint found, DomainError("already_published").
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
    version.published_at = timezone.now()
    version.published_by = by
    version.save(update_fields=["published_at", "published_by"])
    audit.record("template.published", by=by, about=version, fields=("published_at",))
    return version


@transaction.atomic
def load_ready(*, by):
    """The published ready template from agreements/texts; made once, then left alone."""
    template, _created = AgreementTemplate.objects.get_or_create(
        key=READY_KEY, defaults={"title": READY_TITLE}
    )
    published = template.versions.published().first()
    if published is not None:
        return published
    _load_legal_references()
    draft, _created = TemplateVersion.objects.get_or_create(template=template, number=1)
    draft.clauses.all().delete()
    Clause.objects.bulk_create(_clauses(draft))
    return publish(version=draft, by=by)


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


def _clauses(version):
    for path in sorted(TEXTS.glob("*.da.md")):
        danish = _read(path)
        english = _read(path.with_name(path.name.replace(".da.md", ".en.md")))
        yield Clause(
            version=version,
            order=int(danish.head["order"]),
            key=danish.head["key"],
            heading=danish.head["heading"],
            body=danish.body,
            heading_en=english.head["heading"],
            body_en=english.body,
            locked=danish.head["locked"] == "true",
        )
