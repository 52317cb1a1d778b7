"""The demo's helpfulness: somebody looks for a stand-in, and somebody would like to swap."""

from django.utils import timezone

from coordination import stand_ins as rules
from coordination.actions import preferences, stand_ins, swaps
from coordination.models import Assignment, Volunteer
from coordination.states import AssignmentState
from frivillig.demo.places import address


def help_each_other():
    """Frida may be asked; one of her colleagues needs her, and another would like her shift."""
    frida = Volunteer.objects.select_related("person__user").get(person__email=address("frida"))
    wishes = {rules.ASKED_BY: "email"}
    preferences.choose_messages(volunteer=frida, by=frida.person.user, wishes=wishes)
    _look_for_one(frida)
    _propose_to(frida)


def _look_for_one(frida):
    """The first shift that Frida could take over, of a colleague who can sign in."""
    for place in _coming(frida).exclude(volunteer=frida):
        if place.volunteer.person.user and frida in rules.people_to_ask(place.shift):
            stand_ins.ask(assignment=place, by=place.volunteer.person.user)
            return


def _propose_to(frida):
    now = timezone.now()
    for mine in _coming(frida).filter(volunteer=frida):
        for place in rules.swappable(mine, now):
            if place.volunteer.person.user_id and not place.stand_ins.exists():
                user = place.volunteer.person.user
                swaps.propose(mine=place, theirs=mine, by=user)
                return


def _coming(frida):
    rows = Assignment.objects.filter(
        state=AssignmentState.BOOKED,
        starts_at__gt=timezone.now(),
        shift__site__in=frida.engagements.values("site"),
    )
    rows = rows.select_related("volunteer__person__user", *rules.SHIFT_OF)
    return rows.order_by("starts_at", "pk")
