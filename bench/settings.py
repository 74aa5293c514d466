"""The product's settings, with the floor page beside it. As production serves it: the pool, the database's sessions."""

from config.settings import *  # noqa: F403
from config.settings import ALLOWED_HOSTS, AUTHENTICATION_BACKENDS, BASE_DIR, STATIC_ROOT, STORAGES, TEMPLATES

ROOT_URLCONF = "bench.urls"
ALLOWED_HOSTS += ["bench"]
AUTHENTICATION_BACKENDS += ["django.contrib.auth.backends.ModelBackend"]  # the floor's sign-in
TEMPLATES[1]["DIRS"] += [BASE_DIR / "bench" / "templates"]
RELAIS_SEARCHES = 500_000  # what is left keeps its number of digits
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATIC_ROOT.mkdir(exist_ok=True)  # empty: nothing is collected for a measurement
