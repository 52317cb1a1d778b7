"""Associations through which people volunteer."""

from django.db import transaction
from django.utils.translation import gettext_lazy

from coordination.actions import people
from coordination.models import Association
from core import audit

audit.kind("association.created", gettext_lazy("Association created"))
audit.kind("association.changed", gettext_lazy("Association changed"))


@transaction.atomic
def create_association(*, name, cvr="", contact=None, by):
    """Make an association and return it; its name and CVR number are unique."""
    association = Association.objects.create(name=name.strip(), cvr=cvr, contact=contact)
    audit.record("association.created", by=by, about=association)
    return association


@transaction.atomic
def set_contact(*, association, name, email, by, phone=""):
    """Make a person the association's contact, and return the association.

    A new Person: whoever types an address must not reach somebody's row by it.
    """
    association = Association.objects.select_for_update(of=("self",)).get(pk=association.pk)
    association.contact = people.register_person(name=name, email=email, phone=phone, by=by)
    association.save(update_fields=["contact"])
    audit.record(
        "association.changed",
        by=by,
        about=association,
        fields=("contact",),
        person_ids=[association.contact_id],
    )
    return association


@transaction.atomic
def change_association(*, association, by, name, cvr, contact=None):
    """Change name, CVR number and contact; return the association."""
    association = Association.objects.select_for_update(of=("self",)).get(pk=association.pk)
    wanted = {"name": name.strip(), "cvr": cvr, "contact": contact}
    changed = sorted(
        field for field, value in wanted.items() if getattr(association, field) != value
    )
    if changed:
        for field in changed:
            setattr(association, field, wanted[field])
        association.save(update_fields=changed)
        audit.record("association.changed", by=by, about=association, fields=changed)
    return association
