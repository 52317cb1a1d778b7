"""Staff's pages of shifts: the list, one shift, plan, change, move, cancel, sign up."""

from collections import Counter

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from coordination import rosters, shift_roles, standing
from coordination.access import Permission, scope_of
from coordination.actions import assignments, shifts
from coordination.filters import ShiftFilter
from coordination.forms.shifts import (
    ChangeRoleForm,
    DetailFields,
    DetailsForm,
    EngagedVolunteerField,
    RescheduleForm,
    ShiftForm,
    SignUpForm,
)
from coordination.states import AssignmentState
from coordination.views.look_first import LookFirstView
from core import audit, forms
from core.templatetags.ui import clock, weekday, when
from core.views import ActionView, DetailView, FormView, ListView

DETAIL = audit.purpose("shift.detail", gettext_lazy("A shift you are on was shown"))
SEARCH = audit.purpose("shift.search", gettext_lazy("You were found when a shift was filled"))
CHANGE = audit.purpose("shift.change", gettext_lazy("A shift you are on was opened to change it"))


def shift_url(pk):
    return reverse("coordination:shift-detail", args=[pk])


def shift_crumbs(shift, heading):
    """The way to the pages that lie under a shift's."""
    title = shift.title or shift.site.activity
    return [
        {"text": _("Shifts"), "url": reverse("coordination:shift-list")},
        {"text": f"{title}, {when(shift.starts_at)}", "url": shift_url(shift.pk)},
        {"text": heading, "url": ""},
    ]


class ShiftListView(ListView):
    """Shifts of one's branches: how full they are, and where somebody is at risk."""

    permission = Permission.VIEW_SHIFTS
    template_name = "coordination/shift/list.html"
    filter_class = ShiftFilter

    def rows(self):
        return rosters.shifts()

    def prepared_rows(self, filter_form):
        if filter_form.wanted:
            return None
        return rosters.coming_shifts(self.request.user, self.permission)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        scope = scope_of(self.request.user)
        rows = context["rows"]
        sign_ups = rosters.sign_ups_of(rows)
        offered = Counter(row[0] for row in sign_ups if row[2] == AssignmentState.OFFERED)
        taken = Counter(row[0] for row in sign_ups) - offered
        at_risk = rosters.at_risk_of(rows, sign_ups) if scope.holds(Permission.VIEW_PEOPLE) else {}
        for row in rows:
            row.at_risk = at_risk.get(row.pk, 0)
            held, waits = taken[row.pk] + row.group_seats, offered[row.pk]
            row.places = standing.places_in_words(held, row.capacity, waits)
            row.standing = standing.of_shift(row, taken=held, at_risk=row.at_risk, offered=waits)
        return context | {"may_edit": scope.holds(Permission.EDIT_SHIFTS)}


class ShiftPageMixin:
    """Pages about one shift."""

    permission = Permission.EDIT_SHIFTS
    heading = ""

    def rows(self):
        return rosters.shifts()

    def get_context_data(self, **kwargs):
        crumbs = shift_crumbs(self.object, self.heading)
        return super().get_context_data(**kwargs) | {"heading": self.heading, "crumbs": crumbs}


class ShiftDetailView(DetailView):
    """One shift: who is on it and, for those who may know, whether they are cleared."""

    permission = Permission.VIEW_SHIFTS
    template_name = "coordination/shift/detail.html"
    access_purpose = DETAIL

    def rows(self):
        return rosters.shifts()

    def holds(self, permission):
        return scope_of(self.request.user).holds(permission, self.object.site.branch.path)

    def people_in(self, rows):
        self.seats, self.left, self.line = rosters.seats(self.object)
        if not self.holds(Permission.VIEW_CONTACTS):
            return []
        return [row.volunteer_id for row in [*(seat.assignment for seat in self.seats), *self.left]]

    def get_context_data(self, **kwargs):
        shift = self.object
        sees_people = self.holds(Permission.VIEW_PEOPLE)
        may_edit = self.holds(Permission.EDIT_SHIFTS) and not shift.is_cancelled
        coming = not shift.has_started
        at_risk = sees_people and coming and any(seat.reasons for seat in self.seats)
        return super().get_context_data(**kwargs) | {
            "shift": shift,
            "site": shift.site,
            "seats": self.seats,
            "cancelled": self.left,
            "free": self.line.free,
            "line": self.line,
            "may_fill": self.holds(Permission.EDIT_SHIFTS) and not shift.is_cancelled and coming,
            "at_risk": at_risk,
            "taken": self.line.held,
            "roles": shift_roles.stands(
                shift, Counter(seat.assignment.role for seat in self.seats)
            ),
            "standing": standing.of_shift(
                shift,
                taken=self.line.held,
                at_risk=at_risk,
                offered=len(self.line.offered),
            ),
            "sees_contacts": self.holds(Permission.VIEW_CONTACTS),
            "sees_people": sees_people,
            "may_edit": may_edit,
            "coming": coming,
            "may_mark": may_edit and shift.has_started and bool(self.seats),
            "unconfirmed": sum(seat.assignment.is_unconfirmed for seat in self.seats),
        }


class ShiftCreateView(FormView):
    """Plan a shift."""

    permission = Permission.EDIT_SHIFTS
    form_class = ShiftForm
    success_message = gettext_lazy("The shift is planned.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "user": self.request.user,
            "cancel_url": reverse("coordination:shift-list"),
        }

    def perform(self, form):
        shift = shifts.plan(
            site=form.cleaned_data["site"], by=self.request.user, **form.period(), **form.details()
        )
        return shift_url(shift.pk)

    def get_context_data(self, **kwargs):
        heading = _("Plan a shift")
        crumbs = [
            {"text": _("Shifts"), "url": reverse("coordination:shift-list")},
            {"text": heading, "url": ""},
        ]
        return super().get_context_data(**kwargs) | {"heading": heading, "crumbs": crumbs}


class ShiftLookView(ShiftPageMixin, LookFirstView):
    """Changes a shift: what it means for those on it is shown first, if there are any."""

    edits = True
    access_purpose = CHANGE

    def people_in(self, rows):
        people = self.object.assignments.holding_a_place().select_related("volunteer__person")
        self.booked = list(people.order_by("booked_at", "pk"))
        return [row.volunteer_id for row in self.booked]

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cancel_url": shift_url(self.object.pk)}

    def concerns_others(self, form):
        return bool(self.booked or self.object.group_seats)

    def perform(self, form):
        if not self.concerns_others(form):
            return self.do(form, seen=None)
        return super().perform(form)

    def show(self, form):
        found = self.found
        form.show(found.mark, asks=bool(found.staying and found.until), excused=found.excused)

    def explain(self, found):
        return {
            "consequences": change_means(found),
            "leaving": change_leaves(found),
        }


class ShiftEditView(ShiftLookView):
    """Change everything but the time. Another meeting place concerns those on the shift."""

    form_class = DetailsForm
    heading = gettext_lazy("Change the shift")
    success_message = gettext_lazy("The shift is saved.")

    def get_initial(self):
        return {name: getattr(self.object, name) for name in DetailFields.base_fields}

    def concerns_others(self, form):
        is_elsewhere = form.cleaned_data["place"] != self.object.place
        return is_elsewhere and super().concerns_others(form)

    def look(self, form):
        return shifts.preview(shift=self.object, place=form.cleaned_data["place"])

    def do(self, form, seen):
        user, details = self.request.user, form.details()
        shifts.change(shift=self.object, by=user, ask=form.asks, seen=seen, **details)
        return shift_url(self.object.pk)


class RescheduleView(ShiftLookView):
    """Move the shift: who is on it is told, or says yes again; who does not fit is taken off."""

    form_class = RescheduleForm
    heading = gettext_lazy("Move the shift")
    success_message = gettext_lazy("The shift is moved, and everybody on it is told.")

    def get_initial(self):
        start, end = map(timezone.localtime, (self.object.starts_at, self.object.ends_at))
        return {
            "starts_on": start.date(),
            "starts": start.time(),
            "ends": end.time(),
            "ends_on": end.date() if end.date() != start.date() else None,
        }

    def look(self, form):
        return shifts.preview(shift=self.object, **form.period())

    def do(self, form, seen):
        user, period = self.request.user, form.period()
        shifts.reschedule(shift=self.object, by=user, ask=form.asks, seen=seen, **period)
        return shift_url(self.object.pk)

    def get_context_data(self, **kwargs):
        number = len(self.booked)
        lead = ngettext(
            "%(count)s person is on the shift. You see what it means before anything is changed.",
            "%(count)s people are on the shift. You see what it means before anything is changed.",
            number,
        ) % {"count": number}
        return super().get_context_data(**kwargs) | {"lead": lead if number else ""}


MOST_NAMED = 20


def change_means(found):
    """What changing a shift means, as sentences."""
    said = []
    if found.staying:
        names = [row.volunteer.person.display_name for row in found.staying[:MOST_NAMED]]
        text = ngettext(
            "%(count)s person stays on the shift: %(names)s.",
            "%(count)s people stay on the shift: %(names)s.",
            len(found.staying),
        )
        said.append(text % {"count": len(found.staying), "names": ", ".join(names)})
        said.append(_answer_means(found))
    if found.waiting:
        text = ngettext(
            "%(count)s person asks or waits, and keeps the turn.",
            "%(count)s people ask or wait, and keep their turn.",
            found.waiting,
        )
        said.append(text % {"count": found.waiting})
    if found.groups:
        text = ngettext(
            "%(count)s group has places. The responsible person is told.",
            "%(count)s groups have places. The responsible people are told.",
            found.groups,
        )
        said.append(text % {"count": found.groups})
    return said or [_("Nobody stays on the shift.")]


def _answer_means(found):
    if found.until is None:
        return _("It is too soon for them to say yes again. They are told; ring them as well.")
    day = {"day": weekday(found.until), "clock": clock(found.until)}
    text = ngettext(
        "If they must say yes again, they have until %(day)s %(clock)s. Who has not answered by "
        "then gives the place to the next, and you are told.",
        "If they must say yes again, they have until %(day)s %(clock)s. Those who have not "
        "answered by then give their places to the next, and you are told.",
        len(found.staying),
    )
    return text % day


def change_leaves(found):
    """Who does not fit and is taken off: [(start, [(name, why)])]."""
    lines = [
        (
            row.volunteer.person.display_name,
            " ".join(reason.for_staff for reason in found.misfits[row.volunteer_id]),
        )
        for row in found.leaving
    ]
    return [(found.what[0], lines)] if lines else []


class ShiftCancelView(ShiftPageMixin, ActionView):
    """Cancel a shift and tell everybody."""

    heading = gettext_lazy("Cancel the shift")
    success_message = gettext_lazy("The shift is cancelled, and everybody on it is told.")

    def perform(self):
        shifts.cancel_shift(shift=self.object, by=self.request.user)
        return shift_url(self.object.pk)

    def get_context_data(self, **kwargs):
        number = self.object.assignments.holding_a_place().count()
        consequence = ngettext(
            "%(count)s person is taken off and told by e-mail.",
            "%(count)s people are taken off and told by e-mail.",
            number,
        ) % {"count": number}
        return super().get_context_data(**kwargs) | {
            "question": _("Cancel this shift?"),
            "consequences": [consequence, _("A cancelled shift cannot be opened again.")],
            "action": _("Yes, cancel the shift"),
            "cancel_url": shift_url(self.object.pk),
        }


class SignUpView(ShiftPageMixin, FormView):
    """Sign a volunteer up; with `or_wait`, on the waiting list where the places are taken."""

    form_class = SignUpForm
    heading = gettext_lazy("Sign a volunteer up")
    success_message = gettext_lazy("The volunteer is signed up.")
    or_wait = False

    def page_before(self):
        return shift_url(self.object.pk)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "shift": self.object,
            "cancel_url": self.page_before(),
        }

    def perform(self, form):
        assignments.sign_up(
            shift=self.object,
            volunteer=form.cleaned_data["volunteer"],
            by=self.request.user,
            or_wait=self.or_wait,
            role=form.role(),
        )
        return self.page_before()


class ChangeRoleView(FormView):
    """Give somebody on a shift another of its roles."""

    permission = Permission.EDIT_SHIFTS
    form_class = ChangeRoleForm
    access_purpose = CHANGE
    success_message = gettext_lazy("The role is saved.")

    def rows(self):
        return rosters.assignments()

    def people_in(self, rows):
        return [row.volunteer_id for row in rows]

    def get_initial(self):
        return {"role": self.object.role}

    def get_form_kwargs(self):
        shift = self.object.shift
        return super().get_form_kwargs() | {"shift": shift, "cancel_url": shift_url(shift.pk)}

    def perform(self, form):
        role = form.cleaned_data["role"]
        assignments.change_role(assignment=self.object, role=role, by=self.request.user)
        return shift_url(self.object.shift_id)

    def get_context_data(self, **kwargs):
        name = self.object.volunteer.person.display_name
        heading = _("The role of %(name)s") % {"name": name}
        crumbs = shift_crumbs(self.object.shift, heading)
        return super().get_context_data(**kwargs) | {"heading": heading, "crumbs": crumbs}


class VolunteerLookupView(DetailView):
    """The hits of the sign-up's search as one types: those tied to the shift's site."""

    permission = Permission.EDIT_SHIFTS

    def rows(self):
        return rosters.shifts()

    def get(self, request, *args, **kwargs):
        self.object = self.get_object()
        name = request.GET.get("name", "")
        words = (request.GET.get("q", "") or request.GET.get(f"{name}_q", "")).strip()
        hits = EngagedVolunteerField(self.object).hits(words) if words else []
        audit.record_access(request, [int(hit.value) for hit in hits], SEARCH)
        lookup = forms.lookup_context(
            name=name, id=request.GET.get("id", ""), query=words, hits=hits
        )
        return render(request, "components/lookup_results.html", {"lookup": lookup})


class AssignmentCancelView(ActionView):
    """Staff take somebody off a shift."""

    permission = Permission.EDIT_SHIFTS
    access_purpose = CHANGE
    success_message = gettext_lazy("The volunteer is taken off the shift and told.")

    def rows(self):
        return rosters.assignments()

    def people_in(self, rows):
        return [row.volunteer_id for row in rows]

    def perform(self):
        assignments.cancel(assignment=self.object, by=self.request.user)
        return shift_url(self.object.shift_id)

    def get_context_data(self, **kwargs):
        shift, heading = self.object.shift, _("Take off the shift")
        name = self.object.volunteer.person.display_name
        return super().get_context_data(**kwargs) | {
            "heading": heading,
            "crumbs": shift_crumbs(shift, heading),
            "question": _("Take %(name)s off the shift?") % {"name": name},
            "consequences": [_("The place becomes free, and %(name)s is told.") % {"name": name}],
            "action": _("Yes, take off"),
            "cancel_url": shift_url(shift.pk),
        }
