"""Invented people: Faker's Danish names, addresses that cannot receive mail, no real numbers."""

import random
import re
import unicodedata

from faker import Faker

from coordination.actions.people import search_words
from coordination.models import Person, Volunteer
from core.models import User
from core.periods import today
from frivillig.demo.places import address

SEED = 5000
POSTCODES = ("5000", "5200", "5210", "5220", "5230", "5240", "5250", "5260", "5270")
LANGUAGES = (
    "dansk",
    "dansk, engelsk",
    "dansk, engelsk, tysk",
    "dansk, arabisk",
    "dansk, tyrkisk",
    "dansk, engelsk, ukrainsk",
    "dansk, somali, engelsk",
)
AVAILABILITY = (
    "",
    "Hverdage om formiddagen",
    "Tirsdag og torsdag eftermiddag",
    "Hver anden uge",
    "Weekender og aftener",
)


class Crowd:
    """Makes people, the same ones in every demo."""

    def __init__(self):
        self.random = random.Random(SEED)  # noqa: S311 - invented people, no secrets
        self._faker = Faker("da_DK")
        self._faker.seed_instance(SEED)
        self._names = set()
        self._count = 0

    def person(self, **fields):
        """An unsaved Person; nobody has another one's name. `fields` are set over the invented."""
        self._count += 1
        name = fields.pop("name", "") or self._name()
        reachable = fields.pop("reachable", self._count % 9 != 0)
        values = {
            "name": name,
            "email": address(_mailbox(name)) if reachable else "",
            "phone": f"+4510{self._count:06d}",
            "postcode": self.random.choice(POSTCODES),
            "language": "en" if self._count % 17 == 0 else "da",
        }
        person = Person(**(values | fields))
        person.search = search_words(person)
        return person

    def birth_year(self):
        return today().year - self.random.randint(19, 78)

    def save(self, people, since):
        """Write people with a sign-in where they have an address, as volunteers `since`."""
        users = User.objects.bulk_create(
            _user(person) for person in people if person.email and person.user_id is None
        )
        by_address = {user.email: user for user in users}
        for person in people:
            person.user = by_address.get(person.email)
        Person.objects.bulk_create(people)
        return Volunteer.objects.bulk_create(
            Volunteer(
                person=person,
                since=since[index],
                languages=self.random.choice(LANGUAGES),
                availability=self.random.choice(AVAILABILITY),
                wants_community=index % 12 != 0,
            )
            for index, person in enumerate(people)
        )

    def _name(self):
        while True:
            gendered = self.random.choice(
                (self._faker.first_name_female, self._faker.first_name_male)
            )
            name = f"{gendered()} {self._faker.last_name()}"
            if name not in self._names:
                self._names.add(name)
                return name


def _user(person):
    user = User(email=person.email, name=person.name, language=person.language)
    user.set_unusable_password()
    return user


def _mailbox(name):
    """ "Åse Ærø" gives "aase.aeroe"."""
    text = name.lower().replace("æ", "ae").replace("ø", "oe").replace("å", "aa")
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z]+", ".", plain).strip(".")
