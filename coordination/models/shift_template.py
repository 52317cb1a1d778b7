"""Shift templates: a day's shifts under a name, for any day."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from coordination.access import BranchScopedQuerySet, Permission, scope_of
from coordination.models.branch import Branch
from coordination.models.series import LONGEST_ROLES
from coordination.states import SignUpWay


class ShiftTemplateQuerySet(BranchScopedQuerySet):
    def usable(self, user):
        """Those of the branches in which the user plans shifts, and of what lies above them."""
        scope = scope_of(user)
        if Permission.EDIT_SHIFTS in scope.permissions_everywhere:
            return self.all()
        paths = [one.path for one in scope.grants if scope.holds(Permission.EDIT_SHIFTS, one.path)]
        above = {int(part) for path in paths for part in path.split("/") if part}
        own = scope.within(self.model.branch_lookup, Permission.EDIT_SHIFTS)
        return self.filter(own | Q(branch__in=above))


class ShiftTemplate(models.Model):
    """A day's shifts under a name (vagtskabelon), for the branch and what lies under it.

    One that is retired is no longer offered; what was planned from it stays.
    """

    branch_lookup = "branch"

    branch = models.ForeignKey(
        Branch, on_delete=models.PROTECT, related_name="+", verbose_name=_("branch")
    )
    name = models.CharField(_("name"), max_length=80)
    retired_on = models.DateField(_("not used any more from"), null=True, blank=True)

    objects = ShiftTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("shift template")
        verbose_name_plural = _("shift templates")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "name"],
                condition=Q(retired_on__isnull=True),
                name="shift_template_name_unique_in_branch",
                violation_error_message=_("The branch already has a template with this name."),
            )
        ]

    def __str__(self):
        return self.name


class TemplateShift(models.Model):
    """One shift of a template, by the clock; an end not after the start is the next day's."""

    branch_lookup = "template__branch"

    template = models.ForeignKey(
        ShiftTemplate,
        on_delete=models.CASCADE,
        related_name="shifts",
        verbose_name=_("shift template"),
    )
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("to"))
    title = models.CharField(_("title"), max_length=120, blank=True)
    capacity = models.PositiveSmallIntegerField(_("places"))
    minimum = models.PositiveSmallIntegerField(_("at least"), default=1)
    place = models.CharField(_("meeting place"), max_length=120, blank=True)
    note = models.CharField(_("note to the volunteers"), max_length=500, blank=True)
    roles = models.TextField(_("roles"), max_length=LONGEST_ROLES, blank=True)
    way = models.CharField(_("who signs up"), max_length=12, choices=SignUpWay, blank=True)

    objects = BranchScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("shift of a template")
        verbose_name_plural = _("shifts of a template")
        ordering = ["starts", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(starts=F("ends")),
                name="template_shift_has_a_length",
                violation_error_message=_("The shift must end after it starts."),
            ),
            models.CheckConstraint(
                condition=Q(capacity__gte=1),
                name="template_shift_has_a_place",
                violation_error_message=_("A shift needs at least one place."),
            ),
            models.CheckConstraint(
                condition=Q(minimum__lte=F("capacity")),
                name="template_shift_minimum_within_capacity",
                violation_error_message=_("The least number cannot be above the places."),
            ),
            models.CheckConstraint(
                condition=Q(way__in=["", *SignUpWay.values]),
                name="template_shift_way_known",
                violation_error_message=_("Choose who signs people up."),
            ),
        ]

    def __str__(self):
        return f"{self.starts:%H.%M}–{self.ends:%H.%M} {self.title}".strip()
