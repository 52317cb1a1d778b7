"""The role of volunteer, which a person gets when a coordinator accepts them."""

from django.db import models
from django.db.models.functions import Collate
from django.utils.translation import gettext_lazy as _

from coordination.access import PersonScopedQuerySet
from coordination.models.person import Person


class VolunteerQuerySet(PersonScopedQuerySet):
    """Volunteers; the primary key is the person's."""

    def own(self, user):
        """The volunteer who is this user."""
        return self.filter(person__user=user) if user.is_authenticated else self.none()

    def by_name(self):
        """In Danish alphabetical order, with the person read along."""
        return self.select_related("person").order_by(
            Collate("person__name", "da-x-icu"), "person_id"
        )


class Volunteer(models.Model):
    """A person who is, was or is about to be a volunteer. `volunteer.pk == person.pk`.

    `child_certificate_from`: from this day the gate asks for a child certificate wherever there
    are children, whatever the tie (`actions.clearances.require_of_person`).
    """

    person = models.OneToOneField(
        Person, on_delete=models.CASCADE, primary_key=True, related_name="volunteer"
    )
    languages = models.CharField(_("languages"), max_length=200, blank=True)
    availability = models.CharField(_("when you can help"), max_length=300, blank=True)
    wants_community = models.BooleanField(_("would like to join social events"), default=True)
    since = models.DateField(_("volunteer since"))
    child_certificate_from = models.DateField(
        _("child certificate required from"), null=True, blank=True, editable=False
    )

    objects = VolunteerQuerySet.as_manager()

    class Meta:
        verbose_name = _("volunteer")
        verbose_name_plural = _("volunteers")
        indexes = [models.Index(fields=["since"], name="volunteer_since")]

    def __str__(self):
        return self.person.display_name
