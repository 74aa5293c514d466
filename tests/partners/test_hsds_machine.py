"""What nobody would think of asking: requests that follow from the OpenAPI, as a program of a stranger sends them."""

import os
from typing import Any

import pytest

from tests.partners.conftest import BOTH
from tests.partners.directory import make_directory

pytestmark = pytest.mark.django_db(databases=BOTH)
CASES = 1000 if os.environ.get("FULL") else 60


def test_a_thousand_requests_find_no_error(db: None, settings: Any) -> None:
    """Every answer is one that the OpenAPI says, and is of its form; nothing breaks."""
    settings.RELAIS_API_REQUESTS = settings.RELAIS_API_REQUESTS_TOKEN = 100_000
    token = make_directory().token()
    ways = []
