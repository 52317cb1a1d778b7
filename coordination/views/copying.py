"""The pages that copy shifts to another day, and an activity to a new one."""

import hashlib
from dataclasses import dataclass
from itertools import groupby

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from coordination import queries
from coordination.access import Permission
from coordination.actions import copying, copying_activity
from coordination.forms.copying import CopyActivityForm, CopyShiftsForm
from coordination.models import Activity
from coordination.views.activities import activity_crumbs, activity_url
from coordination.views.look_first import LookFirstView
from core.errors import DomainError
from core.periods import day_of
from core.templatetags.ui import weekday


@dataclass(frozen=True)
class Planned:
    """What would be planned; `mark` is the same for the same shifts."""

    copies: list

    @property
    def mark(self):
        parts = [(copy.shift.pk, str(copy.starts_at)) for copy in self.copies]
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


class CopyShiftsView(LookFirstView):
    """Copy the shifts of some days to another first day; shown day by day before it is done."""

    model = Activity
    permission = Permission.EDIT_SHIFTS
    form_class = CopyShiftsForm
    heading = gettext_lazy("Copy shifts to another day")
    success_message = gettext_lazy("The shifts are planned. Nobody is signed up for them yet.")

    def rows(self):
        return queries.activities()

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cancel_url": activity_url(self.object.pk)}

    def look(self, form):
        copies = copying.copies_of(self.object, user=self.request.user, **form.days())
        if not copies:
            raise DomainError(
                _("There is no shift to copy on those days, or they are there already."),
                code="nothing_to_copy",
                field="first_day",
            )
        return Planned(copies)

    def explain(self, found):
        return {"consequences": lines_of(found.copies)}

    def do(self, form, seen):
        if self.look(form).mark != seen:
            raise DomainError(_("Look at what it means, then save again."), code="look_first")
        copying.copy_shifts(activity=self.object, by=self.request.user, **form.days())
        return f"{reverse('coordination:shift-list')}?activity={self.object.pk}"

    def get_context_data(self, **kwargs):
        lead = _("An event that comes again, or one day's shifts as a pattern for another day.")
        crumbs = [*activity_crumbs(self.object), {"text": self.heading, "url": ""}]
        return super().get_context_data(**kwargs) | {"lead": lead, "crumbs": crumbs}


class CopyActivityView(LookFirstView):
    """Make an earlier activity anew, with its shifts; shown before it is done."""

    model = Activity
    permission = Permission.EDIT_ACTIVITIES
    form_class = CopyActivityForm
    heading = gettext_lazy("Copy as a new activity")
    success_message = gettext_lazy("The new activity is made. Look its terms and shifts through.")

    def rows(self):
        return queries.activities()

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cancel_url": activity_url(self.object.pk)}

    def get_initial(self):
        return {"title": _("%(title)s (copy)") % {"title": self.object.title[:100]}}

    def look(self, form):
        return copying_activity.preview(activity=self.object, user=self.request.user, **form.days())

    def explain(self, found):
        return {"consequences": told_of_copy(found)}

    def do(self, form, seen):
        made = copying_activity.copy_activity(
            activity=self.object,
            title=form.cleaned_data["title"],
            state=form.cleaned_data["state"],
            seen=seen,
            by=self.request.user,
            **form.days(),
        )
        return activity_url(made.pk)

    def get_context_data(self, **kwargs):
        lead = _("Texts, frame, terms, rules and shifts are copied. People and sign-ups never are.")
        crumbs = [*activity_crumbs(self.object), {"text": self.heading, "url": ""}]
        return super().get_context_data(**kwargs) | {"lead": lead, "crumbs": crumbs}


def told_of_copy(found):
    """What is copied, what is not, and the shifts day by day."""
    lines = [_("The activity's texts, contact and terms are copied.")]
    if found.has_frame:
        lines.append(_("Of the frame all is copied but the pilot's goal, period and evaluation."))
    if found.has_rules:
        lines.append(_("The rules of signing up are copied."))
    if found.sites:
        names = ", ".join(str(site.branch) for site in found.sites)
        lines.append(_("It takes place at: %(names)s.") % {"names": names})
    if found.left_out:
        names = ", ".join(found.left_out)
        lines.append(_("Not copied, closed or of others: %(names)s.") % {"names": names})
    if found.shifts:
        lines += lines_of(found.shifts)
    return [*lines, _("No volunteers, sign-ups, regular shifts or public calls are copied.")]


def lines_of(copies):
    """One sentence for each new day, and one for all."""
    days = groupby(copies, key=lambda copy: day_of(copy.starts_at))
    lines = [_line(day, len(list(found))) for day, found in days]
    all_of_them = ngettext(
        "%(count)s shift is planned in all.", "%(count)s shifts are planned in all.", len(copies)
    )
    return [all_of_them % {"count": len(copies)}, *lines]


def _line(day, count):
    words = ngettext("%(day)s: %(count)s shift", "%(day)s: %(count)s shifts", count)
    return words % {"day": weekday(day), "count": count}
