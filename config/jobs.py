"""What keeps the worker itself going: jobs of a worker that died are taken up, old rows are cleared away."""

import logging

from procrastinate import JobContext
from procrastinate.contrib.django import app

logger = logging.getLogger(__name__)

#: A worker says every 5 seconds that it lives (settings); three missed are a death.
SILENCE = 20


@app.periodic(cron="* * * * * */15", periodic_id="rescue")
@app.task(name="config.rescue", queueing_lock="config.rescue", pass_context=True)
async def rescue(context: JobContext, timestamp: int) -> None:
    """Whatever a dead worker held waits again: every effect may be asked for twice (operations: at least once)."""
    jobs = app.job_manager
    for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=SILENCE):
        logger.warning("job taken up again", extra={"event": "job_rescued"})
        await jobs.retry_job(job)
    await jobs.prune_stalled_workers(seconds_since_heartbeat=SILENCE * 30)
