"""What the browser journeys share: words as they stand on the pages, the letter box, the worker.

The pages are found by what a person reads on them. `word` gives the Danish text of a msgid, so
that a journey follows the catalogue instead of repeating it.
"""

import re

from django.core import mail as django_mail
from django.utils import timezone
from django.utils.translation import gettext, override

from core import delivery, jobs
from core.models import Job, JobState
from core.tests.browser import side_scroll, violations

MAX_ROUNDS = 10


def word(msgid, language="da", **values):
    """The text of a msgid as it stands on the page."""
    with override(language):
        text = gettext(msgid)
    return text % values if values else text


def date_text(day):
    """A date as one types it."""
    return f"{day.day}.{day.month}.{day.year}"


# --- The page ------------------------------------------------------------------------------


def press(page, msgid, **values):
    """Press the one button of this name in the page itself, and wait for what it leads to."""
    page.locator("main").get_by_role("button", name=word(msgid, **values), exact=True).click()
    page.wait_for_load_state()


def follow(page, msgid, *, exact=True, **values):
    """Follow the first link of this name in the page itself; a name may go on for the blind."""
    page.locator("main").get_by_role("link", name=word(msgid, **values), exact=exact).first.click()
    page.wait_for_load_state()


def fill(page, answers):
    """Fill in fields by their names in the form."""
    for name, value in answers.items():
        page.locator(f"main [name='{name}']").fill(value)


def choose(page, name, value):
    """Tick one of several, as the label's click does."""
    page.locator(f"main [name='{name}'][value='{value}']").check(force=True)


def tick(page, name):
    page.locator(f"main [name='{name}']").check(force=True)


def reads(page, *msgids, **values):
    """Each text stands on the page."""
    for msgid in msgids:
        text = word(msgid, **values)
        assert text in page.locator("main").inner_text(), f"{text!r} is not on {page.url}"


def reads_not(page, msgid, **values):
    assert word(msgid, **values) not in page.locator("main").inner_text()


def heading(page):
    return page.locator("h1").inner_text()


def fine(page):
    """axe finds nothing, nothing sticks out; returns the page, so a step can end with it."""
    found = violations(page)
    assert found == [], "\n".join([page.url, *found])
    assert side_scroll(page) == 0, f"{page.url} scrolls sideways"
    return page


def path_of(page):
    """The page's address without the server, for another visitor to open."""
    return re.sub(r"^https?://[^/]+", "", page.url)


# --- Worker and post -----------------------------------------------------------------------


def work():
    """Do what worker and beat would do now: the rules' turn, every due job, every due mail."""
    jobs.run_schedule()
    for _round in range(MAX_ROUNDS):
        now = timezone.now()
        due = Job.objects.filter(state=JobState.QUEUED, not_before__lte=now)
        waiting = list(due.values_list("pk", flat=True))
        for pk in waiting:
            jobs.run(pk)
        if not delivery.deliver() and not waiting:
            return
    raise AssertionError("The work does not come to an end.")


def letters(to):
    """Everything delivered to an address so far, the oldest first."""
    work()
    return [one for one in django_mail.outbox if any(to in address for address in one.to)]


def link_to(to, start):
    """The newest path beginning so in the letters to an address."""
    found = re.findall(rf"https?://[^/\s]+({start}\S*)", "\n".join(one.body for one in letters(to)))
    assert found, f"No letter to {to} leads to {start}"
    return found[-1]


def code_for(to):
    """The one-time code of the newest letter that has one, on a line of its own."""
    bodies = "\n".join(one.body for one in letters(to))
    found = re.findall(r"^\s*(\d{6}|[0-9A-Z]{3,4}-[0-9A-Z]{3,4})\s*$", bodies, re.MULTILINE)
    assert found, f"No letter to {to} holds a code"
    return found[-1]
