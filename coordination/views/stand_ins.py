"""Shifts that look for a stand-in, taking one over, and swapping; the volunteer's and staff's."""

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import rosters, stand_ins
from coordination.access import Permission
from coordination.actions import stand_ins as deeds
from coordination.actions import swaps
from coordination.forms.stand_ins import (
    PlaceForm,
    ReplaceForm,
    own,
    with_full_name,
    with_name,
)
from coordination.states import SwapState
from coordination.views.own import own_crumbs, own_volunteer
from coordination.views.shifts import CHANGE, shift_crumbs, shift_url
from core.errors import DomainError
from core.views import ActionView, FormView, ListView

LIST = "coordination:own-stand-in-list"


def stand_in_crumbs(heading):
    first, last = own_crumbs(heading)
    return [first, {"text": _("Stand-ins and swaps"), "url": reverse(LIST)}, last]


class OwnVolunteerMixin:
    """Pages for volunteers; whoever is none has none."""

    own = True

    def volunteer(self):
        volunteer = own_volunteer(self.request.user)
        if volunteer is None:
            raise Http404
        return volunteer


class OwnStandInListView(ListView):
    """Shifts of others that look for a stand-in, and swaps that are proposed to me or by me."""

    own = True
    template_name = "coordination/own/stand_ins.html"
    paginate_by = 20

    def rows(self):
        return stand_ins.looking()

    def permitted_rows(self):
        rows = super().permitted_rows().open(timezone.now())
        return rows.exclude(assignment__volunteer__person__user=self.request.user)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        user, now = self.request.user, timezone.now()
        volunteer = own_volunteer(user)
        swaps_open = list(stand_ins.swaps().own(user).open(now)) if volunteer else []
        mine = stand_ins.looking().filter(assignment__volunteer=volunteer) if volunteer else None
        return context | {
            "volunteer": volunteer,
            "helps": stand_ins.help_for(context["rows"], volunteer) if volunteer else [],
            "asked": [one for one in swaps_open if one.theirs.volunteer_id == volunteer.pk],
            "proposed": [one for one in swaps_open if one.mine.volunteer_id == volunteer.pk],
            "mine": list(mine.open(now)) if volunteer else [],
        }


class OwnStandInView(OwnVolunteerMixin, ActionView):
    """One shift that looks for a stand-in: take it in one step."""

    template_name = "coordination/own/stand_in.html"
    success_message = gettext_lazy("The shift is yours. Thank you for helping!")

    def rows(self):
        return stand_ins.looking()

    def perform(self):
        deeds.take(stand_in=self.object, volunteer=self.volunteer(), by=self.request.user)
        return reverse("coordination:own-shift-list")

    def get_context_data(self, **kwargs):
        search, volunteer = self.object, self.volunteer()
        shift = search.assignment.shift
        heading = _("Can you take this shift?")
        return super().get_context_data(**kwargs) | {
            "search": search,
            "shift": shift,
            "site": shift.site,
            "is_open": search.is_open(timezone.now()),
            "is_mine": search.assignment.volunteer_id == volunteer.pk,
            "help": stand_ins.help_for([search], volunteer)[0],
            "heading": heading,
            "crumbs": stand_in_crumbs(heading),
        }


class SwapFormView(FormView):
    """Choose a place to swap with."""

    form_class = PlaceForm
    template_name = "coordination/own/swap.html"
    words = staticmethod(with_name)
    label = gettext_lazy("The shift you would like instead")
    submit = gettext_lazy("Propose the swap")

    def rows(self):
        return rosters.assignments()

    def places(self):
        return stand_ins.swappable(self.object, timezone.now())

    @cached_property
    def found(self):
        return self.places()

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "places": self.found,
            "words": self.words,
            "label": self.label,
            "submit": self.submit,
            "cancel_url": self.page_before(),
        }

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"places": self.found} | self.page()


class OwnSwapView(OwnVolunteerMixin, SwapFormView):
    """Propose to somebody on another shift that we swap."""

    success_message = gettext_lazy("It is proposed. We write to you when there is an answer.")

    def page_before(self):
        return reverse("coordination:own-assignment-cancel", args=[self.object.pk])

    def perform(self, form):
        swaps.propose(mine=self.object, theirs=form.chosen(), by=self.request.user)
        return reverse(LIST)

    def page(self):
        heading = _("Swap your shift")
        return {
            "heading": heading,
            "crumbs": stand_in_crumbs(heading),
            "shift": self.object.shift,
            "back_url": self.page_before(),
        }


class OwnSwapForView(OwnVolunteerMixin, SwapFormView):
    """Give one of my own shifts for one that looks for a stand-in."""

    words = staticmethod(own)
    label = gettext_lazy("The shift you give for it")
    success_message = OwnSwapView.success_message

    def rows(self):
        return stand_ins.looking()

    def places(self):
        if not self.object.is_open(timezone.now()):
            return []
        return stand_ins.own_swappable(self.object.assignment, self.volunteer(), timezone.now())

    def page_before(self):
        return reverse("coordination:own-stand-in", args=[self.object.pk])

    def perform(self, form):
        swaps.propose(mine=form.chosen(), theirs=self.object.assignment, by=self.request.user)
        return reverse(LIST)

    def page(self):
        heading = _("Swap with one of your own")
        return {
            "heading": heading,
            "crumbs": stand_in_crumbs(heading),
            "shift": self.object.assignment.shift,
            "back_url": self.page_before(),
        }


class OwnSwapAnswerView(OwnVolunteerMixin, ActionView):
    """A swap that is proposed: yes or no by who was asked, taken back by who asked."""

    template_name = "coordination/own/swap_answer.html"
    told = {
        "yes": gettext_lazy("You have swapped. Both shifts are moved."),
        "no": gettext_lazy("Thank you for your answer. You keep your shift."),
        "back": gettext_lazy("It is taken back. You keep your shift."),
    }

    def rows(self):
        return stand_ins.swaps()

    @property
    def is_asked(self):
        return self.object.theirs.volunteer.person.user_id == self.request.user.pk

    def perform(self):
        deeds_of = {"yes": swaps.accept, "no": swaps.decline} if self.is_asked else {}
        deed = (deeds_of or {"back": swaps.withdraw}).get(self.request.POST.get("answer"))
        if deed is None:
            raise DomainError(_("Choose yes or no."), code="no_answer")
        deed(swap=self.object, by=self.request.user)
        self.success_message = self.told[self.request.POST["answer"]]
        return reverse("coordination:own-shift-list")

    def get_context_data(self, **kwargs):
        swap, heading = self.object, _("Swap of shifts")
        gives, gets = (swap.theirs, swap.mine) if self.is_asked else (swap.mine, swap.theirs)
        return super().get_context_data(**kwargs) | {
            "swap": swap,
            "is_asked": self.is_asked,
            "is_open": swap.is_open(timezone.now()),
            "is_done": swap.state == SwapState.ACCEPTED,
            "gives": gives,
            "gets": gets,
            "other": gets.volunteer.person,
            "heading": heading,
            "crumbs": stand_in_crumbs(heading),
        }


# --- Staff, on the volunteer's behalf ------------------------------------------------------


class OnBehalfMixin:
    """Staff do something about one who cannot come."""

    permission = Permission.EDIT_SHIFTS
    access_purpose = CHANGE

    def rows(self):
        return rosters.assignments()

    def people_in(self, rows):
        return [row.volunteer_id for row in rows]

    def page_before(self):
        return reverse("coordination:assignment-cannot-come", args=[self.object.pk])

    def page(self):
        name = self.object.volunteer.person.display_name
        heading = str(self.heading) % {"name": name}
        return {
            "heading": heading,
            "crumbs": shift_crumbs(self.object.shift, heading),
            "shift": self.object.shift,
            "back_url": self.page_before(),
        }


class ReplaceView(OnBehalfMixin, FormView):
    """Put somebody in the place of who cannot come."""

    form_class = ReplaceForm
    heading = gettext_lazy("Who comes instead of %(name)s?")
    success_message = gettext_lazy("The place has gone over, and the first is told.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "shift": self.object.shift,
            "cancel_url": self.page_before(),
        }

    def perform(self, form):
        deeds.replace(
            assignment=self.object,
            volunteer=form.cleaned_data["volunteer"],
            by=self.request.user,
        )
        return shift_url(self.object.shift_id)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | self.page()


class StaffSwapView(OnBehalfMixin, SwapFormView):
    """Swap two who have agreed to it."""

    words = staticmethod(with_full_name)
    heading = gettext_lazy("Swap the shift of %(name)s")
    label = gettext_lazy("Swap with")
    submit = gettext_lazy("Swap the two")
    success_message = gettext_lazy("The two have swapped, and both are told.")

    def places(self):
        return stand_ins.swappable_by(self.request.user, self.object, timezone.now())

    def people_in(self, rows):
        return [row.volunteer_id for row in (*rows, *self.found)]

    def perform(self, form):
        swaps.swap_now(mine=self.object, theirs=form.chosen(), by=self.request.user)
        return shift_url(self.object.shift_id)
