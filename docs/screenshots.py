"""The pictures of README.md, taken from the running product (`make run`) with Debian's Chromium.

.venv/bin/python docs/screenshots.py --password 'what make run printed' [--url http://127.0.0.1:8000]
"""

import argparse
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).resolve().parent / "screenshots"
LARGEST = 200 * 1024
FOCAL_POINT, CASEWORKER = "focal@demo.relais.example", "caseworker@demo.relais.example"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--password", required=True)
    given = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("Chromium is needed: apt install chromium", file=sys.stderr)  # noqa: T201
        return 1
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        inbox = signed_in(browser, given.url, FOCAL_POINT, given.password, width=400, height=900, scale=1.5)
        inbox.goto(f"{given.url}/inbox/")
        take(inbox, "inbox")
        referral = signed_in(browser, given.url, CASEWORKER, given.password, width=1280, height=1200, scale=1)
        referral.goto(f"{given.url}/referrals/")
        accepted = referral.locator(".app-list tr").filter(has_text="Acceptée").first
        address = accepted.get_by_role("link").get_attribute("href")
        referral.goto(f"{given.url}{address}")
        take(referral, "referral")
        browser.close()
    return 0


def signed_in(
    browser: Browser, url: str, address: str, password: str, *, width: int, height: int, scale: float
) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        locale="fr-FR",
        timezone_id="Africa/Dakar",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(f"{url}/accounts/login/")
    page.fill("[name=login]", address)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda where: "/accounts/login/" not in where)
    return page


def take(page: Page, name: str) -> None:
    path = FOLDER / f"{name}.png"
    page.screenshot(path=path)
    size = path.stat().st_size
    if size > LARGEST:
        path.unlink()
        raise SystemExit(f"{name}.png has {size // 1024} KB: {LARGEST // 1024} KB at most.")


if __name__ == "__main__":
    sys.exit(main())
