"""What a page weighs on the wire, and that it works where a phone runs no script."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from playwright.sync_api import Page

from partners.models import User
from referral.models import Referral
from tests import cast as c
from tests.journeys.conftest import Site

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "audit"])
FIRST_VISIT, REPEAT = 40_000, 8_000  # bytes, headers included (design §4, Screens)
ADDRESSES = [
    "/",
    "/cases/",
    "/cases/new/",
    "/cases/new/page/",
    "/cases/{case}/",
    "/referrals/",
    "/referrals/{sent}/",
    "/directory/",
    "/notices/",
]
DESK = ["/", "/inbox/", "/referrals/{sent}/", "/referrals/{sent}/accept/", "/places/"]


@contextmanager
def weighed(page: Page) -> Iterator[list[float]]:
    """Collects the encoded length of everything that the page fetches."""
    sizes: list[float] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    yield sizes
    session.detach()


def visited(site: Site, pages: dict[str, Page]) -> dict[str, float]:
    """What each weighs until nothing more comes; all at once, as each then waits half a second for nothing."""
    with ExitStack() as stack:
        sizes = {path: stack.enter_context(weighed(page)) for path, page in pages.items()}
        for path, page in pages.items():
            page.goto(site.url + path, wait_until="commit")
        for page in pages.values():
            page.wait_for_load_state("networkidle")
    return {path: sum(found) for path, found in sizes.items()}


@pytest.mark.parametrize(("who", "addresses"), [("aissatou", ADDRESSES), ("codou", DESK)])
def test_a_page_is_light(site: Site, who: str, addresses: list[str]) -> None:
    referral = c.sent(site.cast)
    paths = [path.format(case=referral.case_id, sent=referral.pk) for path in addresses]
    user: User = getattr(site.cast, who)
    pages = {path: site.sign_in(user) for path in paths}  # each a browser that has seen nothing
    first, again = visited(site, pages), visited(site, pages)
    assert [path for path in paths if not first[path] > again[path] > 500] == []
    heavy = [
        (path, first[path], again[path])
        for path in paths
        if first[path] > FIRST_VISIT or again[path] > REPEAT
    ]
    assert heavy == []


def test_the_desk_answers_without_javascript(site: Site) -> None:
    referral = c.sent(site.cast)
    context = site.browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    signed = site.sign_in(site.cast.codou)
    context.add_cookies(signed.context.cookies())  # type: ignore[arg-type]
    site.contexts.append(context)
    page = context.new_page()
    page.goto(f"{site.url}/inbox/")
    page.goto(f"{site.url}/referrals/{referral.pk}/accept/")
    page.locator('input[name="conflict"][value="no"]').check()
    page.locator('main form[method="post"] button.govuk-button').last.click()
    assert Referral.objects.get(pk=referral.pk).state == "accepted"
