"""What agreements does when something happens to an engagement."""

from agreements.actions import agreements, attestations, renewals, terms, thresholds
from coordination import events


def subscribe():
    """Called once, from `AgreementsConfig.ready`."""
    events.subscribe(events.EngagementEnded, engagement_ended)
    events.subscribe(events.EngagementAccepted, engagement_accepted)
    events.subscribe(events.EngagementResumed, engagement_resumed)
    events.subscribe(events.AttendanceMarked, attendance_marked)
    events.subscribe(events.BirthCorrected, birth_corrected)
    events.subscribe(events.ActivityCopied, activity_copied)


def engagement_ended(event):
    """What covers only this engagement ends with it."""
    agreements.close_for_engagement(engagement=event.engagement, by=event.by)


def engagement_accepted(event):
    """Somebody under 15 needs no certificate yet; others may have to renew theirs."""
    attestations.exempt_when_accepted(engagement=event.engagement, by=event.by)
    renewals.when_accepted(engagement=event.engagement, by=event.by)


def engagement_resumed(event):
    """Who was away for long renews their certificate."""
    renewals.after_pause(engagement=event.engagement, by=event.by)


def attendance_marked(event):
    """Who has been with children more than the threshold needs a certificate."""
    thresholds.recount(volunteer_ids=event.volunteer_ids, by=event.by)


def birth_corrected(event):
    """Who is not under 15 after all is not exempt either."""
    attestations.review_exemption(person=event.person, by=event.by)


def activity_copied(event):
    """The copy has the same terms, and so the same requirements."""
    terms.copy(source=event.source, activity=event.activity, by=event.by)
