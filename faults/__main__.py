"""Is anything lost when the worker dies? RUNS times a real worker process on a real PostgreSQL, killed at random.

`make faults` starts the server that this runs on, and removes it.
"""

import os
import sys

import django

# Without a pool each job connects anew, and so meets the clock as it stands.
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "RELAIS_ENVIRONMENT": "development",
    "RELAIS_DATABASE_POOL": "0",
}
os.environ.pop("DATABASE_URL", None)
django.setup()

from faults.series import main  # noqa: E402 - models can be imported only once Django is set up

sys.exit(main())
