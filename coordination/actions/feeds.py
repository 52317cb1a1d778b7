"""Make, renew and switch off the secret address of a calendar."""

import secrets

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.models import CalendarFeed, FeedKind
from core import audit
from core.errors import DomainError

audit.kind("feed.made", gettext_lazy("A calendar address was made"))
audit.kind("feed.renewed", gettext_lazy("A calendar address was renewed"))
audit.kind("feed.off", gettext_lazy("A calendar address was switched off"))


@transaction.atomic
def make(*, by, activity=None, branch=None):
    """The user's calendar of the activity, of the branch, or without either of their own shifts.

    Raises DomainError "two_things". What the user may not see any more, the calendar does not
    show either: that is asked each time it is read.
    """
    if activity and branch:
        raise DomainError(_("Choose either an activity or a branch."), code="two_things")
    kind = FeedKind.ACTIVITY if activity else FeedKind.BRANCH if branch else FeedKind.OWN
    feed, is_new = CalendarFeed.objects.get_or_create(
        owner=by,
        kind=kind,
        activity=activity,
        branch=branch,
        defaults={"serial": _serial(), "made_at": timezone.now()},
    )
    if is_new:
        audit.record("feed.made", by=by, about=feed)
    return feed


@transaction.atomic
def renew(*, feed, by):
    """A new address: the old one stops working at once."""
    feed = CalendarFeed.objects.select_for_update(of=("self",)).get(pk=feed.pk)
    feed.serial = _serial()
    feed.made_at = timezone.now()
    feed.save(update_fields=["serial", "made_at"])
    audit.record("feed.renewed", by=by, about=feed, fields=("serial",))
    return feed


@transaction.atomic
def switch_off(*, feed, by):
    """The address stops working at once, and the row is gone."""
    audit.record("feed.off", by=by, about=feed)
    feed.delete()


def _serial():
    return secrets.token_urlsafe(16)
