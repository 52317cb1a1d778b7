"""Register people, keep their contact right, and give them a sign-in."""

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import emails, events
from coordination.access import Permission, scope_of
from coordination.models import Person, RoleAssignment
from core import audit, policies, search
from core.errors import DomainError
from core.models import User
from core.periods import today
from core.validators import normalise_phone

audit.kind("person.registered", gettext_lazy("Registered"))
audit.kind("person.updated", gettext_lazy("Contact changed"))
audit.kind("person.sign_in_given", gettext_lazy("Sign-in given"))
audit.kind("person.double_removed", gettext_lazy("Double removed"))

EDITABLE = (
    "name",
    "email",
    "phone",
    "address",
    "postcode",
    "language",
    "birth_year",
    "birth_date",
    "protected_identity",
)


@transaction.atomic
def register_person(
    *,
    name,
    email="",
    phone="",
    postcode="",
    language="da",
    birth_year=None,
    birth_date=None,
    by,
):
    """Make a person and return them; `by` may be `audit.ANONYMOUS` for one who signs up.

    Never finds an existing person: friends share an address, and a stranger must not reach
    somebody's row by typing it. Raises DomainError("too_young") below the municipality's limit.
    """
    person = Person(
        name=_one_line(name),
        email=email.strip(),
        phone=normalise_phone(phone),
        postcode=postcode,
        language=language,
        birth_year=birth_date.year if birth_date else birth_year,
        birth_date=birth_date,
    )
    _require_name(person)
    _require_age(person)
    person.search = search_words(person)
    person.save()
    audit.record("person.registered", by=by, about=person, person_ids=[person.pk])
    return person


@transaction.atomic
def update_person(*, person, by, **fields):
    """Change contact and other facts; returns the person. Unchanged fields are not written.

    The sign-in keeps its own address: whoever may edit a contact must not be able to move
    somebody's sign-in to another mailbox. The address used until now is told that it is not used
    any more. Raises TypeError for a field that is not editable.
    """
    unknown = set(fields) - set(EDITABLE)
    if unknown:
        raise TypeError(f"Not editable: {sorted(unknown)}")
    person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    changed = [name for name, value in fields.items() if getattr(person, name) != value]
    if not changed:
        return person
    old_email = person.email
    for name in changed:
        setattr(person, name, fields[name])
    person.name = _one_line(person.name)
    person.phone = normalise_phone(person.phone)
    if person.birth_date:
        person.birth_year = person.birth_date.year
    _require_name(person)
    _require_age(person)
    person.search = search_words(person)
    person.save(update_fields=sorted({*changed, "name", "phone", "birth_year", "search"}))
    audit.record(
        "person.updated", by=by, about=person, fields=sorted(changed), person_ids=[person.pk]
    )
    if old_email and old_email.casefold() != person.email.casefold():
        emails.send_email_changed(person, old=old_email)
    if {"birth_year", "birth_date"} & set(changed):
        events.publish(events.BirthCorrected(person=person, by=by))
    return person


@transaction.atomic
def give_sign_in(*, person, by):
    """Let the person sign in with their e-mail address; return their User.

    A new account gets no password: they sign in with a code sent to the address. An account
    that exists is linked only where that gives nobody a right they lack: see
    `sign_in_obstacle`, whose reason is raised as DomainError.
    """
    person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if person.user_id:
        return person.user
    obstacle = sign_in_obstacle(person=person, by=by)
    if obstacle is not None:
        raise obstacle
    address = person.email.strip().lower()
    user = User.objects.filter(email=address).first()
    if user is None:
        user = User.objects.create_user(address, name=person.name, language=person.language)
    person.user = user
    person.save(update_fields=["user"])
    audit.record(
        "person.sign_in_given", by=by, about=person, fields=("user",), person_ids=[person.pk]
    )
    return user


@transaction.atomic
def remove_double(*, person, by):
    """Delete a person who turned out to be somebody we know, if nothing hangs on the double.

    Raises DomainError("double_in_use") when they have a sign-in, are a volunteer, or have
    another application: then the two must be merged by somebody who sees both.
    """
    person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    audit.record("person.double_removed", by=by, about=person, person_ids=[person.pk])
    try:
        if person.user_id is None and not hasattr(person, "volunteer"):
            with transaction.atomic():
                return person.delete()
    except ProtectedError as error:
        raise _double_in_use() from error
    raise _double_in_use()


def _double_in_use():
    return DomainError(
        _("This person has more on them than this one application. Accept them as a new person."),
        code="double_in_use",
        field="same_as",
    )


def sign_in_obstacle(*, person, by):
    """The DomainError that stands against giving this person a sign-in, or None. 0-3 queries.

    An account of staff is linked to a person only by themselves or by who manages roles: else a
    coordinator could type a colleague's address and put a person under their account.
    """
    if not person.email.strip():
        return DomainError(
            _("Write the person's e-mail address first: the sign-in code is sent to it."),
            code="sign_in_needs_email",
            field="email",
        )
    user = User.objects.filter(email=person.email.strip().lower()).first()
    if user is None or user.pk == person.user_id:
        return None
    if not user.is_active:
        return DomainError(
            _("The sign-in with this e-mail address is closed. Ask a manager to open it."),
            code="sign_in_closed",
            field="email",
        )
    if Person.objects.filter(user=user).exclude(pk=person.pk).exists():
        return DomainError(
            _(
                "Somebody else signs in with this e-mail address. Ask the person for an address "
                "of their own, write it under contact, and try again."
            ),
            code="sign_in_taken",
            field="email",
        )
    if RoleAssignment.objects.filter(user=user).exists() and not _may_link_staff(user, by):
        return DomainError(
            _(
                "This e-mail address belongs to a member of staff. A manager, or the person "
                "themselves, must give this sign-in."
            ),
            code="sign_in_is_staff",
            field="email",
        )
    return None


def search_words(person):
    """What a search for the person matches: name, mail and phone, normalised."""
    national = person.phone.removeprefix("+45")
    return search.normalise(person.name, person.email, national)[:500]


def _may_link_staff(user, by):
    if not isinstance(by, User):
        return by == audit.SYSTEM
    return by.pk == user.pk or scope_of(by).holds(Permission.MANAGE_ROLES)


def _one_line(name):
    return " ".join(name.split())


def _require_name(person):
    if not person.name:
        raise DomainError(_("Write the name."), code="name_missing", field="name")


def _require_age(person):
    """Refuse who is certainly too young; with only the year, the doubt is theirs."""
    if person.birth_year is None:
        return
    limit = policies.get("volunteer.minimum_age")
    day = today()
    oldest = person.youngest_age_on(day) if person.birth_date else day.year - person.birth_year
    if oldest < limit:
        raise DomainError(
            _("One must be at least %(age)d years old to be a volunteer here.") % {"age": limit},
            code="too_young",
            field="birth_date" if person.birth_date else "birth_year",
        )
