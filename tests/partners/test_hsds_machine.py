"""What nobody would think of asking: requests that follow from the OpenAPI, as a program of a stranger sends them."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.wsgi import application
from tests.partners.conftest import BOTH
from tests.partners.directory import make_directory

pytestmark = pytest.mark.django_db(databases=BOTH)
CASES = 1000 if os.environ.get("FULL") == "1" else 60
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture
def kept_connections() -> Iterator[None]:
    """As Django's own test client: a request from outside would close what the test's transaction runs on."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("kept_connections")
@pytest.mark.no_cover  # long under FULL=1
def test_requests_that_follow_from_the_openapi_find_no_error(db: None, settings: Any) -> None:
    """Right and wrong ones, with a token and without: each answer is one that the OpenAPI tells, in its form."""
    settings.ALLOWED_HOSTS = ["*"]
    plain = {"Accept-Encoding": "identity"}  # the client in between unpacks nothing
    bearer = plain | {"Authorization": f"Bearer {make_directory().token()}"}
    openapi = schemathesis.openapi.from_wsgi("/api/hsds/openapi.json", application)
    answered: set[int] = set()

    @hypothesis(
        max_examples=CASES,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
        database=None,
    )
    @given(
        case=st.one_of(openapi.as_strategy(), openapi.as_strategy(GenerationMode.NEGATIVE)),
        known=st.booleans(),
    )
    def ask(case: Any, known: bool) -> None:
        response = case.call(headers=bearer if known else plain)
        answered.add(response.status_code)
        case.validate_response(response, checks=CHECKS)

    ask()
    assert {200, 422} <= answered
