"""The product's settings in a test's environment; conftest.py starts the server that they point to."""

import os
from pathlib import Path

os.environ["RELAIS_ENVIRONMENT"] = "development"
os.environ.setdefault("RELAIS_STATE", str(Path(__file__).resolve().parent.parent / ".state" / "tests"))
os.environ.setdefault("RELAIS_DATABASE_POOL", "0")  # tests open connections in threads of their own

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS, PASSWORD_HASHERS, STORAGES

INSTALLED_APPS += ["tests.database", "tests.audit.testapp", "tests.crypto.testapp"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = True  # nothing is collected for a test
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# All tests ask from one address, many in a minute; those of the limits set their own.
RELAIS_API_REQUESTS = RELAIS_API_REQUESTS_TOKEN = 1_000_000
PASSWORD_HASHERS = ["tests.passwords.QuickArgon2", *PASSWORD_HASHERS[1:]]
