"""What agreements does when something happens to an engagement."""

from agreements.actions import agreements, attestations
from coordination import events


def subscribe():
    """Called once, from `AgreementsConfig.ready`."""
    events.subscribe(events.EngagementEnded, engagement_ended)
    events.subscribe(events.EngagementAccepted, engagement_accepted)
    events.subscribe(events.BirthCorrected, birth_corrected)


def engagement_ended(event):
    """What covers only this engagement ends with it."""
    agreements.close_for_engagement(engagement=event.engagement, by=event.by)


def engagement_accepted(event):
    """Somebody under 15 needs no certificate yet."""
    attestations.exempt_when_accepted(engagement=event.engagement, by=event.by)


def birth_corrected(event):
    """Who is not under 15 after all is not exempt either."""
    attestations.review_exemption(person=event.person, by=event.by)
