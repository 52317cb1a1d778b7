"""Groups on a shift: staff's pages, and the page behind the responsible person's secret link."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from coordination import groups, rosters
from coordination.access import Permission
from coordination.actions import groups as actions
from coordination.forms.groups import (
    CONTACT,
    GroupAttendanceForm,
    GroupChangeForm,
    GroupForm,
    GroupLinkForm,
)
from coordination.views.shifts import shift_crumbs
from core import audit, throttle
from core.errors import DomainError
from core.views import ActionView, DetailView, FormView, PublicFormView

SHOWN = audit.purpose("group.list", gettext_lazy("You were shown as responsible for a group"))
CHANGE = audit.purpose("group.change", gettext_lazy("A group you are responsible for was opened"))


def groups_url(shift_id):
    return reverse("coordination:shift-groups", args=[shift_id])


def group_crumbs(shift, heading):
    """The way to the pages that lie under those of a shift's groups."""
    crumbs = shift_crumbs(shift, _("Groups"))
    return [*crumbs[:2], {"text": _("Groups"), "url": groups_url(shift.pk)}, _last(heading)]


def _last(heading):
    return {"text": heading, "url": ""}


class ShiftGroupsView(DetailView):
    """The groups that have places on a shift, with who answers for each."""

    permission = Permission.EDIT_SHIFTS
    template_name = "coordination/group/list.html"
    access_purpose = SHOWN

    def rows(self):
        return rosters.shifts_with_rules()

    def people_in(self, rows):
        self.groups = groups.of_shift(self.object)
        return [row.responsible_id for row in self.groups if row.responsible_id]

    def get_context_data(self, **kwargs):
        shift, heading = self.object, _("Groups")
        standing = rosters.line_of(shift)
        coming = not shift.is_cancelled and not shift.has_started
        return super().get_context_data(**kwargs) | {
            "shift": shift,
            "groups": self.groups,
            "free": standing.free,
            "may_book": coming and standing.free > 0,
            "coming": coming,
            "is_over": shift.has_started and not shift.is_cancelled,
            "with_children": groups.is_with_children(shift.site.activity),
            "heading": heading,
            "crumbs": shift_crumbs(shift, heading),
        }


class GroupBookView(FormView):
    """Book places on the shift for a group."""

    permission = Permission.EDIT_SHIFTS
    form_class = GroupForm
    success_message = gettext_lazy("The places are booked.")

    def rows(self):
        return rosters.shifts_with_rules()

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cancel_url": groups_url(self.object.pk)}

    def perform(self, form):
        actions.book(
            shift=self.object, responsible=form.contact(), by=self.request.user, **form.values()
        )
        return groups_url(self.object.pk)

    def get_context_data(self, **kwargs):
        heading, shift = _("Book places for a group"), self.object
        lead = _("%(free)s places are free. The responsible person gets a link by e-mail.") % {
            "free": rosters.line_of(shift).free
        }
        return super().get_context_data(**kwargs) | {
            "heading": heading,
            "lead": lead,
            "crumbs": group_crumbs(shift, heading),
        }


class GroupPageMixin:
    """Staff's pages about one booking."""

    permission = Permission.EDIT_SHIFTS
    access_purpose = CHANGE
    heading = ""

    def rows(self):
        return groups.bookings()

    def people_in(self, rows):
        return [row.responsible_id for row in rows if row.responsible_id]

    def back(self):
        return groups_url(self.object.shift_id)

    def get_context_data(self, **kwargs):
        crumbs = group_crumbs(self.object.shift, self.heading)
        return super().get_context_data(**kwargs) | {"heading": self.heading, "crumbs": crumbs}


class GroupEditView(GroupPageMixin, FormView):
    """Another number, another name, another responsible person."""

    form_class = GroupChangeForm
    edits = True
    heading = gettext_lazy("Change the booking")
    success_message = gettext_lazy("The booking is saved.")

    def get_initial(self):
        row, person = self.object, self.object.responsible
        known = {name: getattr(row, name) for name in ("kind", "title", "seats", "names")}
        known["association"] = row.association_id
        return known | {name: getattr(person, name, "") for name in CONTACT}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cancel_url": self.back()}

    def perform(self, form):
        actions.change(
            booking=self.object, contact=form.contact(), by=self.request.user, **form.values()
        )
        return self.back()


class GroupCancelView(GroupPageMixin, ActionView):
    """Give the group's places back."""

    heading = gettext_lazy("Cancel the group's places")
    success_message = gettext_lazy("The places are free again.")

    def perform(self):
        actions.cancel(booking=self.object, by=self.request.user)
        return self.back()

    def get_context_data(self, **kwargs):
        row = self.object
        has_mail = row.responsible is not None and row.responsible.email
        told = (
            _("The responsible person is told by e-mail.")
            if has_mail
            else _("There is no e-mail address. Ring the responsible person yourself.")
        )
        return super().get_context_data(**kwargs) | {
            "question": _("Give the places of %(group)s back?") % {"group": row.title},
            "consequences": [told, _("The places go to those who wait, or are free for others.")],
            "action": _("Yes, cancel them"),
            "cancel_url": self.back(),
        }


class GroupAttendanceView(GroupPageMixin, FormView):
    """How many came."""

    form_class = GroupAttendanceForm
    heading = gettext_lazy("How many of the group came?")
    success_message = gettext_lazy("Attendance is saved.")

    def get_initial(self):
        return {"came": self.object.seats if self.object.came is None else self.object.came}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cancel_url": self.back()}

    def perform(self, form):
        actions.mark_attendance(
            booking=self.object, came=form.cleaned_data["came"], by=self.request.user
        )
        return self.back()

    def get_context_data(self, **kwargs):
        lead = _("%(group)s had %(seats)s places.") % {
            "group": self.object.title,
            "seats": self.object.seats,
        }
        return super().get_context_data(**kwargs) | {"lead": lead}


# --- Behind the link -----------------------------------------------------------------------


class LinkMixin:
    """A page behind the secret link. GET changes nothing: mail scanners open links."""

    def dispatch(self, request, *args, **kwargs):
        self.object = groups.read(kwargs["token"])
        if self.object is None:
            return self.unknown()
        status = groups.status_of(self.object)
        if status != groups.OPEN:
            return self.closed(status)
        return super().dispatch(request, *args, **kwargs)

    def unknown(self):
        try:
            throttle.check(self.request, "group-guess")
        except DomainError as error:
            context = {"status": "too_often", "error": error, "booking": None}
            return render(self.request, "coordination/group/closed.html", context, status=429)
        raise Http404

    def closed(self, status):
        context = {"status": status, "booking": self.object}
        return render(self.request, "coordination/group/closed.html", context)

    def address(self, page):
        return reverse(f"coordination:{page}", args=[self.kwargs["token"]])


@method_decorator([login_not_required, never_cache], name="dispatch")
class GroupLinkView(LinkMixin, PublicFormView):
    """The booking: when and where, how many, names; and the way to give it back."""

    form_class = GroupLinkForm
    template_name = "coordination/group/link.html"
    edits = True
    success_message = gettext_lazy("Thank you. It is saved.")

    def get_initial(self):
        return {"seats": self.object.seats, "names": self.object.names}

    def perform(self, form):
        actions.change_by_link(
            booking=self.object,
            seats=form.cleaned_data["seats"],
            names=form.cleaned_data["names"],
        )
        return self.address("group-link")

    def get_context_data(self, **kwargs):
        activity = self.object.shift.site.activity
        return super().get_context_data(**kwargs) | {
            "booking": self.object,
            "shift": self.object.shift,
            "site": self.object.shift.site,
            "with_children": groups.is_with_children(activity),
            "give_back_url": self.address("group-give-back"),
        }


@method_decorator([login_not_required, never_cache], name="dispatch")
class GroupGiveBackView(LinkMixin, ActionView):
    """Give all the places back: asked first."""

    def get_object(self):
        return self.object

    def perform(self):
        actions.cancel_by_link(booking=self.object)
        return self.address("group-link")

    def get_context_data(self, **kwargs):
        heading = _("Give the places back")
        return super().get_context_data(**kwargs) | {
            "heading": heading,
            "crumbs": [],
            "question": _("Are you not coming after all? It is quite all right."),
            "consequences": [_("All your places go to others."), _("The coordinator is told.")],
            "action": _("Yes, give them back"),
            "cancel_url": self.address("group-link"),
        }
