"""The checkpoint goes to the witnesses every quarter of an hour, and when the sequencer asks for it."""

import logging

from procrastinate.contrib.django import app

from audit.errors import WitnessRefused, WitnessSilent
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
            except WitnessRefused as reason:
                logger.error("witness refuses", extra={"event": "witness_refuses", "reason": str(reason)})
