"""The municipality's tree of branches, and who holds which role where."""

from django.conf import settings
from django.db import models
from django.db.models import ExpressionWrapper, Q
from django.db.models.functions import Collate
from django.utils.translation import gettext_lazy as _

from coordination.access import BranchScopedQuerySet, Role
from core.periods import covers, ends_after_start, today
from core.validators import validate_postcode


class BranchKind(models.TextChoices):
    MUNICIPALITY = "municipality", _("Municipality")
    DEPARTMENT = "department", _("Department")
    AREA = "area", _("Area")
    INSTITUTION = "institution", _("Institution")


class Branch(models.Model):
    """A node of the tree: department, area or institution. The unit of access.

    `path` is the ids from the root down, "/1/4/9/": the scope path of policies, and what
    "covers what lies under it" is asked by. Written only by the branch actions.
    """

    branch_lookup = ""

    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("belongs under"),
    )
    path = models.CharField(max_length=200, unique=True, null=True, editable=False)  # noqa: DJ001
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(
        _("kind"), max_length=20, choices=BranchKind, default=BranchKind.INSTITUTION
    )
    address = models.CharField(_("address"), max_length=200, blank=True)
    postcode = models.CharField(
        _("postcode"), max_length=4, blank=True, validators=[validate_postcode]
    )
    city = models.CharField(_("town"), max_length=80, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    closed_on = models.DateField(_("closed from"), null=True, blank=True)

    objects = BranchScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("branch")
        verbose_name_plural = _("branches")
        ordering = [Collate("name", "da-x-icu"), "pk"]
        constraints = [
            models.UniqueConstraint(
                ExpressionWrapper(Q(parent__isnull=True), output_field=models.BooleanField()),
                condition=Q(parent__isnull=True),
                name="branch_one_root",
                violation_error_message=_(
                    "There is one municipality at the top already. Choose what this belongs under."
                ),
            ),
            models.UniqueConstraint(
                fields=["parent", "name"],
                name="branch_name_unique_among_siblings",
                violation_error_message=_("There is already a branch with this name here."),
            ),
        ]

    def __str__(self):
        return self.name


class RoleAssignment(models.Model):
    """A user holds a role on a branch and what lies under it, from day to day inclusive."""

    branch_lookup = "branch"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="role_assignments",
        verbose_name=_("user"),
    )
    role = models.CharField(_("role"), max_length=30, choices=Role)
    branch = models.ForeignKey(
        Branch,
        on_delete=models.PROTECT,
        related_name="role_assignments",
        verbose_name=_("branch"),
    )
    starts_on = models.DateField(_("from"), default=today)
    ends_on = models.DateField(_("until and including"), null=True, blank=True)

    objects = BranchScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [
            models.CheckConstraint(
                condition=ends_after_start(),
                name="role_assignment_ends_after_start",
                violation_error_message=_("The last day must not be before the first."),
            ),
            models.CheckConstraint(
                condition=Q(role__in=Role.values),
                name="role_assignment_role_known",
                violation_error_message=_("Choose one of the roles."),
            ),
            models.UniqueConstraint(
                fields=["user", "role", "branch", "starts_on"],
                name="role_assignment_unique",
                violation_error_message=_("This person already has that role here."),
            ),
        ]

    def __str__(self):
        return f"{self.get_role_display()} · {self.branch}"

    def holds_on(self, day):
        return covers(self.starts_on, self.ends_on, day)
