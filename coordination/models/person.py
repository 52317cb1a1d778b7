"""One human. What they are to us (volunteer, applicant, guardian ...) are roles of a person."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Collate
from django.utils.translation import gettext_lazy as _

from coordination.access import PersonScopedQuerySet
from core.validators import validate_postcode


class PersonQuerySet(PersonScopedQuerySet):
    """People, reached through what ties them to a branch, or by themselves."""

    def own(self, user):
        """The person who is this user."""
        return self.filter(user=user) if user.is_authenticated else self.none()


class Person(models.Model):
    """Names and contact of one human; never assumed unique (friends share a mail address).

    Every display of name, address and contact goes through `display_name` and
    `contact_hidden`, so that protected identity governs lists, PDFs and exports alike.
    `search` is the normalised name, mail and phone, written by the person actions.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="person",
        verbose_name=_("sign-in"),
    )
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    postcode = models.CharField(
        _("postcode"), max_length=4, blank=True, validators=[validate_postcode]
    )
    language = models.CharField(
        _("language of messages"), max_length=2, choices=settings.LANGUAGES, default="da"
    )
    birth_year = models.PositiveSmallIntegerField(_("year of birth"), null=True, blank=True)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    protected_identity = models.BooleanField(
        _("protected name and address"),
        default=False,
        help_text=_("Name and contact are shown only where they are strictly needed."),
    )
    search = models.CharField(max_length=500, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    anonymised_at = models.DateTimeField(_("anonymised"), null=True, blank=True, editable=False)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        indexes = [
            models.Index(Collate("name", "da-x-icu"), "id", name="person_name_danish"),
            models.Index(fields=["email"], name="person_email"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(birth_year__isnull=True) | Q(birth_year__range=(1900, 2100)),
                name="person_birth_year_plausible",
                violation_error_message=_("Write the year of birth with four digits."),
            ),
            models.CheckConstraint(
                condition=Q(birth_date__isnull=True)
                | Q(birth_year__isnull=True)
                | Q(birth_date__year=models.F("birth_year")),
                name="person_birth_date_in_birth_year",
                violation_error_message=_("The date of birth and the year of birth disagree."),
            ),
        ]

    def __str__(self):
        return self.display_name

    @property
    def display_name(self):
        """The name as it may be shown on a list, sheet or feed."""
        return self.public_name if self.protected_identity else self.name

    @property
    def public_name(self):
        """The first name and the initial of the last: enough to call someone by."""
        first, *rest = self.name.split()
        return f"{first} {rest[-1][0]}." if rest else first

    @property
    def first_name(self):
        return self.name.split()[0] if self.name.strip() else self.name

    @property
    def contact_hidden(self):
        """True if e-mail, phone and address must not stand on lists and prints."""
        return self.protected_identity

    def youngest_age_on(self, day):
        """The lowest age the person can have on the day, in whole years; None if unknown.

        With only the year of birth known, they may have their birthday still to come.
        """
        if self.birth_date:
            had_birthday = (day.month, day.day) >= (self.birth_date.month, self.birth_date.day)
            return day.year - self.birth_date.year - (0 if had_birthday else 1)
        if self.birth_year:
            return day.year - self.birth_year - 1
        return None
