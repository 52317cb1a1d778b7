"""Register who holds parental authority over a young person."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from coordination.actions import people
from coordination.locks import lock_people
from coordination.models import Guardian
from core import audit

audit.kind("guardian.registered", gettext_lazy("Guardian registered"))
audit.kind("guardian.removed", gettext_lazy("Guardian removed"))


@transaction.atomic
def register_guardian(*, ward, name, by, email="", phone="", language="da"):
    """Make the person and their role as guardian of `ward` (a Person); return the Guardian.

    What is kept about them, they are told in the mail with their link to sign (GDPR art. 14).
    """
    lock_people([ward.pk])
    person = people.register_person(name=name, email=email, phone=phone, language=language, by=by)
    guardian = Guardian.objects.create(
        person=person, ward=ward, registered_at=timezone.now(), registered_by=by
    )
    audit.record("guardian.registered", by=by, about=guardian, person_ids=[ward.pk, person.pk])
    return guardian


@transaction.atomic
def remove_guardian(*, guardian, by):
    """End the role; the person stays until the retention rules find them without one."""
    audit.record(
        "guardian.removed",
        by=by,
        about=guardian,
        person_ids=[guardian.ward_id, guardian.person_id],
    )
    guardian.delete()
