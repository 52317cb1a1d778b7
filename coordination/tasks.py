"""Coordination's background work: reminders, and long work that coordinators wait for."""

from datetime import time, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from coordination import audiences, emails, exports, queries, timetable
from coordination.access import Permission
from coordination.actions import group_messages, imports, line, series
from coordination.models import GroupMessage, Import
from coordination.reminders import consent, follow_up, overviews, shifts, stand_ins
from core import audit, jobs, schedule
from core.errors import DomainError
from core.models import Queue
from core.periods import today


@jobs.job(
    "coordination.export_volunteers",
    title=gettext_lazy("List of volunteers as a CSV file"),
    permission=Permission.EXPORT_PEOPLE,
    queue=Queue.BULK,
    atomic=False,
)
def export_volunteers(run, *, volunteer_ids):
    """The list in pieces of some hundreds; whoever the owner may no longer see is left out."""
    user, total = run.job.owner, len(volunteer_ids)
    done = run.done_so_far or 0
    file = run.result("frivillige.csv", exports.CSV_TYPE, purpose=exports.PURPOSE)
    rows = queries.volunteers_of(user, Permission.EXPORT_PEOPLE)
    while done < total:
        batch = volunteer_ids[done : done + exports.AT_A_TIME]
        with transaction.atomic():
            found = {row.pk: row for row in rows.filter(pk__in=batch)}
            volunteers = [found[pk] for pk in batch if pk in found]
            header = [] if done else [exports.volunteer_header()]
            lines = [*header, *exports.volunteer_rows(volunteers, user)]
            file.write(exports.csv_bytes(lines, first=not done), people=found)
            done += len(batch)
            run.checkpoint(done, done=done, total=total, step=_("Writing the volunteers"))


@jobs.job(
    group_messages.JOB,
    title=gettext_lazy("Group message"),
    permission=Permission.WRITE_MESSAGES,
    queue=Queue.MAIL,
    lease=120,
    atomic=False,
)
def write_group_message(run, *, group_id):
    """A row of the outbox for each person the group message is to, some hundreds at a time.

    A run that is resumed, or done twice, writes nobody twice: the key is group and person. Who
    cannot be reached gets a row too where the message is needed, so that somebody sees it.
    """
    group = GroupMessage.objects.select_related("branch").get(pk=group_id)
    total, done = audiences.people_of(group).count(), 0
    for batch in audiences.batches(group):
        if GroupMessage.objects.filter(pk=group_id, undone_at__isnull=False).exists():
            return
        emails.send_group_message(group, [person for person, choice in batch if choice])
        done += len(batch)
        GroupMessage.objects.filter(pk=group_id).update(rows_written=done)
        run.progress(done, total)
    with run.finish():
        GroupMessage.objects.filter(pk=group_id).update(rows_done_at=timezone.now())


def _import_page(args):
    return reverse("coordination:import-detail", args=[args["import_id"]])


@jobs.job(
    imports.JOB,
    title=gettext_lazy("Import of activities and shifts"),
    queue=Queue.INTERACTIVE,
    lease=120,
    atomic=False,
    page=_import_page,
)
def carry_out_import(run, *, import_id, seen):
    """Bring the table in: its effect and "done" are one transaction, so a run that is lost leaves
    nothing and is done again. What a rule says no to is told on the import's page."""
    rows = Import.objects.select_related("branch", "table").filter(table__isnull=False)
    table_import = rows.filter(pk=import_id).first()
    if table_import is None:  # done, or given up
        return
    # One transaction: nobody else sees how far it is, and a bar that stood at nothing would lie.
    number = len(table_import.table.rows)
    step = ngettext(
        "%(number)s row is brought in", "%(number)s rows are brought in at once", number
    )
    run.progress(0, step=step % {"number": number})
    try:
        with run.finish():
            imports.carry_out(table_import=table_import, seen=seen, by=run.job.owner)
    except DomainError as error:
        with run.finish():
            if error.code != "import_over":
                imports.refuse(table_import=table_import, why=error.message, by=run.job.owner)


@jobs.scheduled(
    "coordination.forget_imports",
    every=timedelta(hours=1),
    title=gettext_lazy("Tables of imports that are not needed any more are deleted"),
)
def forget_imports(run):
    """What came of nothing is kept for a day."""
    imports.forget_old(timezone.now())


@jobs.scheduled(
    "coordination.extend_series",
    every=timedelta(days=1),
    at=time(3, 40),
    queue=Queue.BULK,
    atomic=False,
    title=gettext_lazy("Making regular shifts ahead"),
)
def extend_series(run):
    """The shifts that every running series lacks up to its horizon; each in its transaction."""
    for number, one in enumerate(timetable.running(timetable.series(), today()).order_by("pk")):
        series.generate(series=one, by=audit.SYSTEM)
        run.progress(number + 1)


@jobs.scheduled(
    "coordination.waiting_lists",
    every=timedelta(minutes=5),
    queue=Queue.INTERACTIVE,  # somebody waits for the place; a thousand agreements must not
    atomic=False,
    title=gettext_lazy("Free places are offered to those who wait"),
)
def waiting_lists(run):
    """Offers whose time is up go on to the next. Each shift's line in a transaction of its own."""
    line.advance_due()
    with run.finish():
        pass


def register():
    """Called once, from `CoordinationConfig.ready`."""
    for reminder in (
        *shifts.REMINDERS,
        *stand_ins.REMINDERS,
        *consent.REMINDERS,
        *follow_up.REMINDERS,
        *overviews.REMINDERS,
    ):
        schedule.register(reminder)
