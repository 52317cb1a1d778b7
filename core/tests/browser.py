"""A real Chromium for the tests, with axe-core. Reusable by every app's browser tests:

    @pytest.mark.browser
    def test_coordinator_sees_who_applied(visit, coordinator):
        page = visit("/henvendelser/", user=coordinator)        # signed in, 1280 px wide
        page.get_by_role("link", name="Frida Frivillig").click()
        assert_accessible(page)                                 # axe, no side scroll

    page = visit("/", width=PHONE)                              # 375 px, anonymous
    page = visit("/", javascript=False)                         # axe cannot run then
    page.goto(address("/vagter/"))                              # further pages

`visit` fails the test at its end if a page logged an error: a script's, a resource that was not
found, or a violation of the Content-Security-Policy. A page that is meant to answer 404 says
`visit("/nixen/", status=404)`.

The sign-in is a session made on the server: no password, no second factor. Journeys that test
the sign-in itself walk through the form.
"""

import os
from pathlib import Path

import pytest
from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth import (
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
    load_backend,
)
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory

DESK = 1280
PHONE = 375
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
CHROMIUM_ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
AXE = Path(settings.BASE_DIR, "node_modules", "axe-core", "axe.min.js")
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIGN_IN_BACKEND = "core.backends.AccountBackend"


@pytest.fixture(scope="session")
def chromium():
    """One Chromium for the whole run."""
    playwright = pytest.importorskip("playwright.sync_api")
    # The sync API keeps an event loop in this thread, which Django takes for async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


@pytest.fixture
def address(live_server):
    """`address("/vagter/")`: the full address on the test's server."""
    return lambda path: f"{live_server.url}{path}"


@pytest.fixture
def visit(chromium, address):
    """Open a page as somebody; see the module's docstring."""
    contexts, complaints = [], []

    def open_page(path, *, user=None, width=DESK, javascript=True, language="da", status=200):
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            java_script_enabled=javascript,
            locale="da-DK",
            reduced_motion="reduce",
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        chosen = {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": address("/")}
        context.add_cookies([chosen])
        if user is not None:
            sign_in(context, user, address("/"))
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
        page.on("console", lambda entry: _note(entry, complaints))
        answer = page.goto(address(path))
        assert answer.status == status, f"{path} answered {answer.status}"
        if status != 200:
            complaints.clear()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == [], "\n".join(complaints)


def _note(entry, complaints):
    if entry.type == "error":
        complaints.append(f"{entry.text} ({entry.location.get('url', '')})")


def sign_in(context, user, url):
    """Give a browser context the session of a user."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = next(
        path for path in settings.AUTHENTICATION_BACKENDS if hasattr(load_backend(path), "get_user")
    )
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    request = RequestFactory().get("/")
    request.session = session
    record_authentication(request, user, "mfa")
    session.save()
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": url}
    context.add_cookies([cookie])


def violations(page):
    """What axe-core finds on the page: "rule: markup" lines.

    axe is run in an isolated world of the browser, so the page's own security policy stays on.
    A click waits until the next page has begun, not until it is there; on a busy machine axe
    would look at half of it.
    """
    page.wait_for_load_state()
    session = page.context.new_cdp_session(page)
    tree = session.send("Page.getFrameTree")
    world = session.send("Page.createIsolatedWorld", {"frameId": tree["frameTree"]["frame"]["id"]})[
        "executionContextId"
    ]
    _evaluate(session, world, AXE.read_text())
    script = (
        f"axe.run(document, {{runOnly: {AXE_RULES}, resultTypes: ['violations'], preload: false}})"
        ".then(found => found.violations.flatMap("
        "rule => rule.nodes.map(node => rule.id + ': ' + node.html.slice(0, 200))))"
    )
    found = _evaluate(session, world, script)
    session.detach()
    return found


def _evaluate(session, world, script):
    answer = session.send(
        "Runtime.evaluate",
        {
            "expression": script,
            "contextId": world,
            "awaitPromise": True,
            "returnByValue": True,
        },
    )
    assert "exceptionDetails" not in answer, answer["exceptionDetails"]
    return answer["result"].get("value")


def side_scroll(page):
    """How many pixels the page is wider than its window."""
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


def assert_accessible(page):
    """axe-core finds nothing, and the page does not scroll sideways."""
    found = violations(page)
    assert found == [], "\n".join([page.url, *found])
    wider = side_scroll(page)
    assert wider == 0, f"{page.url} scrolls {wider} px sideways"
