import json
import socket

import pytest
from django.db import connections

from config import checks
from config.connections import administrator, make_roles


def ids(messages):
    return [message.id for message in messages]


def test_production_is_not_development(settings):
    settings.DEVELOPMENT, settings.RELAIS_DEMONSTRATION = True, True
    settings.RELAIS_ORIGIN = "http://127.0.0.1:8000"
    assert ids(checks.check_environment(None)) == ["relais.E001", "relais.E002", "relais.E005"]
    settings.DEVELOPMENT, settings.RELAIS_DEMONSTRATION = False, False
    settings.RELAIS_ORIGIN = "https://relais.example"
    assert ids(checks.check_environment(None)) == []


def test_the_key_lies_apart_from_code_and_state(settings, tmp_path):
    assert ids(checks.check_key_file(None)) == []
    settings.RELAIS_KEY_FILE = tmp_path / "missing"
    assert ids(checks.check_key_file(None)) == ["relais.E003"]
    (tmp_path / "code" / "keys").mkdir(parents=True)
    (tmp_path / "code" / "keys" / "kek.json").touch()
    settings.RELAIS_KEY_FILE = tmp_path / "code" / "keys" / "kek.json"
    settings.BASE_DIR = tmp_path / "code"
    assert ids(checks.check_key_file(None)) == ["relais.E004"]
    (tmp_path / "link").symlink_to(settings.RELAIS_KEY_FILE)
    settings.RELAIS_KEY_FILE = tmp_path / "link"  # a link does not take it out of there
    assert ids(checks.check_key_file(None)) == ["relais.E004"]


def test_an_old_epoch_is_a_warning(settings, own_key_file):
    assert ids(checks.check_epoch(None)) == []
    content = json.loads(own_key_file.read_text())
    content["epochs"][content["active"]]["created_at"] = "2020-01-01T00:00:00+00:00"
    own_key_file.write_text(json.dumps(content))
    assert ids(checks.check_epoch(None)) == ["relais.W003"]
    settings.RELAIS_KEY_FILE = own_key_file.parent / "missing"
    assert ids(checks.check_epoch(None)) == []


@pytest.mark.django_db
def test_a_server_that_logs_values_is_an_error(monkeypatch):
    with connections["default"].cursor() as cursor:
        cursor.execute("SHOW log_parameter_max_length")
        (shown,) = cursor.fetchone()
    monkeypatch.setattr(checks, "PARAMETERS", {"log_parameter_max_length": shown})
    assert "relais.E013" not in ids(checks.check_server(databases=["default"]))
    monkeypatch.setattr(checks, "PARAMETERS", {"log_parameter_max_length": "another"})
    assert "relais.E013" in ids(checks.check_server(databases=["default"]))


@pytest.mark.django_db
def test_missing_roles_are_an_error(monkeypatch):
    monkeypatch.setattr(checks, "ROLES", "SELECT count(*) FROM pg_roles WHERE rolname = 'relais_app'")
    assert "relais.E011" in ids(checks.check_server(databases=["default"]))


def test_a_login_that_could_leave_its_role_is_warned_about(settings):
    """Behind one login for everything, SET ROLE NONE would lead an injected statement to the audit."""
    with administrator(connections.settings["default"], embedded=not settings.DATABASE_URL) as server:
        make_roles(server)
        with server.cursor() as cursor:
            assert "relais.W012" not in ids(checks._ask(cursor)) or settings.DATABASE_URL
            cursor.execute("SET ROLE relais_app")
            assert "relais.W012" in ids(checks._ask(cursor))


@pytest.mark.django_db
def test_a_login_that_could_write_the_tree_is_warned_about():
    """As the tests' own: it begins as the application, and may become the sequencer."""
    with connections["default"].cursor() as cursor:
        assert "relais.W012" in ids(checks._ask(cursor))


@pytest.mark.django_db(transaction=True)
def test_a_server_that_does_not_answer_is_an_error(monkeypatch):
    monkeypatch.setattr(checks, "ROLES", "SELECT 1/0")
    assert ids(checks.check_server(databases=["default"])) == ["relais.E010"]


def test_no_database_is_asked_unless_named():
    assert ids(checks.check_server()) == []


def test_an_agent_and_a_key_server_are_where_the_settings_say(settings, tmp_path):
    settings.RELAIS_KEY_PROVIDER, settings.RELAIS_KEY_AGENT = "sealed", tmp_path / "agent.sock"
    assert ids(checks.check_key_file(None)) == ["relais.E007"]
    with socket.socket(socket.AF_UNIX) as agent:
        agent.bind(str(settings.RELAIS_KEY_AGENT))
        assert ids(checks.check_key_file(None)) == []
    settings.RELAIS_KEY_PROVIDER, settings.RELAIS_KEY_FORMER = "vault", "file"
    settings.RELAIS_VAULT = settings.RELAIS_VAULT | {"url": "http://keys.example"}
    assert ids(checks.check_key_file(None)) == ["relais.E008"]
    settings.RELAIS_VAULT = settings.RELAIS_VAULT | {"url": "https://keys.example"}
    assert ids(checks.check_key_file(None)) == []
    settings.RELAIS_KEY_FORMER = "cloud"
    assert ids(checks.check_key_file(None)) == ["relais.E009"]
