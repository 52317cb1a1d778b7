"""Accept somebody as a volunteer at a site, and what follows: pause, resume, tie, end."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import emails, events
from coordination.actions import people, shifts
from coordination.locks import lock_people
from coordination.models import Engagement, Pause, Person, Site, Volunteer
from coordination.states import ActivityState
from core import audit, policies
from core.errors import DomainError
from core.periods import today

audit.kind("engagement.accepted", gettext_lazy("Accepted as a volunteer"))
audit.kind("engagement.ended", gettext_lazy("Engagement ended"))
audit.kind("engagement.paused", gettext_lazy("Pause registered"))
audit.kind("engagement.resumed", gettext_lazy("Back from pause"))
audit.kind("engagement.tie_changed", gettext_lazy("Tie changed"))

OPEN_FOR_VOLUNTEERS = (ActivityState.PILOT, ActivityState.RUNNING)


def default_tie(site):
    """The tie that people of this activity usually have: a setting per kind, per branch."""
    kind = "event" if site.activity.is_event else "continuous"
    return policies.get(f"engagement.default_tie_{kind}", path=site.branch.path)


@transaction.atomic
def register_volunteer(*, person_values, by, **engagement_values):
    """Type in a volunteer whom staff have talked with: the person and their first engagement.

    `person_values` as for `people.register_person`, `engagement_values` as for `accept`. The
    person is told what is kept about them. Returns the Engagement.
    Source: GDPR art. 14 (data that come from somebody else than the person).
    """
    person = people.register_person(by=by, **person_values)
    engagement = accept(person=person, by=by, **engagement_values)
    emails.send_data_notice(person)
    return engagement


@transaction.atomic
def accept(
    *,
    person,
    site,
    starts_on,
    tie=None,
    association=None,
    languages="",
    availability="",
    ends_on=None,
    by,
):
    """Tie the person to the site from a day on; return the Engagement.

    `tie` None is what is usual for the activity. In order: the person is locked and checked,
    becomes a Volunteer if they are not one, the engagement is written, a sign-in is given where
    their e-mail allows it (friends who share an address stay without), `EngagementAccepted` is
    published, and the welcome goes out. The gate decides separately whether the engagement is
    active. Raises DomainError "site_closed",
    "activity_not_running", "already_engaged", "too_young", "age_unknown", "ends_before_start".
    """
    site = Site.objects.select_related("activity", "branch").get(pk=site.pk)
    lock_people([person.pk])
    person = Person.objects.get(pk=person.pk)
    _require_open(site, starts_on)
    _require_period(starts_on, ends_on)
    _require_age(person, site.activity, starts_on)
    volunteer = _become_volunteer(person, starts_on, languages, availability)
    _require_not_engaged(volunteer, site, starts_on, ends_on)
    engagement = Engagement.objects.create(
        volunteer=volunteer,
        site=site,
        tie=tie or default_tie(site),
        association=association,
        starts_on=starts_on,
        ends_on=ends_on,
        accepted_at=timezone.now(),
        accepted_by=by,
    )
    if people.sign_in_obstacle(person=person, by=by) is None:
        people.give_sign_in(person=person, by=by)
    _record("engagement.accepted", engagement, by=by)
    events.publish(events.EngagementAccepted(engagement=engagement, by=by))
    emails.send_welcome(engagement)
    return engagement


@transaction.atomic
def end(*, engagement, last_day, reason, by):
    """Give the engagement its last day and a reason from the list; return it.

    Shifts at the site after that day are given free, a pause does not outlive it, and
    `EngagementEnded` is published. A day that has been set can be moved while it lies ahead.
    Raises DomainError "engagement_over", "ends_before_start".
    """
    engagement = _locked(engagement)
    _require_not_over(engagement)
    if last_day < engagement.starts_on:
        raise DomainError(
            _("The last day cannot be before the first day, %(day)s.")
            % {"day": f"{engagement.starts_on:%d.%m.%Y}"},
            code="ends_before_start",
            field="last_day",
        )
    engagement.ends_on = last_day
    engagement.end_reason = reason
    engagement.ended_at = timezone.now()
    engagement.ended_by = by
    engagement.save(update_fields=["ends_on", "end_reason", "ended_at", "ended_by"])
    _cut_pauses(engagement, last_day)
    shifts.release_after(engagement=engagement, last_day=last_day, by=by)
    _record("engagement.ended", engagement, by=by, fields=("ends_on", "end_reason"))
    events.publish(events.EngagementEnded(engagement=engagement, by=by))
    return engagement


@transaction.atomic
def pause(*, engagement, starts_on, ends_on=None, by):
    """Let the engagement rest from day to day inclusive (open end: until resumed); return Pause.

    Shifts at the site in that time are given free.
    Raises DomainError "engagement_over", "ends_before_start", "pause_outside", "pause_overlaps".
    """
    engagement = _locked(engagement)
    _require_not_over(engagement)
    _require_period(starts_on, ends_on)
    if not engagement.covers_day(starts_on):
        raise DomainError(
            _("The pause must lie within the engagement."), code="pause_outside", field="starts_on"
        )
    if engagement.pauses.filter(_overlapping(starts_on, ends_on)).exists():
        raise DomainError(
            _("There is already a pause in that time. End it first, or choose other days."),
            code="pause_overlaps",
            field="starts_on",
        )
    rest = Pause.objects.create(engagement=engagement, starts_on=starts_on, ends_on=ends_on)
    shifts.release_during(engagement=engagement, first_day=starts_on, last_day=ends_on, by=by)
    _record("engagement.paused", engagement, by=by, fields=("starts_on", "ends_on"))
    return rest


@transaction.atomic
def resume(*, engagement, on, by):
    """Have the volunteer back from a day on: the pause that covers it ends the day before.

    Returns the engagement. Raises DomainError("not_paused").
    """
    engagement = _locked(engagement)
    rest = engagement.pauses.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on)).order_by(
        "starts_on"
    )
    rest = rest.first()
    if rest is None:
        raise DomainError(_("There is no pause to come back from."), code="not_paused")
    if rest.starts_on >= on:
        rest.delete()
    else:
        rest.ends_on = on - timedelta(days=1)
        rest.save(update_fields=["ends_on"])
    _record("engagement.resumed", engagement, by=by, fields=("ends_on",))
    events.publish(events.EngagementResumed(engagement=engagement, by=by))
    return engagement


@transaction.atomic
def change_tie(*, engagement, tie, by):
    """Make the tie fixed or occasional; return the engagement.

    What the new tie requires, the gate asks for from now on. Raises "engagement_over".
    """
    engagement = _locked(engagement)
    _require_not_over(engagement)
    if engagement.tie != tie:
        engagement.tie = tie
        engagement.save(update_fields=["tie"])
        _record("engagement.tie_changed", engagement, by=by, fields=("tie",))
    return engagement


def _locked(engagement):
    """The engagement as it is now, its person locked first (lock order: person, then the rest)."""
    lock_people([engagement.volunteer_id])
    return (
        Engagement.objects.select_for_update(of=("self",))
        .select_related("site__branch", "site__activity", "volunteer__person")
        .get(pk=engagement.pk)
    )


def _record(kind, engagement, *, by, fields=()):
    audit.record(
        kind,
        by=by,
        about=engagement,
        fields=fields,
        person_ids=[engagement.volunteer_id],
        branch_path=engagement.site.branch.path,
    )


def _become_volunteer(person, since, languages, availability):
    volunteer, created = Volunteer.objects.get_or_create(
        person=person,
        defaults={"since": since, "languages": languages, "availability": availability},
    )
    if not created and (languages or availability):
        volunteer.languages = volunteer.languages or languages
        volunteer.availability = volunteer.availability or availability
        volunteer.save(update_fields=["languages", "availability"])
    return volunteer


def _cut_pauses(engagement, last_day):
    engagement.pauses.filter(starts_on__gt=last_day).delete()
    engagement.pauses.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=last_day)).update(
        ends_on=last_day
    )


def _overlapping(starts_on, ends_on):
    """Q: rows whose period shares a day with this one."""
    until = Q() if ends_on is None else Q(starts_on__lte=ends_on)
    return until & (Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on))


def _require_period(starts_on, ends_on):
    if ends_on is not None and ends_on < starts_on:
        raise DomainError(
            _("The last day must not be before the first."),
            code="ends_before_start",
            field="ends_on",
        )


def _require_open(site, starts_on):
    if site.closed_on is not None and site.closed_on <= starts_on:
        raise DomainError(
            _("The activity is closed at this branch from %(day)s. Choose another place.")
            % {"day": f"{site.closed_on:%d.%m.%Y}"},
            code="site_closed",
            field="site",
        )
    if site.activity.state not in OPEN_FOR_VOLUNTEERS:
        raise DomainError(
            _("The activity is not running. Start it first, or choose another one."),
            code="activity_not_running",
            field="site",
        )


def _require_not_engaged(volunteer, site, starts_on, ends_on):
    same = Engagement.objects.filter(volunteer=volunteer, site=site)
    if same.filter(_overlapping(starts_on, ends_on)).exists():
        raise DomainError(
            _("The volunteer is already tied to this activity here in that time."),
            code="already_engaged",
            field="site",
        )


def _require_age(person, activity, day):
    """The activity's own limit must be known to be kept; the municipality's, where age is known.

    An activity cannot go below the municipality.
    """
    limit = activity.minimum_age
    age = person.youngest_age_on(day)
    if age is None and limit is not None:
        raise DomainError(
            _("This activity has a minimum age. Write the volunteer's year of birth first."),
            code="age_unknown",
        )
    if age is None:
        return
    limit = max(limit or 0, policies.get("volunteer.minimum_age"))
    if age >= limit:
        return
    if person.birth_date is None and age + 1 >= limit:
        raise DomainError(
            _(
                "The year of birth does not tell whether the volunteer is %(age)d yet. Write the "
                "full date of birth."
            )
            % {"age": limit},
            code="age_unknown",
        )
    raise DomainError(
        _("This activity is for people of %(age)d and above.") % {"age": limit}, code="too_young"
    )


def _require_not_over(engagement):
    if engagement.ends_on is not None and engagement.ends_on < today():
        raise DomainError(
            _("This engagement has ended. Add a new one if the volunteer is back."),
            code="engagement_over",
        )
