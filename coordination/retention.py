"""For how long coordination keeps what is said about people, and what stands in the way of erasure.

The rows themselves, field by field: `coordination.privacy`.
"""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.models import (
    CaringCall,
    Engagement,
    GroupBooking,
    Guardian,
    ImportTable,
    Person,
    Presence,
    RoleAssignment,
    StandIn,
)
from core import privacy
from core.periods import covering, start_of, today

ENDED = "volunteers.ended"
GUARDIANS = "guardians.over"
STAND_INS = "stand_ins.over"
GROUPS = "groups.over"
IMPORTS = "imports.over"
REASONS = "attendance.reasons"
CALLS = "attendance.calls"


def register():
    """The rules, and who may not be erased yet. Called once, by `coordination.privacy`."""
    for rule in _rules():
        privacy.register_rule(rule)
    privacy.find_user_with(account_of)
    privacy.refuse_erasure_while(still_volunteering)
    privacy.refuse_erasure_while(still_answers_for_a_group)


def _rules():
    yield _rule(
        ENDED,
        gettext_lazy("Volunteers who have stopped"),
        Person,
        stopped_before,
        privacy.anonymise_people,
        months="volunteers.kept_months",
    )
    yield _rule(
        GUARDIANS,
        gettext_lazy("Guardians of those who have come of age or are no longer here"),
        Guardian,
        no_longer_needed,
        forget_guardians,
    )
    yield _rule(
        STAND_INS,
        gettext_lazy("Why somebody could not come, once the shift is over"),
        StandIn,
        searches_before,
        forget_reasons,
    )
    yield _rule(
        GROUPS,
        gettext_lazy("Names and responsible people of groups that have been"),
        GroupBooking,
        groups_over,
        forget_groups,
        days="groups.kept_days",
    )
    yield _rule(
        REASONS,
        gettext_lazy("Why somebody did not come"),
        Presence,
        absences_before,
        forget_reasons,
        months="attendance.reasons_kept_months",
    )
    yield _rule(
        CALLS,
        gettext_lazy("Caring calls"),
        CaringCall,
        calls_before,
        months="attendance.reasons_kept_months",
    )
    yield _rule(
        IMPORTS,
        gettext_lazy("Tables of imports, kept for a day at most"),
        ImportTable,
        tables_before,
        logged=False,
    )


def _rule(key, label, model, expired, action=None, *, months="", days="", **more):
    """A RowRule; what has no policy of its own goes on the day it is no longer needed."""
    if action is not None:
        more["action"] = action
    return privacy.RowRule(
        key=key,
        label=label,
        policy=months or days,
        unit="months" if months else "days",
        model=model,
        expired=expired,
        basis="GDPR art. 5(1)(e)",
        **more,
    )


def stopped_before(day):
    """People, not anonymised, whose engagements all ended before the day."""
    engagements = Engagement.objects.filter(volunteer=OuterRef("pk"))
    return Person.objects.filter(
        Exists(engagements), ~Exists(engagements.not_ended(day)), anonymised_at__isnull=True
    )


def absences_before(day):
    """What is noted about absences before the day."""
    return Presence.objects.exclude(reason="").filter(assignment__starts_at__lt=start_of(day))


def forget_reasons(rows):
    """Blank the reasons; the rows stay."""
    rows.update(reason="")


def calls_before(day):
    """Caring calls before the day."""
    return CaringCall.objects.filter(called_at__lt=start_of(day))


def no_longer_needed(day):
    """Guardians whose young person is surely 18, or has been anonymised."""
    of_age = Q(ward__birth_date__lte=day.replace(year=day.year - 18, day=min(day.day, 28))) | Q(
        ward__birth_date__isnull=True, ward__birth_year__lt=day.year - 18
    )
    return Guardian.objects.filter(of_age | Q(ward__anonymised_at__isnull=False))


def searches_before(day):
    """Searches for a stand-in whose shift was before the day, with a reason that still stands."""
    return StandIn.objects.filter(assignment__ends_at__lt=start_of(day)).exclude(reason="")


def forget_guardians(guardians):
    """Delete the ties, and anonymise the people who were nothing but guardians."""
    people = list(guardians.values_list("person_id", flat=True))
    guardians.delete()
    _forget_who_is_nothing_else(people)


def groups_over(day):
    """Bookings of shifts up to the day that still name somebody."""
    rows = GroupBooking.objects.filter(shift__ends_at__lt=start_of(day + timedelta(days=1)))
    return rows.filter(Q(responsible__isnull=False) | ~Q(names=""))


def forget_groups(bookings):
    """Keep the numbers; anonymise the people who were nothing but responsible for a group."""
    people = list(bookings.exclude(responsible=None).values_list("responsible", flat=True))
    bookings.update(responsible=None, names="")
    _forget_who_is_nothing_else(people)


def _forget_who_is_nothing_else(person_ids):
    """Anonymise those of the people who have no other part in anything here."""
    privacy.anonymise_people(
        Person.objects.filter(
            pk__in=person_ids,
            guardianships__isnull=True,
            group_bookings__isnull=True,
            volunteer__isnull=True,
            user__isnull=True,
            contact_of__isnull=True,
        )
    )


def tables_before(day):
    """Tables of imports whose time was up before the day."""
    return ImportTable.objects.filter(expires_at__lt=start_of(day))


def still_answers_for_a_group(person_id):
    """Sentences: a group that is still to come needs somebody who answers for it."""
    coming = GroupBooking.objects.standing().filter(
        responsible=person_id, shift__ends_at__gte=timezone.now()
    )
    if coming.exists():
        return [_("The person is responsible for a group that is still to come. Cancel it first.")]
    return []


def account_of(person_id):
    """The user id of the person's account; None while it is also a member of staff's."""
    user_id = Person.objects.filter(pk=person_id).values_list("user", flat=True).first()
    staff = RoleAssignment.objects.filter(covering(today()), user=user_id)
    return None if user_id is None or staff.exists() else user_id


def still_volunteering(person_id):
    """Sentences: an engagement that has not ended stands in the way of erasure."""
    if Engagement.objects.not_ended(today()).filter(volunteer=person_id).exists():
        return [_("The person is still a volunteer. End the engagements first.")]
    return []
