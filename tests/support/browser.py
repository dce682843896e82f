"""People in a real browser: headless Chromium, each person in a window of their own."""

import contextlib
import os
import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Error, Page, TimeoutError, expect, sync_playwright

from tests.factories.people import PASSWORD
from wwc import fonts

expect.set_options(timeout=20_000)  # a promise about what is seen, not about how fast a busy machine shows it
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
# Notes on the page whether a form left it; a script of the page that sends the form itself says so by preventing it, and one that
# holds it back for a moment marks it as busy.
WATCH = """() => {
  window.formSent = false;
  window.addEventListener("submit", (event) => { window.formSent = !event.defaultPrevented; });
}"""


def chromium() -> str:
    """Where Chromium is; `manage.py test` makes sure that there is one."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""


@pytest.fixture(scope="session")
def chromium_started() -> Iterator[Browser]:
    """One Chromium for all tests of a process, and the fonts that its pages ask for."""
    fonts.build(settings.FONTS_DIR)
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def browser(chromium_started: Browser) -> Iterator[Browser]:
    """Chromium for one test, whose windows close with it: an open page of an answer goes on telling the server that it is."""
    yield chromium_started
    for context in chromium_started.contexts:
        context.close()


class Person:
    """One person at a window: what they see and do, and what their console complained about."""

    def __init__(self, browser: Browser, site: str, email: str = "", **options: Any) -> None:
        self.context = browser.new_context(base_url=site, viewport={"width": 1280, "height": 900}, reduced_motion="reduce", **options)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(60000)
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        if email:
            self.sign_in(email)

    def sign_in(self, email: str, password: str = PASSWORD) -> None:
        """By the page, as anybody does."""
        self.goes("/accounts/login/")
        self.fills("Email", email)
        self.fills("Password", password)
        self.page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
        expect(self.page.get_by_role("button", name="Sign out")).to_be_visible()

    def goes(self, path: str) -> int:
        """Open an address; the status it answers."""
        answer = self.page.goto(path)
        return answer.status if answer else 0

    def follows(self, name: str, **options: bool) -> None:
        """Follow a link by what it says."""
        self.page.get_by_role("link", name=name, **options).first.click()
        self.page.wait_for_load_state()

    def presses(self, name: str, within: str = "main") -> None:
        """Press a button by what it says."""
        button = self.page.locator(within).get_by_role("button", name=re.compile(f"^{re.escape(name)}")).first
        self.page.evaluate(WATCH)
        try:
            button.click(timeout=20000)
        except TimeoutError:
            raise AssertionError(
                f"no button {name!r} to press at {self.page.url}:\n{self.page.locator('main').inner_text()[:3000]}"
            ) from None
        self._arrives()

    def _arrives(self) -> None:
        """Wait for the page that a form leads to, where the press sent one: the old page stays until the answer is there."""
        with contextlib.suppress(Error):  # the page changed while it was asked
            if self.page.evaluate("window.formSent === false && !document.querySelector('form[aria-busy]')"):
                return
        # Asked again and again from here: pages allow no script that waits for itself. A download leaves the page where it is.
        for _ in range(160):
            with contextlib.suppress(Error):
                if self.page.evaluate("window.formSent === undefined"):
                    break
            self.page.wait_for_timeout(50)
        self.page.wait_for_load_state()

    def fills(self, label: str, text: str) -> None:
        """Fill a field by its label."""
        self.page.get_by_label(re.compile(f"^{re.escape(label)}")).first.fill(text)

    def chooses(self, name: str, role: str = "radio") -> None:
        """Choose a radio button or tick a box by what it says."""
        self.page.get_by_role(role, name=re.compile(f"^{re.escape(name)}")).first.check()

    def sees(self, text: str) -> None:
        """The text is on the page."""
        expect(self.page.locator("body")).to_contain_text(text)

    def sees_not(self, text: str) -> None:
        """The text is not on the page."""
        expect(self.page.locator("body")).not_to_contain_text(text)
