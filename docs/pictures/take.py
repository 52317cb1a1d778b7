"""Take the README's pictures anew, from the demo that `script/server` serves.

Usage: .venv/bin/python docs/pictures/take.py [http://127.0.0.1:8000]   (after script/test)
Everybody in them is invented. Each picture is cut to 900 pixels' height and to 128 colours.
"""

import io
import os
import re
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

SITE = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
FOLDER = Path(__file__).parent
DESK, PHONE = 1280, 375
PASSWORD = "frivillig-i-odense"  # noqa: S105 - the demo's, printed by script/server
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
LETTER = re.compile("logge ind.*frida@", re.DOTALL)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def main():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        citizen(browser)
        coordinator(browser)
        manager(browser)
        volunteer(browser)
        browser.close()


def citizen(browser):
    page = opened(browser, PHONE)
    page.goto(f"{SITE}/")
    take(page, "opslag-375")
    page.get_by_role("link", name="Lektiecafé").first.click()
    page.get_by_role("link", name="Jeg vil gerne hjælpe").first.click()
    take(page, "tilmelding-375")


def coordinator(browser):
    page = signed_in(browser, "vollsmose")
    page.goto(f"{SITE}/")
    take(page, "start-1280")
    page.goto(f"{SITE}/attester/mangler/")
    page.locator("main a[href*='/frivillige/']").first.click()
    take(page, "frivillig-1280")


def manager(browser):
    page = signed_in(browser, "chef")
    page.goto(f"{SITE}/overblik/")
    take(page, "overblik-1280")


def signed_in(browser, mailbox):
    """A page at a desk, signed in with the demo's password."""
    page = opened(browser, DESK)
    page.goto(f"{SITE}/konto/log-ind/")
    page.fill("input[name=login]", f"{mailbox}@odense-demo.invalid")
    page.fill("input[name=password]", PASSWORD)
    page.locator("form:has(input[name=password]) button").first.click()
    page.wait_for_url(f"{SITE}/")
    return page


def volunteer(browser):
    known = letters_to_frida(browser)
    page = opened(browser, PHONE)
    page.goto(f"{SITE}/konto/log-ind/")
    page.fill("input[name=email]", "frida@odense-demo.invalid")
    page.locator("form:has(input[name=email]) button").first.click()
    page.fill("input[name=code]", code_in_new_letter(browser, known))
    page.locator("form:has(input[name=code]) button").first.click()
    page.wait_for_url(f"{SITE}/min-side/")
    page.reload()  # without the greeting
    take(page, "min-side-375")


def letters_to_frida(browser):
    """The addresses of the mails with a code that lie in the letter box."""
    page = opened(browser, DESK)
    page.goto(f"{SITE}/post/")
    rows = page.locator("main tr").filter(has_text=LETTER)
    return {link.get_attribute("href") for link in rows.locator("a").all()}


def code_in_new_letter(browser, known):
    """The code in the mail that was not there before, as soon as it comes."""
    page = opened(browser, DESK)
    for _try in range(60):
        new = letters_to_frida(browser) - known
        if new:
            page.goto(f"{SITE}{new.pop()}")
            return re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", page.inner_text("main"))[0]
        page.wait_for_timeout(500)
    raise SystemExit("No code came. Does the worker run?")


def opened(browser, width):
    context = browser.new_context(
        viewport={"width": width, "height": 900}, locale="da-DK", reduced_motion="reduce"
    )
    return context.new_page()


def take(page, name):
    picture = Image.open(io.BytesIO(page.screenshot()))
    path = FOLDER / f"{name}.png"
    picture.convert("RGB").quantize(128).save(path, optimize=True)
    sys.stdout.write(f"{path.name}: {path.stat().st_size // 1024} KB\n")


main()
