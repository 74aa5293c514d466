"""A real browser before the real stack: middleware, whitenoise with its compressed files, PostgreSQL."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from partners.models import User
from tests import cast as c
from tests.referral.pages import session_of

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
REQUIRED = os.environ.get("REQUIRE_ALL") == "1"
#: Where pictures of each page are kept to be looked at; nowhere unless said.
PICTURES = os.environ.get("RELAIS_PICTURES", "")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        if REQUIRED:
            pytest.fail("Chromium is needed for the browser journeys (REQUIRE_ALL=1).")
        pytest.skip("no Chromium on this machine: browser journeys are not run")
    # Playwright keeps an event loop running in this thread; Django would refuse the ORM because of it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The assets as production serves them: hashed names, brotli and gzip beside each."""
    from django.test import override_settings

    root = tmp_path_factory.mktemp("static")
    with override_settings(**served(root)):
        call_command("collectstatic", interactive=False, verbosity=0)
    return root


def served(root: Path) -> dict[str, Any]:
    from django.conf import settings

    manifest = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    return {"STATIC_ROOT": root, "STORAGES": settings.STORAGES | {"staticfiles": manifest}}


class Whitenoise(WSGIHandler):
    """Django's test server would serve the assets itself, uncompressed; here the product's middleware does."""

    def __init__(self, application: WSGIHandler) -> None:
        super().__init__()


@dataclass
class Site:
    url: str
    browser: Browser
    cast: c.Cast
    contexts: list[BrowserContext] = field(default_factory=list)
    policy_violations: list[str] = field(default_factory=list)

    def sign_in(self, user: User, *, width: int = 1280) -> Page:
        """A browser of one's own, signed in as `user`, at a desk (1280) or on a phone (360)."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 800 if width > 500 else 740},
            locale="fr-FR",
            timezone_id="Africa/Dakar",
        )
        context.add_cookies([{"name": "session", "value": session_of(user), "url": self.url}])
        self.contexts.append(context)
        page = context.new_page()
        page.on("request", self._reported)
        page.on("console", lambda line: self._console(line.text))
        page.set_default_timeout(10_000)
        return page

    def _reported(self, request: Request) -> None:
        if request.url.endswith("/csp-report/"):
            self.policy_violations.append(request.post_data or "")

    def _console(self, text: str) -> None:
        if "Content Security Policy" in text or "Trusted" in text:
            self.policy_violations.append(text)


@pytest.fixture
def site(
    browser: Browser, collected: Path, transactional_db: None, settings: Any, request: pytest.FixtureRequest
) -> Iterator[Site]:
    for name, value in served(collected).items():
        setattr(settings, name, value)
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
    thread = LiveServerThread("127.0.0.1", static_handler=Whitenoise, connections_override={})
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    made = Site(f"http://127.0.0.1:{thread.port}", browser, c.make_cast())
    yield made
    for context in made.contexts:
        context.close()
    thread.terminate()
    assert made.policy_violations == []


@pytest.fixture
def looked_at(tmp_path: Path) -> Callable[[Page, str], None]:
    """Checks a page as every page is checked: no accessibility fault, no sideways scrolling, a picture of it."""
    from axe_playwright_python.sync_playwright import Axe

    axe = Axe()

    def look(page: Page, name: str) -> None:
        found = axe.run(
            page,
            options={"runOnly": RULES, "resultTypes": ["violations"]},
        )
        faults = [
            f"{fault['id']}: {[node['html'][:160] for node in fault['nodes']]}"
            for fault in found.response["violations"]
        ]
        assert faults == [], f"{name} ({page.url}): {faults}"
        assert page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        ), f"{name} scrolls sideways"
        if PICTURES:
            width = page.viewport_size["width"] if page.viewport_size else 0
            page.screenshot(path=str(Path(PICTURES) / f"{name}-{width}.png"), full_page=True)

    return look
