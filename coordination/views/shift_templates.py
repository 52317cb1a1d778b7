"""Pages of shift templates: the list, one with its shifts, make, from a day, use, retire."""

from itertools import groupby

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from coordination import queries, timetable
from coordination.access import Permission, scope_of
from coordination.actions import shift_templates
from coordination.forms.shift_templates import (
    FromDayForm,
    NewTemplateForm,
    RenameForm,
    TemplateShiftForm,
    UseTemplateForm,
)
from coordination.models import ShiftTemplate, TemplateShift
from coordination.views.look_first import LookFirstView
from core.templatetags.ui import weekday
from core.views import ActionView, DetailView, FormView, ListView


def template_url(pk):
    return reverse("coordination:shift-template", args=[pk])


def template_crumbs(template=None, heading=""):
    """The way to the page of a template, and to those that lie under it."""
    crumbs = [
        {"text": _("Shifts"), "url": reverse("coordination:shift-list")},
        {"text": _("Shift templates"), "url": reverse("coordination:shift-template-list")},
    ]
    if template is not None:
        crumbs.append({"text": str(template), "url": template_url(template.pk)})
    return [*crumbs, {"text": heading, "url": ""}] if heading else crumbs


class TemplateRows:
    """Templates that are in use, of one's branches and those above them."""

    model = ShiftTemplate
    permission = Permission.EDIT_SHIFTS

    def rows(self):
        return queries.shift_templates()


class UsableTemplates(TemplateRows):
    def permitted_rows(self):
        return self.rows().usable(self.request.user)


class TemplateListView(UsableTemplates, ListView):
    template_name = "coordination/shift_template/list.html"


class TemplateDetailView(UsableTemplates, DetailView):
    """One template with its shifts. Those of a branch above are looked at and used only."""

    template_name = "coordination/shift_template/detail.html"

    def get_context_data(self, **kwargs):
        path = self.object.branch.path
        return super().get_context_data(**kwargs) | {
            "template": self.object,
            "lines": self.object.shifts.all(),
            "may_edit": scope_of(self.request.user).holds(self.permission, path),
        }


class TemplateCreateView(FormView):
    """A new template with its first shift; the others are added on its page."""

    permission = Permission.EDIT_SHIFTS
    form_class = NewTemplateForm
    heading = gettext_lazy("Make a shift template")
    lead = gettext_lazy("A day's shifts under a name. Write the first one; add the others after.")
    success_message = gettext_lazy("The template is made.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "user": self.request.user,
            "cancel_url": reverse("coordination:shift-template-list"),
        }

    def perform(self, form):
        made = shift_templates.make(
            branch=form.cleaned_data["branch"],
            name=form.cleaned_data["name"],
            lines=[form.values()],
            by=self.request.user,
        )
        return template_url(made.pk)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "heading": self.heading,
            "lead": self.lead,
            "crumbs": template_crumbs(heading=self.heading),
        }


class TemplateFromDayView(TemplateCreateView):
    """The shifts that stand on a day, under a name."""

    form_class = FromDayForm
    heading = gettext_lazy("Make a template from a day")
    lead = gettext_lazy("The day's shifts become the template, with places, notes and all.")

    def perform(self, form):
        made = shift_templates.make_from_day(by=self.request.user, **form.cleaned_data)
        return template_url(made.pk)


class TemplateFormView(TemplateRows, FormView):
    """The base of the pages that change one template. Subclasses give `heading`, `perform`."""

    heading = ""

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cancel_url": template_url(self.object.pk)}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "heading": self.heading,
            "crumbs": template_crumbs(self.object, self.heading),
        }


class TemplateRenameView(TemplateFormView):
    form_class = RenameForm
    heading = gettext_lazy("Change the name")
    success_message = gettext_lazy("The name is saved.")

    def get_initial(self):
        return {"name": self.object.name}

    def perform(self, form):
        shift_templates.rename(template=self.object, by=self.request.user, **form.cleaned_data)
        return template_url(self.object.pk)


class LineAddView(TemplateFormView):
    form_class = TemplateShiftForm
    heading = gettext_lazy("Add a shift to the template")
    success_message = gettext_lazy("The shift is added to the template.")

    def perform(self, form):
        shift_templates.add_line(template=self.object, by=self.request.user, **form.values())
        return template_url(self.object.pk)


class LineRows:
    """Shifts of templates that are in use, in branches of one's own."""

    model = TemplateShift
    permission = Permission.EDIT_SHIFTS

    def rows(self):
        return queries.template_shifts()


class LineChangeView(LineRows, FormView):
    form_class = TemplateShiftForm
    edits = True
    success_message = gettext_lazy("The template is saved. What was planned from it stays.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cancel_url": template_url(self.object.template_id)}

    def get_initial(self):
        return {name: getattr(self.object, name) for name in shift_templates.OF_ONE}

    def perform(self, form):
        shift_templates.change_line(line=self.object, by=self.request.user, **form.values())
        return template_url(self.object.template_id)

    def get_context_data(self, **kwargs):
        heading = _("Change the shift in the template")
        return super().get_context_data(**kwargs) | {
            "heading": heading,
            "crumbs": template_crumbs(self.object.template, heading),
        }


class LineRemoveView(LineRows, ActionView):
    success_message = gettext_lazy("The shift is taken out of the template.")

    def perform(self):
        shift_templates.remove_line(line=self.object, by=self.request.user)
        return template_url(self.object.template_id)

    def get_context_data(self, **kwargs):
        heading = _("Take the shift out of the template")
        return super().get_context_data(**kwargs) | {
            "heading": heading,
            "question": _("Shall %(shift)s be taken out? What was planned from it stays.")
            % {"shift": self.object},
            "action": _("Take it out"),
            "cancel_url": template_url(self.object.template_id),
            "crumbs": template_crumbs(self.object.template, heading),
        }


class TemplateRetireView(TemplateRows, ActionView):
    success_message = gettext_lazy("The template is not offered any more.")

    def perform(self):
        shift_templates.retire(template=self.object, by=self.request.user)
        return reverse("coordination:shift-template-list")

    def get_context_data(self, **kwargs):
        heading = _("Retire the template")
        return super().get_context_data(**kwargs) | {
            "heading": heading,
            "question": _("Shall the template be offered no more? What was planned stays."),
            "action": heading,
            "cancel_url": template_url(self.object.pk),
            "crumbs": template_crumbs(self.object, heading),
        }


class TemplateUseView(UsableTemplates, LookFirstView):
    """Plan the template's shifts on chosen days; shown day by day before it is done."""

    form_class = UseTemplateForm
    heading = gettext_lazy("Plan shifts from the template")
    success_message = gettext_lazy("The shifts are planned. Nobody is signed up for them yet.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "user": self.request.user,
            "template": self.object,
            "cancel_url": template_url(self.object.pk),
        }

    def look(self, form):
        self.site = form.cleaned_data["site"]
        return shift_templates.preview(template=self.object, site=self.site, days=form.days())

    def do(self, form, seen):
        site = form.cleaned_data["site"]
        shift_templates.apply(
            template=self.object, site=site, days=form.days(), seen=seen, by=self.request.user
        )
        return f"{reverse('coordination:shift-list')}?activity={site.activity_id}"

    def explain(self, found):
        return {"consequences": lines_of(found, timetable.calendar_of(self.site.branch))}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "lead": str(self.object),
            "crumbs": template_crumbs(self.object, self.heading),
        }


def lines_of(found, calendar):
    """One sentence for all, one for each day with why it is off, if it is; and what is there."""
    total = len(found.shifts)
    lines = [
        ngettext(
            "%(count)s shift is planned in all.", "%(count)s shifts are planned in all.", total
        )
        % {"count": total}
    ]
    for day, ones in groupby(found.shifts, key=lambda one: one.day):
        count = len(list(ones))
        words = ngettext("%(day)s: %(count)s shift", "%(day)s: %(count)s shifts", count)
        line = words % {"day": weekday(day), "count": count}
        off = [reason.name for reason in calendar.reasons(day)]
        lines.append(f"{line} ({_('a day off')}: {', '.join(off)})" if off else line)
    if found.there:
        words = ngettext(
            "%(count)s is there already, and is left alone.",
            "%(count)s are there already, and are left alone.",
            found.there,
        )
        lines.append(words % {"count": found.there})
    return lines
