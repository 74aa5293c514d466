"""What stands on the page of a report, as a reader sees it."""

from datetime import date
from typing import Any

from django.urls import reverse
from lxml import html

from partners.models import User
from tests.referral.pages import sign_in

Tables = dict[str, list[list[str]]]


def tables_of(page: Any) -> Tables:
    """By the heading: the head, then the rows; a number that is not to be published with its sign."""
    body = html.fromstring(page.content.decode())
    found = {}
    for table in body.xpath("//div[@class='app-figures']//table"):
        heading = table.xpath("preceding::h2[1]")[0].text_content()
        found[heading] = [
            [" ".join(cell.text_content().split()) for cell in row.xpath("th|td")]
            for row in table.xpath(".//tr")
        ]
    return found


def report(user: User, first: date, last: date) -> Any:
    page = sign_in(user).get(
        reverse("report_organisation"), {"first": first.isoformat(), "last": last.isoformat()}
    )
    assert page.status_code == 200
    return page


def row(tables: Tables, heading: str, label: str) -> list[str]:
    """The figures of one row, without the sign."""
    return next(
        [figure.removesuffix(" *") for figure in figures]
        for name, *figures in tables[heading]
        if name == label
    )
