"""A branch's own words for the open clauses of a template, within the centre's frame."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.authority import require
from agreements.library import own_words_faults
from agreements.models import AgreementTemplate, Clause, LocalClause
from agreements.placeholders import as_kept
from coordination.access import Permission
from core import audit, policies
from core.errors import DomainError

audit.kind("local_clause.written", gettext_lazy("A branch's own words written"))
audit.kind("local_clause.approved", gettext_lazy("A branch's own words approved"))
audit.kind("local_clause.withdrawn", gettext_lazy("A branch's own words withdrawn"))


@transaction.atomic
def write(*, branch, clause, body, by, body_en=""):
    """Write the branch's own text for an open clause of a published version; return the row.

    It is used at once, or waits for approval where the municipality asks for that; an earlier
    text that still waits gives way. Raises DomainError: clause_locked, too_long,
    template_faults (with reasons).
    """
    require(by, Permission.EDIT_TERMS, branch)
    template = _locked_template(clause.version.template_id)
    body, body_en = (as_kept(text).strip() for text in (body, body_en))
    _require_within_frame(clause, body, body_en)
    same = LocalClause.objects.filter(branch=branch, template=template, key=clause.key)
    _withdraw_all(same.waiting(), by=by)
    local = LocalClause.objects.create(
        branch=branch,
        template=template,
        key=clause.key,
        body=body,
        body_en=body_en,
        written_at=timezone.now(),
        written_by=by,
    )
    _record("local_clause.written", local, by=by)
    if not policies.get("agreements.local_clauses_need_approval", path=branch.path):
        _put_to_use(local, by=by)
    return local


@transaction.atomic
def approve(*, local, by):
    """Put a text that waits to use, in the place of the one before; return it.

    Raises DomainError: wrong_state, clause_locked, too_long, template_faults.
    """
    require(by, Permission.EDIT_TEMPLATES, local.branch)
    template = _locked_template(local.template_id)
    local = _locked(local.pk)
    if local.approved_at or local.withdrawn_at:
        raise DomainError(_("This text does not wait for approval any more."), code="wrong_state")
    clause = open_clause(template, local.key)
    if clause is None:
        raise _closed()
    _require_within_frame(clause, local.body, local.body_en)
    _put_to_use(local, by=by)
    _record("local_clause.approved", local, by=by)
    return local


@transaction.atomic
def withdraw(*, local, by):
    """Take a text out of use, or off the list of those that wait; return it.

    The central text stands again. What is sent already keeps its words.
    """
    require(by, Permission.EDIT_TERMS, local.branch)
    _locked_template(local.template_id)
    _withdraw_all(LocalClause.objects.filter(pk=local.pk, withdrawn_at__isnull=True), by=by)
    local.refresh_from_db()
    return local


def open_clause(template, key):
    """The open clause with this key in the template's newest published version, or None."""
    current = template.versions.current()
    return Clause.objects.filter(version__in=current, key=key, locked=False).first()


def _locked_template(pk):
    """The template, locked: one text at a time is put to use for it."""
    return AgreementTemplate.objects.select_for_update(of=("self",)).get(pk=pk)


def _locked(pk):
    rows = LocalClause.objects.select_for_update(of=("self",)).select_related("branch", "template")
    return rows.get(pk=pk)


def _put_to_use(local, *, by):
    same = LocalClause.objects.filter(
        branch=local.branch, template=local.template, key=local.key
    ).exclude(pk=local.pk)
    _withdraw_all(same.in_use(), by=by)
    local.approved_at, local.approved_by = timezone.now(), by
    local.save(update_fields=["approved_at", "approved_by"])


def _withdraw_all(rows, *, by):
    for local in rows.select_related("branch"):
        local.withdrawn_at, local.withdrawn_by = timezone.now(), by
        local.save(update_fields=["withdrawn_at", "withdrawn_by"])
        _record("local_clause.withdrawn", local, by=by)


def _require_within_frame(clause, body, body_en):
    if clause.locked or not clause.version.is_published:
        raise _closed()
    faults = own_words_faults(clause, body, body_en)
    if faults:
        raise faults[0]


def _closed():
    return DomainError(
        _("This clause is the same everywhere. It cannot be written in a branch's own words."),
        code="clause_locked",
    )


def _record(kind, local, *, by):
    audit.record(kind, by=by, about=local, branch_path=local.branch.path)
