"""Part of `make check`: an installation as production has it, on a temporary server.

All migrations run, none is missing, and `check --deploy` has nothing to say.
"""

import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

from audit.signer import VKEY
from config.database import default_state
from config.run import CannotRun, prepare_database, prepare_key, prepare_signer


def main() -> int:
    state = default_state()
    with tempfile.TemporaryDirectory(prefix="relais-keys-") as elsewhere:
        key = Path(elsewhere) / "keys" / "kek.json"
        prepare_key(key)
        prepare_signer(Path(elsewhere) / "signer")
        production = {
            name: value for name, value in os.environ.items() if not name.startswith(("RELAIS_", "DATABASE_"))
        }
        production |= {
            "RELAIS_STATE": str(state),
            "RELAIS_HOSTS": "relais.example",
            "RELAIS_ORIGIN": "https://relais.example",
            "RELAIS_SECRET_KEY": secrets.token_urlsafe(64),
            "RELAIS_KEY_FILE": str(key),
            "RELAIS_LOG_KEY": (Path(elsewhere) / "signer" / VKEY).read_text(),
        }
        try:
            prepare_database("", state)
        except CannotRun as reason:
            print(reason, file=sys.stderr)
            return 1
        manage = [sys.executable, "-W", "error", "manage.py"]
        for command, login in (
            (["makemigrations", "--check", "--dry-run"], "owner"),
            (["migrate", "--verbosity=0"], "owner"),
            (["createcachetable"], "owner"),
            (["audit", "sequence", "--once"], "sequencer"),
            (["check", "--deploy", "--database=default", "--database=audit", "--fail-level=WARNING"], "app"),
        ):
            done = subprocess.run(
                [*manage, *command], env=production | {"RELAIS_DATABASE_LOGIN": login}, check=False
            )
            if done.returncode:
                return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
