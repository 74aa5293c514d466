"""The checkpoint goes to the witnesses every quarter of an hour, or at once; every night all of it is verified."""

import logging
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from procrastinate.contrib.django import app

from audit.errors import TreeBroken, WitnessRefused, WitnessSilent
from audit.witnessing import cosign, witnesses
from audit.work import at_work

logger = logging.getLogger(__name__)


@app.periodic(cron="*/15 * * * *", periodic_id="audit.witness")
@app.task(name="audit.witness", queueing_lock="audit.witness")
def witness(timestamp: int = 0) -> None:
    """One witness that is away keeps the others from nothing; the next round asks it again."""
    for each in witnesses():
        with at_work():
            try:
                cosign(each)
            except WitnessSilent as reason:
                logger.warning("witness silent", extra={"event": "witness_silent", "reason": str(reason)})
            except (WitnessRefused, TreeBroken) as reason:
                logger.error("witness refuses", extra={"event": "witness_refuses", "reason": str(reason)})


def night_command() -> list[str]:
    return [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "audit", "nightly", "--gently"]


@app.periodic(cron="40 2 * * *", periodic_id="audit.verify")
@app.task(name="audit.verify", queueing_lock="audit.verify")
def verify(timestamp: int = 0) -> None:
    """In a process of its own: a million events take minutes, and the clock of the referrals waits for nobody."""
    subprocess.Popen(night_command(), stdin=subprocess.DEVNULL)  # noqa: S603 - our own words
