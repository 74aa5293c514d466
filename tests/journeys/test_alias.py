"""She gives no name: referred, housed and followed all the same, under what she wants to be called."""

import pytest

from tests import cast as c
from tests.journeys.conftest import Site
from tests.journeys.steps import Look, arrival_code, at_width, finish, long_version, open_a_case, receive

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "audit"])


@long_version
@at_width(1280)
def test_under_an_alias_from_the_first_report_to_the_outcome(site: Site, looked_at: Look, width: int) -> None:
    page = site.sign_in(site.cast.aissatou, width=width)
    alias = "Étoile Secrète"
    case = open_a_case(page, site, looked_at, age_status="adult", age_band="21-29", alias=alias)
    referral = c.sent(site.cast, case)
    receive(site, looked_at, referral, alias, width=width)
    code = arrival_code(page, site, looked_at, referral)
    finish(site, looked_at, referral, code, alias, width=width)
