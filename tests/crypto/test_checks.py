from typing import Any

import pytest
from django.apps import apps

from crypto import checks


@pytest.fixture
def testapp_is_ours(settings: Any) -> None:
    settings.RELAIS_APPS = ["crypto_testapp"]


def found(errors: list[Any]) -> set[tuple[str, str]]:
    return {(error.id, error.msg.split()[0]) for error in errors}


@pytest.mark.usefixtures("testapp_is_ours")
def test_a_text_without_a_level_is_an_error() -> None:
    careless = {"char", "text", "email", "json", "binary", "upload", "slug", "several"}
    assert found(checks.every_text_has_a_level(None)) == {
        *(("crypto.E001", f"crypto_testapp.Careless.{name}") for name in careless),
        # simple-history's own free text in clear, which the history of `audit` leaves out
        ("crypto.E001", "crypto_testapp.HistoricalFile.history_change_reason"),
    }


@pytest.mark.usefixtures("testapp_is_ours")
def test_a_sealed_field_needs_a_scope_and_a_known_row() -> None:
    assert found(checks.sealed_models_have_a_scope(None)) == {
        ("crypto.E002", "crypto_testapp.Careless"),
        ("crypto.E003", "crypto_testapp.Careless"),
    }


@pytest.mark.usefixtures("testapp_is_ours")
def test_only_the_apps_that_were_asked_for_are_checked() -> None:
    assert checks.every_text_has_a_level([apps.get_app_config("contenttypes")]) == []
    assert checks.every_text_has_a_level([apps.get_app_config("crypto_testapp")]) != []
    assert checks.sealed_models_have_a_scope([apps.get_app_config("contenttypes")]) == []


def test_every_text_of_the_product_has_a_level() -> None:
    assert checks.every_text_has_a_level(None) == []
    assert checks.sealed_models_have_a_scope(None) == []


def test_django_runs_the_checks() -> None:
    from django.core.checks.registry import registry

    assert {checks.every_text_has_a_level, checks.sealed_models_have_a_scope} <= registry.registered_checks
