"""Bring activities and shifts in from Excel or CSV: the file, its columns, a look, the yes."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic.base import View

from coordination import columns as rules
from coordination import import_example, queries
from coordination.access import Permission
from coordination.actions import imports
from coordination.actions.import_plan import CHANGED, LEFT, MADE
from coordination.exports import CSV_TYPE, csv_bytes
from coordination.forms.imports import CarryOutForm, ColumnsForm, FileForm, branches_for
from coordination.models import Activity, Import, Shift
from core.errors import DomainError
from core.templatetags.ui import hours, weekday
from core.views import ActionView, FormView, ScopedMixin

MOST_SHOWN = 100
RECENT = 10


def example_csv(branch):
    """The example as CSV that Danish Excel opens rightly."""
    return csv_bytes(import_example.as_text(branch), first=True)


EXAMPLES = {
    "csv": (example_csv, CSV_TYPE),
    "xlsx": (import_example.as_xlsx, import_example.XLSX_TYPE),
}


def import_url(pk):
    return reverse("coordination:import-detail", args=[pk])


def import_crumbs(heading=""):
    """The way to the pages of imports."""
    crumbs = [
        {"text": _("Activities"), "url": reverse("coordination:activity-list")},
        {"text": _("Import from a file"), "url": reverse("coordination:import")},
    ]
    return [*crumbs, {"text": heading, "url": ""}] if heading else crumbs


class ImportFileView(FormView):
    """Choose the file. What may stand in it is told below, and one's latest imports."""

    permission = Permission.EDIT_SHIFTS
    form_class = FileForm
    template_name = "coordination/import/file.html"

    def perform(self, form):
        name, content = form.cleaned_data["file"]
        made = imports.begin(content=content, name=name, by=self.request.user)
        return reverse("coordination:import-columns", args=[made.pk])

    def get_context_data(self, **kwargs):
        recent = queries.imports().own(self.request.user)
        recent = recent.defer("table__headings", "table__rows")
        return super().get_context_data(**kwargs) | {
            "columns": rules.COLUMNS,
            "recent": recent[:RECENT],
        }


class ExampleView(ScopedMixin, View):
    """The example file, about one of one's own branches."""

    permission = Permission.EDIT_SHIFTS
    kind = "csv"

    def get(self, request, *args, **kwargs):
        self.require_permission()
        branch = branches_for(request.user, self.permission).order_by("-path").first()
        write, content_type = EXAMPLES[self.kind]
        response = HttpResponse(write(branch or ""), content_type=content_type)
        response["Content-Disposition"] = f'attachment; filename="import-eksempel.{self.kind}"'
        return response


class OwnImport:
    """One's own imports; everybody else's do not exist."""

    model = Import
    own = True
    permission = Permission.EDIT_SHIFTS

    def rows(self):
        return queries.imports()

    def get_object(self):
        found = super().get_object()
        self.require_permission()
        return found


class ImportColumnsView(OwnImport, FormView):
    """Say what the columns mean. The guess stands there already."""

    form_class = ColumnsForm
    heading = gettext_lazy("What do the columns mean?")

    def rows(self):
        return super().rows().filter(table__isnull=False)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "table": self.object.table,
            "branches": branches_for(self.request.user, self.permission),
            "cancel_url": reverse("coordination:import"),
        }

    def get_initial(self):
        known = {f"column{number}": key for number, key in self.object.columns.items()}
        return known | {"branch": self.object.branch or self._only_branch()}

    def _only_branch(self):
        """Who coordinates one branch means that one."""
        found = list(branches_for(self.request.user, self.permission)[:2])
        return found[0] if len(found) == 1 else None

    def perform(self, form):
        imports.choose_columns(
            table_import=self.object,
            columns=form.columns(),
            branch=form.cleaned_data["branch"],
            by=self.request.user,
        )
        return import_url(self.object.pk)

    def get_context_data(self, **kwargs):
        lead = _("We have guessed from the headings. Correct what is wrong; the rest is not read.")
        return super().get_context_data(**kwargs) | {
            "heading": self.heading,
            "lead": lead,
            "crumbs": import_crumbs(self.heading),
        }


class ImportDetailView(OwnImport, FormView):
    """What the import would do, with a button that does it; afterwards, what it did."""

    form_class = CarryOutForm
    template_name = "coordination/import/detail.html"
    plan = None

    def prepare(self):
        super().prepare()
        if not self.object.is_done and hasattr(self.object, "table"):
            self.plan = imports.plan_for(self.object, self.request.user)

    def get_initial(self):
        return {"looked_at": self.plan.mark if self.plan else ""}

    def perform(self, form):
        imports.require_table(self.object)
        seen = form.cleaned_data["looked_at"]
        if self.plan.wrong or seen != self.plan.mark:
            form.show(self.plan.mark)
            raise DomainError(
                _("Something has changed since you looked. Look again before you say yes."),
                code="look_first",
            )
        job = imports.send_off(table_import=self.object, seen=seen, by=self.request.user)
        return reverse("core:job", args=[job.pk])

    def get_context_data(self, **kwargs):
        found, plan = self.object, self.plan
        job = found.job if found.job and not found.job.is_finished else None
        context = super().get_context_data(**kwargs) | {
            "table_import": found,
            "counts": counted(found.result if found.is_done else plan.counts() if plan else {}),
            "job_url": reverse("core:job", args=[job.pk]) if job else "",
            "refused": found.result.get("refused", "") if not found.is_done else "",
            "plan": plan,
        }
        if plan is not None:
            context |= {
                "wrong": plan.wrong[:MOST_SHOWN],
                "wrong_more": max(0, len(plan.wrong) - MOST_SHOWN),
                "told": told(plan),
                "may_go_on": plan.does_something and not plan.wrong and job is None,
            }
        return context


class ImportThrowAwayView(OwnImport, ActionView):
    """Give it up: what stood in the file is deleted at once."""

    success_message = gettext_lazy("The import is given up, and the table is deleted.")

    def rows(self):
        return super().rows().filter(table__isnull=False)

    def perform(self):
        imports.throw_away(table_import=self.object, by=self.request.user)
        return reverse("coordination:import")

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "heading": _("Give the import up"),
            "question": _("Shall the table be deleted? Nothing has been brought in."),
            "action": _("Delete the table"),
            "cancel_url": import_url(self.object.pk),
            "crumbs": import_crumbs(_("Give the import up")),
        }


# --- In words --------------------------------------------------------------------------------


def counted(result):
    """(what, made, changed, left) of what there is of each kind."""
    names = (("activities", _("Activities")), ("sites", _("Sites")), ("shifts", _("Shifts")))
    return [
        (label, *(result[key][outcome] for outcome in (MADE, CHANGED, LEFT)))
        for key, label in names
        if key in result and any(result[key].values())
    ]


def told(plan):
    """[(heading, lines, how many more)] of what would be made and changed."""
    every = (*plan.activities, *plan.sites, *plan.shifts)
    groups = ((_("What would be made"), MADE), (_("What would be changed"), CHANGED))
    found = []
    for heading, outcome in groups:
        ones = sorted((one for one in every if one.outcome == outcome), key=lambda one: one.row)
        if ones:
            lines = [_line(one) for one in ones[:MOST_SHOWN]]
            found.append((heading, lines, max(0, len(ones) - MOST_SHOWN)))
    return found


def _line(one):
    if one.starts_at is not None:
        kind, model = _shift_words(one), Shift
    elif one.parent is not None:
        activity = one.parent.title
        kind = _("%(activity)s at %(branch)s") % {"activity": activity, "branch": one.title}
        model = Activity
    else:
        kind = _("The activity %(title)s, owned by %(branch)s") % {
            "title": one.title,
            "branch": one.branch,
        }
        model = Activity
    changes = [
        f"{model._meta.get_field(name).verbose_name}: {_shown(old)} → {_shown(new)}"
        for name, (old, new) in one.changes.items()
    ]
    return one.row, ". ".join([kind, *changes])


def _shift_words(one):
    words = _("%(shift)s at %(branch)s, %(day)s, %(hours)s") % {
        "shift": one.title or one.parent.parent.title,
        "branch": one.branch,
        "day": weekday(one.starts_at),
        "hours": hours(one.starts_at, one.ends_at),
    }
    if one.existing is None:
        count = one.values["capacity"]
        words += ", " + ngettext("%(count)s place", "%(count)s places", count) % {"count": count}
    return words


def _shown(value):
    return getattr(value, "label", None) or (value if value != "" else "–")
