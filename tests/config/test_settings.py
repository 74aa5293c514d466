"""What the settings say where nothing is said: in a process of its own, because they are read once."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SHOW = """
import json, sys
from config import settings
print(json.dumps({name: getattr(settings, name) for name in sys.argv[1:]}, default=str))
"""


def shown(*names, **environment):
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("RELAIS_", "DATABASE_"))
    }
    done = subprocess.run(
        [sys.executable, "-c", SHOW, *names],
        cwd=ROOT,
        env=clean | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_production_is_what_nobody_asked_for():
    assert shown(
        "DEVELOPMENT", "DEBUG", "SECRET_KEY", "ALLOWED_HOSTS", "RELAIS_DEMONSTRATION", "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE", "SESSION_COOKIE_NAME", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS",
    ) == {
        "DEVELOPMENT": False,
        "DEBUG": False,
        "SECRET_KEY": "",
        "ALLOWED_HOSTS": [],
        "RELAIS_DEMONSTRATION": False,
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SESSION_COOKIE_NAME": "__Host-session",
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 63_072_000,
    }  # fmt: skip


@pytest.mark.parametrize("environment", ["", "production", "Development", "staging"])
def test_the_demonstration_needs_development(environment):
    asked = {"RELAIS_ENVIRONMENT": environment, "RELAIS_DEMONSTRATION": "1"}
    assert shown("RELAIS_DEMONSTRATION", **asked) == {"RELAIS_DEMONSTRATION": False}


def test_the_demonstration_in_development():
    asked = {"RELAIS_ENVIRONMENT": "development", "RELAIS_DEMONSTRATION": "1"}
    assert shown("RELAIS_DEMONSTRATION", "DEBUG", **asked) == {"RELAIS_DEMONSTRATION": True, "DEBUG": False}


def test_a_secret_may_come_from_a_file(tmp_path):
    (tmp_path / "key").write_text("from a file")
    assert shown("SECRET_KEY", RELAIS_SECRET_KEY_FILE=str(tmp_path / "key")) == {"SECRET_KEY": "from a file"}


def test_forms_keep_their_origin(settings):
    """With `no-referrer` a browser sends `Origin: null` with a form, and Django refuses it."""
    assert settings.SECURE_REFERRER_POLICY == "same-origin"


def test_both_aliases_are_one_database():
    made = shown("DATABASES", DATABASE_URL="postgres://me@db/cases")["DATABASES"]
    assert made["default"] == made["audit"]
    assert made["default"]["NAME"] == "cases"
