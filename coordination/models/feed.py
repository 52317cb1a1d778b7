"""Calendars that a phone subscribes to by a secret address."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coordination.models.activity import Activity
from coordination.models.branch import Branch


class FeedKind(models.TextChoices):
    OWN = "own", _("My own shifts")
    ACTIVITY = "activity", _("The shifts of an activity")
    BRANCH = "branch", _("The shifts of a branch")


class CalendarFeedQuerySet(models.QuerySet):
    def own(self, user):
        return self.filter(owner=user) if user.is_authenticated else self.none()


class CalendarFeed(models.Model):
    """One calendar of one user; the row is there as long as the address works.

    `serial` is the part of the address that renewing changes. The address itself is stored
    nowhere: it also needs the installation's key (`feeds.token`).
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feeds"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=FeedKind)
    activity = models.ForeignKey(
        Activity, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    branch = models.ForeignKey(
        Branch, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    serial = models.CharField(max_length=32)
    made_at = models.DateTimeField(_("made"))

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")
        ordering = ["kind", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=FeedKind.OWN, activity__isnull=True, branch__isnull=True)
                | Q(kind=FeedKind.ACTIVITY, activity__isnull=False, branch__isnull=True)
                | Q(kind=FeedKind.BRANCH, activity__isnull=True, branch__isnull=False),
                name="feed_is_about_one_thing",
                violation_error_message=_("Choose either an activity or a branch."),
            ),
            models.UniqueConstraint(
                fields=["owner"],
                condition=Q(kind=FeedKind.OWN),
                name="feed_own_once",
                violation_error_message=_("You have this calendar address already."),
            ),
            models.UniqueConstraint(
                fields=["owner", "activity"],
                condition=Q(kind=FeedKind.ACTIVITY),
                name="feed_activity_once",
                violation_error_message=_("You have this calendar address already."),
            ),
            models.UniqueConstraint(
                fields=["owner", "branch"],
                condition=Q(kind=FeedKind.BRANCH),
                name="feed_branch_once",
                violation_error_message=_("You have this calendar address already."),
            ),
        ]

    def __str__(self):
        return str(self.activity or self.branch or self.get_kind_display())
