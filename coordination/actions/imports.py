"""Bring activities and shifts in from a table: look first, then all or nothing."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import columns as rules
from coordination.actions import activities, shifts
from coordination.actions.import_plan import CHANGED, MADE, kind_of_new, plan_of
from coordination.locks import lock_shifts_with_people
from coordination.models import Branch, Import, ImportTable
from core import audit, jobs, sheets
from core.constraints import explained
from core.errors import DomainError
from core.models.job import UNFINISHED

audit.kind("import.begun", gettext_lazy("Table chosen for import"))
audit.kind("import.columns", gettext_lazy("Columns of an import chosen"))
audit.kind("import.sent_off", gettext_lazy("Import started"))
audit.kind("import.carried_out", gettext_lazy("Import carried out"))
audit.kind("import.refused", gettext_lazy("Import stopped, nothing written"))
audit.kind("import.thrown_away", gettext_lazy("Import given up"))

JOB = "coordination.import"
KEPT = timedelta(hours=24)  # the table, if nothing comes of it
REMEMBERED = timedelta(days=365)  # what a heading meant
LOOKED_BACK = 20


@transaction.atomic
def begin(*, content, name, by):
    """Read the file and keep its table for a day; return the Import. The bytes are not kept.

    Raises DomainError "bad_file", "no_rows".
    """
    head, rows = rules.headings_of(sheets.read(content))
    if not rows:
        raise DomainError(
            _("There are no rows below the headings. Choose another file."),
            code="no_rows",
            field="file",
        )
    now = timezone.now()
    made = Import.objects.create(
        owner=by, made_at=now, columns=_as_json(rules.guess(head.cells, remembered(by)))
    )
    ImportTable.objects.create(
        of=made,
        file_name=name[:200],
        headings=list(head.cells),
        rows=[[row.number, list(row.cells)] for row in rows],
        expires_at=now + KEPT,
    )
    audit.record("import.begun", by=by, about=made)
    return made


@transaction.atomic
def choose_columns(*, table_import, columns, branch, by):
    """Say what the columns ({number: key}) mean, and which branch rows mean that name none; return
    the Import. Headings that mean something are remembered. Raises DomainError "import_over".
    """
    found = _locked(table_import)
    headings = found.table.headings
    found.columns, found.branch = _as_json(columns), branch
    found.known = {
        rules.heading(text): columns.get(number, "")
        for number, text in enumerate(headings)
        if rules.heading(text) and (number in columns or rules.is_known(text))
    }
    found.save(update_fields=["columns", "branch", "known"])
    audit.record("import.columns", by=by, about=found, fields=("columns", "branch"))
    return found


@transaction.atomic
def send_off(*, table_import, seen, by):
    """Have a job carry the import out as the mark `seen` shows it; return the Job. Twice is once.

    Raises DomainError "import_over".
    """
    found = _locked(table_import)
    found.job = jobs.start(JOB, by=by, import_id=found.pk, seen=seen)
    found.result = {}
    found.save(update_fields=["job", "result"])
    audit.record("import.sent_off", by=by, about=found, fields=("job",))
    return found.job


@transaction.atomic
def carry_out(*, table_import, seen, by):
    """Make and change what the table says, all or nothing; return the Import.

    Whoever says yes has seen the plan with the mark `seen`: DomainError("look_first") if it would
    be another by now. Two at once wait for each other: the branches are locked. Raises also what
    the actions of activities and shifts raise, with the row in front.
    """
    found = _locked(table_import)
    list(Branch.objects.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    plan = plan_for(found, by)
    if plan.mark != seen or plan.wrong:
        raise DomainError(
            _("Something has changed since you looked. Look again before you say yes."),
            code="look_first",
        )
    counts = plan.counts()
    changed = [one.existing.pk for one in plan.shifts if one.outcome == CHANGED]
    lock_shifts_with_people(changed, changed_message=shifts.busy_message())
    for step in (_activities, _sites, _shifts):
        step(plan, by)
    found.done_at, found.result = timezone.now(), counts
    found.save(update_fields=["done_at", "result"])
    ImportTable.objects.filter(of=found).delete()
    path = found.branch.path if found.branch else ""
    audit.record("import.carried_out", by=by, about=found, fields=("result",), branch_path=path)
    return found


@transaction.atomic
def refuse(*, table_import, why, by):
    """Write down why nothing was written, for the page; return the Import."""
    found = _locked(table_import)
    found.result = {"refused": str(why)}
    found.save(update_fields=["result"])
    audit.record("import.refused", by=by, about=found, fields=("result",))
    return found


@transaction.atomic
def throw_away(*, table_import, by):
    """Give the import up: its table is deleted at once."""
    found = _locked(table_import)
    audit.record("import.thrown_away", by=by, about=found)
    found.delete()


@transaction.atomic
def forget_old(now):
    """Delete tables whose time is up, imports that nothing came of, and what is long ago."""
    over = ImportTable.objects.filter(expires_at__lte=now).exclude(of__job__state__in=UNFINISHED)
    over.delete()
    Import.objects.filter(table__isnull=True, done_at__isnull=True).delete()
    Import.objects.filter(made_at__lt=now - REMEMBERED).exclude(job__state__in=UNFINISHED).delete()


def plan_for(table_import, user):
    """The Plan of an import as it stands. Raises DomainError("import_over")."""
    require_table(table_import)
    rows = [sheets.Row(number, tuple(cells)) for number, cells in table_import.table.rows]
    columns = {int(number): key for number, key in table_import.columns.items()}
    return plan_of(rows, columns, user, branch=table_import.branch)


def require_table(table_import):
    """Raises DomainError("import_over") where the table is no longer kept."""
    if not hasattr(table_import, "table"):
        raise _over()


def remembered(user):
    """{heading: key} of what this person's headings meant, the newest first to be believed."""
    known = {}
    for table in Import.objects.own(user).values_list("known", flat=True)[:LOOKED_BACK]:
        known = table | known
    return known


# --- Pieces --------------------------------------------------------------------------------


def _activities(plan, by):
    for one in plan.activities:
        if one.outcome == MADE:
            values = {name: value for name, value in one.values.items() if name != "kind"}
            one.existing = _row(
                one,
                activities.create_activity,
                branch=one.branch,
                title=one.title,
                kind=kind_of_new(one),
                sites=(),
                by=by,
                **values,
            )
        elif one.outcome == CHANGED:
            values = {name: new for name, (_old, new) in one.changes.items()}
            _row(one, activities.change_activity, activity=one.existing, by=by, **values)


def _sites(plan, by):
    for one in plan.sites:
        if one.outcome == MADE:
            activity = one.parent.existing
            one.existing = _row(
                one, activities.add_site, activity=activity, branch=one.branch, by=by
            )


def _shifts(plan, by):
    for one in plan.shifts:
        if one.outcome == MADE:
            _row(
                one,
                shifts.plan,
                site=one.parent.existing,
                starts_at=one.starts_at,
                ends_at=one.ends_at,
                title=one.title,
                by=by,
                **one.values,
            )
        elif one.outcome == CHANGED:
            values = {name: new for name, (_old, new) in one.changes.items()}
            # Who signed up since the plan was made says yes to another meeting place.
            _row(one, shifts.change, shift=one.existing, by=by, ask=True, **values)


def _row(one, action, **arguments):
    """Call the action; what it says no to gets the row in front."""
    try:
        with explained():
            return action(**arguments)
    except DomainError as error:
        raise DomainError(
            _("Row %(row)s: %(message)s") % {"row": one.row, "message": error.message},
            code=error.code,
        ) from error


def _locked(table_import):
    rows = Import.objects.select_for_update(of=("self",)).select_related("branch", "table")
    found = rows.filter(pk=table_import.pk).first()
    if found is None:
        raise _over()
    require_table(found)
    return found


def _over():
    return DomainError(
        _("The import is done, or the file is no longer kept. Choose the file again."),
        code="import_over",
    )


def _as_json(columns):
    return {str(number): key for number, key in sorted(columns.items())}
