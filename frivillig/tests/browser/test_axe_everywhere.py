"""axe-core finds nothing on any page of the URL table, for anybody who may see it.

Every address is asked for as everybody. Whoever gets a page has it looked at in Chromium on a
phone, where there is least room, and the first of them on a desk besides; where several people get
the same `<main>`, one of them shows it for all (their menus are looked at on their other pages).
Every form is then sent filled with nonsense, and its error state looked at. The administration has
its own test beside this.

It is the longest test of all. The pages of the embedded default are the same ones: there each
address is looked at once, on a phone.
"""

import re
from collections import defaultdict
from dataclasses import dataclass

import pytest
from django.core.mail import EmailMessage, get_connection
from django.db import connection
from django.test import Client
from django.urls import reverse

from core import mailbox, trial
from core.tests.browser import DESK, PHONE, side_scroll, sign_in, violations
from frivillig.tests import access_table as table
from frivillig.tests import addresses, crawl, world

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True),
]

# Whole states of a page that the table's one row does not show, and what filters leave.
MORE_ROWS = {
    "coordination:shift-detail": ("past-shift", "free-shift", "role-shift"),
    "coordination:own-shift-sign-up": ("role-shift",),
    "coordination:shift-sign-up": ("role-shift",),
    "coordination:recognition-detail": ("past-event",),
    "coordination:import-detail": ("import-wrong", "import-done", "import-over"),
    "agreements:agreement-detail": ("draft",),
    "recruitment:opportunity-admin-detail": ("draft-call",),
}
NOTHING_FOUND = {
    "coordination:volunteer-list": "?q=zzzz",
    "coordination:activity-list": "?q=zzzz",
    "coordination:shift-list": "?time=past&branch=0",
    "agreements:agreement-list": "?state=withdrawn",
    "agreements:attestation-list": "?show=closed",
    "recruitment:application-list": "?state=declined",
}
WHOLE_WALK = connection.vendor == "postgresql"
APPS = ("core", "coordination", "agreements", "recruitment")
# Forms whose nonsense cannot be wrong: questions that need no answer, and a very long password.
NEVER_WRONG = {
    "coordination:shift-attendance",
    "coordination:own-led-shift",
    "coordination:recognition-attendance",
    "account_set_password",
}
# A form says what is wrong with it; a list to choose from, that nothing was chosen.
SAYS_SO = ".error-summary, .messages .alert-warning"
SPOIL = """
form => {
  const bad = {email: 'nix', number: '', tel: 'abc', url: 'nix', date: ''};
  const visible = [...form.elements].filter(one => one.name && one.type !== 'hidden'
    && !['submit', 'button'].includes(one.type));
  const singles = name => visible.filter(one => one.name === name).length === 1;
  for (const one of visible) {
    if (one.tagName === 'SELECT') {
      one.add(new Option('?', 'findes-ikke'));
      one.value = 'findes-ikke';
    } else if (one.type === 'radio') {
      one.value = 'findes-ikke';
      one.checked = true;
    } else if (one.type === 'checkbox') {
      one.checked = !singles(one.name);
      if (one.checked) one.value = 'findes-ikke';
    } else if (one.type !== 'file') {
      one.value = bad[one.type] ?? 'x'.repeat(one.tagName === 'TEXTAREA' ? 4000 : 400);
    }
  }
  return visible.length;
}
"""


@dataclass(frozen=True)
class Page:
    """One rendering of an address: who shows it, for all who get the same."""

    name: str
    path: str
    who: str


@pytest.fixture
def letter_box(settings, tmp_path):
    """The trial set-up's letter box, with a letter in it."""
    settings.EMBEDDED, settings.EMAIL_BACKEND = True, trial.FILE_BACKEND
    settings.EMAIL_FILE_PATH = str(tmp_path)
    with get_connection(trial.FILE_BACKEND, file_path=str(tmp_path)) as connection:
        to = ["Åse Ærø <aase@example.dk>"]
        body = "Kære Åse\n\nSe http://127.0.0.1/min-side/vagter/"
        connection.send_messages([EmailMessage("Din vagt på tirsdag", body, "b@example.dk", to)])
    return mailbox.mails()[0].key


@pytest.fixture
def made(transactional_db):
    return world.build()


@pytest.fixture
def people(made):
    """Everybody who sees something of their own: {who: user}."""
    elsewhere = ("coordinator elsewhere", "volunteer elsewhere")
    return {"anonymous": None} | {
        who: user for who, user in made.users.items() if who not in elsewhere
    }


@pytest.fixture
def browsers(chromium, live_server, people):
    """One context for each of them: {who: page}, signed in; and what the pages complain of."""
    complaints, pages = [], {}
    for who, user in people.items():
        context = chromium.new_context(locale="da-DK", reduced_motion="reduce")
        context.set_default_timeout(15_000)
        if user is not None:
            sign_in(context, user, live_server.url)
        pages[who] = context.new_page()
        pages[who].on("pageerror", lambda error: complaints.append(f"script: {error}"))
        pages[who].on("console", lambda entry: note(entry, complaints))
    yield pages
    for page in pages.values():
        page.context.close()
    assert complaints == [], "\n".join(complaints)


def note(entry, complaints):
    """A page may say that it is no more, or no to a deed; the console calls both an error."""
    if entry.type == "error" and not re.search(r"410 \(Gone\)|409 \(Conflict\)", entry.text):
        complaints.append(f"{entry.text} ({entry.location.get('url', '')})")


# --- Which pages there are -----------------------------------------------------------------


def paths(made, letter_box):
    """[(name, path)] of every address, the administration's left out."""
    place = made.here
    known = {}
    for rows, columns in (
        (table.PAGES, table.COLUMNS),
        (table.OWN, table.OWN_COLUMNS),
        (table.PUBLIC, ("anon",)),
        (table.ACCOUNT, ("all",)),
    ):
        known |= table.rows(rows, columns)
    found = [(name, crawl.path_of(made, name, row["row"], place)) for name, row in known.items()]
    for name, keys in MORE_ROWS.items():
        found += [(name, reverse(name, args=[place.rows[key].pk])) for key in keys]
    found += [(name, reverse(name) + query) for name, query in NOTHING_FOUND.items()]
    found.append(("core:mailbox-letter", reverse("core:mailbox-letter", args=[letter_box])))
    found.append(("agreements:sign-start", "/skriv-under/vrøvl/"))
    return found


def renderings(asked, browsers):
    """The distinct pages among all that everybody gets: [Page], and {name: who got it}."""
    seen, found, reached = set(), [], defaultdict(set)
    for who, page in browsers.items():
        client = Client()
        for cookie in page.context.cookies():
            client.cookies[cookie["name"]] = cookie["value"]
        for name, path in asked:
            main = main_of(client.get(path))
            if main is None:
                continue
            reached[name].add(who)
            if (path, main) not in seen:
                seen.add((path, main))
                found.append(Page(name, path, who))
    return found, reached


def main_of(response):
    """What a page says, without what is new each time; None for what is not a page."""
    if response.status_code != 200 or "text/html" not in response.headers["Content-Type"]:
        return None
    text = response.content.decode()
    if "<html" not in text:
        return None
    main = text[text.index("<main") : text.index("</main>")]
    return re.sub(r'(csrfmiddlewaretoken" value=|secret=)"?[\w-]+', "", main)


# --- Looking -------------------------------------------------------------------------------


def faults(page, *widths):
    """What is wrong with the page that is open, at these widths."""
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"{width} px: {one}" for one in violations(page)]
        wider = side_scroll(page)
        found += [f"{width} px: scrolls {wider} px sideways"] if wider else []
    return found


def spoil(page):
    """Send the page's form filled with nonsense; False if it has none, or no question."""
    form = page.locator("main form[method=post]").first
    if not form.count() or not form.evaluate(SPOIL):
        return False
    with page.expect_navigation():
        form.evaluate("form => HTMLFormElement.prototype.submit.call(form)")
    return True


def test_every_page_is_accessible(made, letter_box, browsers, live_server):
    asked = paths(made, letter_box)
    found, reached = renderings(asked, browsers)
    wrong, silent = [], []
    for one in found:
        is_first = first_of(found, one)
        if not (is_first or WHOLE_WALK):
            continue
        page = browsers[one.who]
        page.goto(live_server.url + one.path)
        widths = (PHONE, DESK) if is_first and WHOLE_WALK else (PHONE,)
        wrong += [f"{one.path} as {one.who}: {fault}" for fault in faults(page, *widths)]
        if not (is_first and WHOLE_WALK) or one.name in NEVER_WRONG or not spoil(page):
            continue
        if not page.locator(SAYS_SO).count():
            silent.append(one.path)
        wrong += [f"{one.path} with errors, as {one.who}: {fault}" for fault in faults(page, PHONE)]
    assert wrong == [], "\n".join(wrong)
    assert silent == [], "nothing said after nonsense"
    assert len(reached) > 90
    assert {who for names in reached.values() for who in names} == set(browsers)


def first_of(found, one):
    """True for the first rendering of an address: its form is the same in the others."""
    return next(page for page in found if page.path == one.path) == one


def test_no_address_is_left_out():
    """A page that is new in the URL table is in the access table, from which this walks."""
    ours = {name for name in addresses.names() if name.split(":")[0] in APPS}
    assert ours == {name for name in table.all_names() if name.split(":")[0] in APPS}
