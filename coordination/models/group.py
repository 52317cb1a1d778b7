"""Groups that come together: a school class, a company, an association (gruppetilmelding)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coordination.access import BranchScopedQuerySet
from coordination.models.association import Association
from coordination.models.person import Person
from coordination.models.shift import Shift
from coordination.states import GroupState
from core.periods import set_together


class GroupKind(models.TextChoices):
    SCHOOL_CLASS = "school_class", _("School class")
    COMPANY = "company", _("Company")
    ASSOCIATION = "association", _("Association")
    OTHER = "other", _("Another group")


class GroupBookingQuerySet(BranchScopedQuerySet):
    def standing(self):
        """Those that hold places."""
        return self.filter(state=GroupState.BOOKED)


class GroupBooking(models.Model):
    """So many places on a shift for a group, with one person who answers for it.

    The places are counted, not the people: its members are no volunteers, get no engagement and
    need not be named. `responsible` and `names` are forgotten some days after the shift
    (`privacy.GROUPS`); the numbers stay. `Shift.group_seats` is the sum of the standing ones,
    changed with them under the shift's lock.
    """

    branch_lookup = "shift__site__branch"

    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="groups")
    kind = models.CharField(_("kind"), max_length=16, choices=GroupKind)
    title = models.CharField(_("name of the group"), max_length=120)
    association = models.ForeignKey(
        Association,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="group_bookings",
        verbose_name=_("association"),
    )
    responsible = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="group_bookings",
        verbose_name=_("responsible"),
    )
    seats = models.PositiveSmallIntegerField(_("places"))
    names = models.TextField(_("names of those who come"), max_length=4000, blank=True)
    serial = models.CharField(max_length=32)
    state = models.CharField(
        _("status"), max_length=12, choices=GroupState, default=GroupState.BOOKED
    )
    booked_at = models.DateTimeField(_("booked"))
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    given_back_at = models.DateTimeField(_("given back"), null=True, blank=True)
    came = models.PositiveSmallIntegerField(_("how many came"), null=True, blank=True)
    attendance_at = models.DateTimeField(_("attendance registered"), null=True, blank=True)
    attendance_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = GroupBookingQuerySet.as_manager()

    class Meta:
        verbose_name = _("group booking")
        verbose_name_plural = _("group bookings")
        ordering = ["booked_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(seats__gte=1),
                name="group_has_a_place",
                violation_error_message=_("A group needs at least one place."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=GroupKind.values),
                name="group_kind_known",
                violation_error_message=_("Choose what kind of group it is."),
            ),
            models.CheckConstraint(
                condition=Q(state=GroupState.BOOKED, given_back_at__isnull=True)
                | Q(state=GroupState.CANCELLED, given_back_at__isnull=False),
                name="group_state_matches_given_back",
                violation_error_message=_("The status and its times disagree."),
            ),
            models.CheckConstraint(
                condition=set_together("attendance_at", "attendance_by"),
                name="group_attendance_at_and_by",
                violation_error_message=_("Attendance needs both a time and a person."),
            ),
            models.CheckConstraint(
                condition=set_together("came", "attendance_at"),
                name="group_came_is_registered",
                violation_error_message=_("Attendance needs both a time and a person."),
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def is_standing(self):
        return self.state == GroupState.BOOKED
