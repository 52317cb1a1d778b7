"""Every address, as everybody, here and elsewhere, against one table; and nothing leaks."""

from dataclasses import replace

import pytest

from frivillig.tests import access_table as table
from frivillig.tests import addresses

pytestmark = pytest.mark.django_db

EXPECTED = (
    table.rows(table.PAGES, table.COLUMNS)
    | table.rows(table.OWN, table.OWN_COLUMNS)
    | table.rows(table.PUBLIC, ("anon",))
    | table.rows(table.ACCOUNT, ("all",))
)
PUBLIC = set(table.rows(table.PUBLIC, ("anon",)))
EVERYWHERE = ("central", "manager")
# What a POST of somebody who is let in may come to: the form again, done, a rule says no.
LET_IN = (200, 302, 409)


def misplaced(answers):
    """Answers that are not what the table says, as sentences."""
    return [
        f"{answer}, not {wanted}"
        for answer in answers
        if (wanted := wanted_for(answer)) is not None and not fits(answer, wanted)
    ]


def wanted_for(answer):
    """What the table says of this answer; None where it says nothing."""
    if answer.name.startswith(table.ADMIN):
        return {"anon": "in", "closed": "403"}.get(answer.column)
    if answer.column in ("search", "shared"):
        return None
    # A page of one's own account asks a visitor to sign in; the public ones have their column.
    return EXPECTED[answer.name].get(answer.column, "in")


def fits(answer, wanted):
    if answer.method == "POST" and wanted == "ok":
        return answer.status in LET_IN
    return answer.code == wanted


def leaks(answers, *, here, elsewhere):
    """Where somebody reads what is only another branch's, as sentences.

    The public pages are left out: they tell everybody what every branch is looking for.
    """
    found = []
    for answer in answers:
        if answer.name in PUBLIC or answer.who in EVERYWHERE:
            continue
        secret = here if answer.who.endswith("elsewhere") else elsewhere
        found += [f"{answer}: {word}" for word in secret if word in answer.text]
    return found


def test_every_address_is_in_the_table():
    known = {name for name in addresses.names() if not name.startswith((table.ADMIN, "unnamed "))}
    assert known == table.all_names()


def test_public_addresses_are_a_list():
    public = {name for name, entry in addresses.patterns() if addresses.is_public(entry)}
    assert public == PUBLIC


def test_unnamed_addresses_are_the_administrations_redirects():
    unnamed = {name for name in addresses.names() if name.startswith("unnamed ")}
    assert unnamed <= {"unnamed <path:object_id>/"}


def test_everybody_gets_what_the_table_says(crawled):
    assert misplaced(crawled.answers) == []


def test_every_row_of_the_table_was_asked_in_every_column(crawled):
    asked = {(answer.name, answer.column) for answer in crawled.answers}
    unasked = {
        (name, column)
        for name, row in EXPECTED.items()
        for column, wanted in row.items()
        if column not in ("row", "post") and wanted != "." and (name, column) not in asked
    }
    # Rows of the municipality have no other branch.
    assert {name for name, _column in unasked} == set()


def test_nothing_fails_inside(crawled):
    assert [str(answer) for answer in crawled.answers if answer.status >= 500] == []


def test_the_manager_reads_every_list_of_the_administration(crawled):
    lists = [
        answer
        for answer in crawled.answers
        if answer.who == "manager" and answer.name.endswith(("_changelist", "admin:index"))
    ]
    assert {answer.code for answer in lists} == {"ok"}
    assert len(lists) > 20


# --- Nothing leaks ---------------------------------------------------------------------------


def test_nobody_reads_of_the_other_branch(crawled):
    assert leaks(crawled.answers, here=crawled.here, elsewhere=crawled.elsewhere) == []


def test_what_could_leak_is_there_to_be_read(crawled):
    """The coordinator elsewhere, and the manager, do read it: the marks are on the pages."""
    for who in ("manager", "central"):
        text = "".join(answer.text for answer in crawled.answers if answer.who == who)
        assert [word for word in crawled.elsewhere if word not in text] == []


def test_forms_offer_no_row_of_the_other_branch(crawled):
    assert list(crawled.foreign) == []


def test_a_shared_person_is_seen_with_what_is_ours(crawled):
    pages = [answer for answer in crawled.answers if answer.column == "shared"]
    detail = [page for page in pages if page.name == "coordination:volunteer-detail"]
    assert len(detail) == 2
    for page in detail:
        assert "Delt Deltager" in page.text
        assert crawled.here[0] in page.text
    assert leaks(pages, here=crawled.here, elsewhere=crawled.elsewhere) == []


# --- The rules see a planted fault -----------------------------------------------------------


@pytest.fixture
def refused(crawled):
    """A page of the other branch that the coordinator here was refused."""
    return next(
        answer
        for answer in crawled.answers
        if answer.column == "next" and answer.who == "local_coordinator"
    )


def test_a_page_that_opens_to_the_wrong_one_is_seen(refused):
    assert len(misplaced([replace(refused, status=200)])) == 1


def test_a_403_where_404_is_due_is_seen(refused):
    assert len(misplaced([replace(refused, status=403)])) == 1


def test_a_name_from_elsewhere_is_seen(crawled, refused):
    planted = replace(refused, text=f"<h1>{crawled.elsewhere[0]}</h1>")
    assert len(leaks([planted], here=crawled.here, elsewhere=crawled.elsewhere)) == 1


def test_a_row_that_is_too_short_is_refused():
    with pytest.raises(ValueError, match="columns"):
        table.rows("start - ok ok", ("anon",))
