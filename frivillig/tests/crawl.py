"""Asks every address as everybody, once, and remembers what came back; the guards judge that.

One transaction holds the world and every request, and is rolled back at the end: whatever a
request wrote is gone before the next one.
"""

import logging
import re
from dataclasses import dataclass

from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponseServerError
from django.test import Client
from django.urls import NoReverseMatch, reverse

from frivillig.tests import access_table as table
from frivillig.tests import addresses, world
from frivillig.tests.readonly import Watch
from frivillig.tests.undefined import undefined_variables

# Whose row each role asks for first; "next" is the same role with the other branch's row.
STAFF = {"read": "reader", "amba": "ambassador", "lead": "branch_leader"}
STAFF |= {"coor": "local_coordinator", "cent": "central", "mana": "manager"}
OF_A_BRANCH = ("read", "amba", "lead", "coor")
WRITERS = ("local_coordinator", "branch_leader", "coordinator elsewhere")
ANYTHING = {
    "word": "hvadsomhelst",
    "board": "agreement-unsigned",
    "consent": "newsletter",
    "none": 0,
    "month": 202603,
    "key": {"uidb36": "1", "key": "set-password"},
    "failed-name": "tests.failed",
}


@dataclass(frozen=True)
class Answer:
    """What one request got. `column` is the table's column that says what it should be."""

    name: str
    column: str
    who: str
    method: str
    path: str
    status: int
    text: str = ""
    location: str = ""
    content_type: str = ""
    queries: int = 0
    writes: tuple = ()
    undefined: tuple = ()

    def __str__(self):
        return f"{self.method} {self.path} ({self.name}) as {self.who}: {self.code}"

    @property
    def code(self):
        """The status as the table writes it."""
        if self.status == 302:
            return "in" if self.location.startswith(reverse("account_login")) else "go"
        return "ok" if self.status == 200 else str(self.status)

    @property
    def is_page(self):
        """True for a whole page of ours (not a fragment, a download or a redirect)."""
        return self.content_type.startswith("text/html") and "<html" in self.text


class Crawler:
    """Asks, each request in a savepoint of its own."""

    def __init__(self, made):
        self.world = made
        self.clients = {"anonymous": Client()}
        for who, user in made.users.items():
            self.clients[who] = Client()
            self.clients[who].force_login(user)
        self.answers = []
        self.foreign = []

    def everything(self):
        self.public_pages()  # first: one tells whether the workers have been silent for minutes
        self.staff_pages()
        self.own_pages()
        self.account_pages()
        self.admin_pages()
        self.searches()
        self.shared_person()

    def ask(self, name, column, who, path, method="GET", data=None):
        watch = Watch()
        with transaction.atomic():
            with connection.execute_wrapper(watch), undefined_variables() as undefined:
                response = self._respond(self.clients[who], method, path, data)
            if who == "local_coordinator" and method == "GET":
                self._look_for_foreign_choices(name, response)
            self.answers.append(
                Answer(
                    name=name,
                    column=column,
                    who=who,
                    method=method,
                    path=path if not data or method != "GET" else f"{path}?{data}",
                    status=response.status_code,
                    text=_text_of(response),
                    location=response.headers.get("Location", ""),
                    content_type=response.headers.get("Content-Type", ""),
                    queries=watch.count,
                    writes=tuple(watch.writes),
                    undefined=tuple(sorted(undefined)),
                )
            )
            transaction.set_rollback(True)
        return self.answers[-1]

    def _respond(self, client, method, path, data):
        """The response; whatever was raised is a 500 whose text says what."""
        try:
            with transaction.atomic():
                return getattr(client, method.lower())(path, data or {})
        except Exception as error:
            return HttpResponseServerError(f"{type(error).__name__}: {error}")

    def _look_for_foreign_choices(self, name, response):
        """Remember each field of a coordinator's form that accepts a row of the other branch."""
        context = getattr(response, "context", None)
        form = context.get("form") if context is not None else None
        for label, field in form.fields.items() if form is not None else ():
            choices = getattr(field, "queryset", None)
            if choices is None:
                continue
            for key, row in self.world.elsewhere.rows.items():
                if isinstance(row, choices.model) and choices.filter(pk=row.pk).exists():
                    self.foreign.append(f"{name}: {label} accepts the {key} elsewhere")

    # --- the tables ----------------------------------------------------------------------

    def staff_pages(self):
        here, elsewhere = self.world.here, self.world.elsewhere
        for name, row in table.rows(table.PAGES, table.COLUMNS).items():
            own, other = self._path(name, row, here), self._path(name, row, elsewhere)
            asked = [
                ("anon", "anonymous", own),
                ("none", "stranger", own),
                ("own", "volunteer", own),
                *((column, who, own) for column, who in STAFF.items()),
            ]
            if own != other:
                asked += [("next", STAFF[column], other) for column in OF_A_BRANCH]
                asked += [("next", "coordinator elsewhere", own)]
                asked += [(column, STAFF[column], other) for column in ("cent", "mana")]
            self._ask_all(name, asked, posts=row["post"] == "post")

    def own_pages(self):
        here, elsewhere = self.world.here, self.world.elsewhere
        for name, row in table.rows(table.OWN, table.OWN_COLUMNS).items():
            own, other = self._path(name, row, here), self._path(name, row, elsewhere)
            asked = [
                ("anon", "anonymous", own),
                ("none", "stranger", own),
                ("own", "volunteer", own),
                *(("staf", who, own) for who in STAFF.values()),
            ]
            if own != other:
                asked += [("else", "volunteer", other), ("else", "volunteer elsewhere", own)]
            self._ask_all(name, asked, posts=row["post"] == "post")

    def public_pages(self):
        for name, row in table.rows(table.PUBLIC, ("anon",)).items():
            self.ask(name, "anon", "anonymous", self._path(name, row, self.world.here))

    def account_pages(self):
        for name, row in table.rows(table.ACCOUNT, ("all",)).items():
            path = self._path(name, row, self.world.here)
            self.ask(name, "anon", "anonymous", path)
            for who in ("volunteer", "local_coordinator"):
                self.ask(name, "all", who, path)

    def admin_pages(self):
        """Each as a visitor, as the manager, and as who has the widest rights below; the first
        one as everybody.
        """
        for name, path in self._admin_paths():
            everybody = ("stranger", "volunteer", *STAFF.values())
            self.ask(name, "anon", "anonymous", path)
            for who in everybody if name == "admin:index" else ("central", "manager"):
                self.ask(name, "mana" if who == "manager" else "closed", who, path)

    def _admin_paths(self):
        for name, entry in addresses.patterns():
            if not name.startswith(table.ADMIN):
                continue
            model = getattr(entry.callback, "model_admin", None)
            first = model.model._default_manager.order_by("pk").first() if model else None
            for args in ([], [first.pk if first else 0], [first.pk if first else 0, "nej"]):
                try:
                    yield name, reverse(name, args=args)
                except NoReverseMatch:
                    continue
                break

    def searches(self):
        """What staff here find of elsewhere when they search for it, or name its ids."""
        rows = self.world.elsewhere.rows
        words = world.ELSEWHERE[:5].lower()
        ids = {"branch": rows["branch"].pk, "activity": rows["activity"].pk}
        asked = {
            "coordination:volunteer-list": [{"q": words}, {"q": "71717171"}, ids],
            "coordination:volunteer-export": [{"q": words}, ids],
            "coordination:activity-list": [{"q": words}, ids],
            "coordination:shift-list": [ids, {"time": "past"}],
            "coordination:activity-lookup": [{"q": words, "name": "activity"}],
            "coordination:site-lookup": [{"q": words, "name": "site"}],
            "coordination:shift-volunteer-lookup": [{"q": words}, {"q": "71717171"}],
            "coordination:recognition-volunteer-lookup": [{"q": words}, {"q": "71717171"}],
            "agreements:agreement-list": [{"q": words}, ids],
            "agreements:attestation-list": [{"q": words}, ids],
            "recruitment:application-list": [{"q": words}, ids],
            "recruitment:opportunity-admin-list": [{"q": words}, ids],
        }
        known = table.rows(table.PAGES, table.COLUMNS)
        for name, queries in asked.items():
            path = self._path(name, known[name], self.world.here)
            for data in queries:
                for who in ("local_coordinator", "ambassador", "branch_leader", "reader"):
                    self.ask(name, "search", who, path, data=data)

    def shared_person(self):
        """The pages here of somebody who is a volunteer elsewhere too."""
        for name in ("volunteer-detail", "person-edit", "engagement-create"):
            path = reverse(f"coordination:{name}", args=[self.world.shared.pk])
            for who in ("local_coordinator", "branch_leader"):
                self.ask(f"coordination:{name}", "shared", who, path)

    def _ask_all(self, name, asked, *, posts):
        for column, who, path in asked:
            self.ask(name, column, who, path)
            if posts and (column != "next" or who in WRITERS):
                self.ask(name, column, who, path, method="POST")

    def _path(self, name, row, place):
        return path_of(self.world, name, row["row"], place)


def path_of(made, name, wanted, place):
    """An address of the world `made`, about the row that the access table wants, at a place."""
    if wanted == "-":
        return reverse(name)
    if wanted == "association":
        return reverse(name, args=[made.association.pk])
    if wanted in made.texts:
        return reverse(name, args=[made.texts[wanted].pk])
    value = ANYTHING.get(wanted, place.rows.get(wanted))
    if isinstance(value, dict):
        return reverse(name, kwargs=value)
    return reverse(name, args=[getattr(value, "pk", value)])


@dataclass(frozen=True)
class Crawl:
    """What came back: every answer, what each place must not tell, and foreign choices."""

    answers: tuple
    here: tuple
    elsewhere: tuple
    foreign: tuple


def run():
    """Build the world, ask everything, undo it all; return the Crawl."""
    logging.disable(logging.ERROR)
    try:
        with transaction.atomic():
            crawler = Crawler(world.build())
            crawler.everything()
            transaction.set_rollback(True)
    finally:
        logging.disable(logging.NOTSET)
        cache.clear()
    made = crawler.world
    return Crawl(
        answers=tuple(crawler.answers),
        here=tuple(made.here.telling),
        elsewhere=tuple(made.elsewhere.telling),
        foreign=tuple(crawler.foreign),
    )


def _text_of(response):
    if response.streaming:
        return b"".join(response.streaming_content).decode("utf-8", "replace")
    if response.headers.get("Content-Type", "").startswith("application/pdf"):
        return f"%PDF {len(response.content)}"
    return re.sub(r'value="[\w-]{64}"', 'value=""', response.content.decode("utf-8", "replace"))
