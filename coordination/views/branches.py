"""Pages of branches: the tree, one branch and its days, moving, closing, what citizens see."""

import hashlib
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from coordination import premises, queries
from coordination.access import Permission, Role, scope_of
from coordination.actions import branches
from coordination.actions import premises as actions
from coordination.forms.branches import (
    AmbassadorForm,
    CloseBranchForm,
    ClosingDayForm,
    MoveBranchForm,
    OpeningHoursForm,
)
from coordination.views.look_first import LookFirstView
from core.errors import DomainError
from core.views import ActionView, DetailView, FormView, PageView


def branch_url(pk):
    return reverse("coordination:branch-detail", args=[pk])


def branch_crumbs(branch, heading=""):
    """The way to the page of a branch, and to those that lie under it."""
    crumbs = [
        {"text": _("Branches"), "url": reverse("coordination:branch-list")},
        {"text": str(branch), "url": branch_url(branch.pk)},
    ]
    return [*crumbs, {"text": heading, "url": ""}] if heading else crumbs


class BranchListView(PageView):
    """The branches one may see, as a tree."""

    permission = Permission.VIEW_ACTIVITIES
    template_name = "coordination/branch/list.html"

    def get_context_data(self, **kwargs):
        tree = queries.branch_tree(self.request.user)
        return super().get_context_data(**kwargs) | {"tree": tree}


class BranchDetailView(DetailView):
    """One branch: address, opening hours, closing days, ambassadors, and what can be done."""

    permission = Permission.VIEW_ACTIVITIES
    template_name = "coordination/branch/detail.html"

    def rows(self):
        return premises.branches()

    def get_context_data(self, **kwargs):
        branch, scope = self.object, scope_of(self.request.user)
        return super().get_context_data(**kwargs) | {
            "branch": branch,
            "hours": list(branch.opening_hours.all()),
            "closing_days": list(premises.closing_days_of(branch)),
            "ambassadors": list(premises.ambassadors_of(branch)),
            "is_ambassador": any(grant.role == Role.AMBASSADOR for grant in scope.grants),
            "may_plan": scope.holds(Permission.EDIT_ACTIVITIES, branch.path)
            and branch.closed_on is None,
            "may_edit": scope.holds(Permission.EDIT_BRANCHES, branch.path)
            and branch.closed_on is None
            and branch.parent_id is not None,
        }


class BranchPageMixin:
    """Pages that change one branch."""

    permission = Permission.EDIT_ACTIVITIES
    heading = ""

    def rows(self):
        return premises.branches()

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cancel_url": branch_url(self.object.pk)}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "heading": self.heading,
            "crumbs": branch_crumbs(self.object, self.heading),
        }


class OpeningHoursView(BranchPageMixin, FormView):
    """When the branch is open."""

    form_class = OpeningHoursForm
    edits = True
    heading = gettext_lazy("Opening hours")
    success_message = gettext_lazy("The opening hours are saved.")

    def get_initial(self):
        found = {}
        for row in self.object.opening_hours.all():
            found |= {f"opens_{row.weekday}": row.opens, f"closes_{row.weekday}": row.closes}
        return found

    def perform(self, form):
        actions.set_opening_hours(branch=self.object, hours=form.hours(), by=self.request.user)
        return branch_url(self.object.pk)

    def get_context_data(self, **kwargs):
        lead = _("Leave both times empty on the days on which it is closed.")
        return super().get_context_data(**kwargs) | {"lead": lead}


# --- Looked at first -----------------------------------------------------------------------


@dataclass(frozen=True)
class Meaning:
    """What something would do, in sentences; `mark` is the same for the same sentences."""

    consequences: list

    @property
    def mark(self):
        return hashlib.sha256("\n".join(self.consequences).encode()).hexdigest()[:16]


class BranchLookView(BranchPageMixin, LookFirstView):
    """A change of a branch, with what it means first. `carry_out(form)` calls the action."""

    def explain(self, found):
        return {"consequences": found.consequences}

    def do(self, form, seen):
        if self.look(form).mark != seen:
            raise DomainError(_("Look at what it means, then save again."), code="look_first")
        self.carry_out(form)
        return branch_url(self.object.pk)


class ClosingDayCreateView(BranchLookView):
    """Close the branch on some days."""

    form_class = ClosingDayForm
    heading = gettext_lazy("Add closing days")
    success_message = gettext_lazy("The closing days are added.")

    def look(self, form):
        shifts = list(actions.shifts_in(self.object, *form.days()))
        people = sum(shift.taken for shift in premises.with_taken(shifts))
        return Meaning(
            [
                *_shifts_and_people(len(shifts), people),
                _("Regular shifts are left out on these days, here and in what lies under."),
            ]
        )

    def carry_out(self, form):
        starts_on, ends_on = form.days()
        actions.close_for_days(
            branch=self.object,
            starts_on=starts_on,
            ends_on=ends_on,
            reason=form.cleaned_data["reason"],
            by=self.request.user,
        )


class MoveBranchView(BranchLookView):
    """Move the branch, with all under it, to another place in the tree."""

    permission = Permission.EDIT_BRANCHES
    form_class = MoveBranchForm
    heading = gettext_lazy("Move the branch")
    success_message = gettext_lazy("The branch is moved.")

    def get_form_kwargs(self):
        kwargs = {"user": self.request.user, "branch": self.object}
        return super().get_form_kwargs() | kwargs

    def look(self, form):
        parent = form.cleaned_data["parent"]
        return Meaning(meaning_of_moving(premises.concerned_by_moving(self.object), parent))

    def carry_out(self, form):
        parent = form.cleaned_data["parent"]
        branches.move_branch(branch=self.object, parent=parent, by=self.request.user)


class CloseBranchView(BranchLookView):
    """Close the branch for good from a day on. Its history stays."""

    permission = Permission.EDIT_BRANCHES
    form_class = CloseBranchForm
    heading = gettext_lazy("Close the branch")
    success_message = gettext_lazy("The branch is closed from that day.")

    def look(self, form):
        on = form.cleaned_data["on"]
        return Meaning(meaning_of_closing(premises.concerned_by_closing(self.object, on)))

    def carry_out(self, form):
        branches.close_branch(branch=self.object, on=form.cleaned_data["on"], by=self.request.user)


def meaning_of_moving(found, parent):
    """What comes along with a branch that moves, and what changes."""
    return [
        *_counted(
            (_("Branches under it that come along"), found.branches),
            (_("Activities that come along"), found.activities),
            (_("Volunteers who come along"), found.volunteers),
            (_("Roles on it that come along"), found.roles),
            (_("Settings of its own that come along"), found.settings),
        ),
        _("Whoever has a role on %(parent)s gets access. Roles above the old place give none.")
        % {"parent": parent},
        _("Where it has no setting of its own, that of %(parent)s holds from now on.")
        % {"parent": parent},
    ]


def meaning_of_closing(found):
    """What stands in the way of closing a branch, what ends with it, and what stays."""
    return [
        *_counted(
            (_("Open branches under it, to be closed or moved first"), found.open_branches),
            (_("Volunteers whose engagement must be ended first"), found.volunteers),
            (_("Activities that close here"), found.activities),
            (_("Regular shifts that end"), found.series),
        ),
        *_shifts_and_people(found.shifts, found.sign_ups),
        _("Nobody can be accepted here any more, and its calls for volunteers disappear."),
        _("What has been stays: shifts, agreements and numbers are still in the reports."),
    ]


def _counted(*lines):
    return [f"{label}: {count}" for label, count in lines if count]


def _shifts_and_people(shifts, people):
    return _counted(
        (_("Shifts that are cancelled"), shifts),
        (_("Sign-ups on them; everybody is told at once"), people),
    )


class ClosingDayRemoveView(ActionView):
    """Take closing days off the list."""

    permission = Permission.EDIT_ACTIVITIES
    success_message = gettext_lazy("The branch is open on those days.")

    def rows(self):
        return premises.closing_days()

    def perform(self):
        branch = self.object.branch_id
        actions.open_again(closing_day=self.object, by=self.request.user)
        return branch_url(branch)

    def get_context_data(self, **kwargs):
        heading = _("Remove closing days")
        return super().get_context_data(**kwargs) | {
            "heading": heading,
            "crumbs": branch_crumbs(self.object.branch, heading),
            "question": _("Shall the branch be open on those days all the same?"),
            "consequences": [
                _("Shifts that were cancelled stay cancelled. Regular shifts can be put back.")
            ],
            "action": _("Yes, remove the days"),
            "cancel_url": branch_url(self.object.branch_id),
        }


# --- Ambassadors, and what citizens see ----------------------------------------------------


class AmbassadorView(FormView):
    """An ambassador's own: show me on the public page, or take me off."""

    form_class = AmbassadorForm
    template_name = "coordination/branch/ambassador.html"
    edits = True

    def prepare(self):
        if not any(grant.role == Role.AMBASSADOR for grant in scope_of(self.request.user).grants):
            raise Http404
        self.profile = premises.profile_of(self.request.user)

    def get_initial(self):
        if self.profile is None:
            return {}
        return {name: getattr(self.profile, name) for name in ("text", "phone", "shows_email")}

    def post(self, request, *args, **kwargs):
        if "hide" not in request.POST:
            return super().post(request, *args, **kwargs)
        self.prepare()
        actions.hide_ambassador(by=request.user)
        messages.success(request, _("You are no longer shown."))
        return HttpResponseRedirect(reverse("coordination:ambassador"))

    def perform(self, form):
        actions.show_ambassador(by=self.request.user, **form.cleaned_data)
        messages.success(self.request, _("You are shown on the page of your branch."))
        return reverse("coordination:ambassador")

    def get_context_data(self, **kwargs):
        heading = _("You on the public page")
        return super().get_context_data(**kwargs) | {
            "heading": heading,
            "profile": self.profile,
            "branches": premises.ambassador_branches(self.request.user),
            "crumbs": [{"text": heading, "url": ""}],
        }


@method_decorator(login_not_required, name="dispatch")
class PublicBranchView(TemplateView):
    """What everybody may know about a branch. 5 queries beside the frame's."""

    template_name = "coordination/branch/public.html"

    def get_context_data(self, pk, **kwargs):
        branch = premises.open_branches().filter(pk=pk).first()
        if branch is None:
            raise Http404
        return super().get_context_data(**kwargs) | {
            "branch": branch,
            "hours": list(branch.opening_hours.all()),
            "closing_days": list(premises.closing_days_of(branch)),
            "ambassadors": list(premises.ambassadors_of(branch)),
        }
