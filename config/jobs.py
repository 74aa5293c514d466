"""What keeps the worker itself going: jobs of a worker that died are taken up, old rows are cleared away."""

import logging

from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

logger = logging.getLogger(__name__)

#: A worker says every 5 seconds that it lives (settings); three missed are a death.
SILENCE = 20
KEPT_HOURS = 30 * 24


@app.periodic(cron="* * * * * */15", periodic_id="rescue")
@app.task(name="config.rescue", queueing_lock="config.rescue", pass_context=True)
async def rescue(context: JobContext, timestamp: int) -> None:
    """Whatever a dead worker held waits again: every effect may be asked for twice (operations: at least once)."""
    jobs = app.job_manager
    for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=SILENCE):
        logger.warning("job taken up again", extra={"event": "job_rescued"})
        try:
            await jobs.retry_job(job)
        except UniqueViolation:  # one like it waits already, and does the same
            await jobs.finish_job(job, Status.FAILED, delete_job=True)
    await jobs.prune_stalled_workers(seconds_since_heartbeat=SILENCE * 30)


@app.periodic(cron="17 3 * * *", periodic_id="forget")
@app.task(name="config.forget", queueing_lock="config.forget", pass_context=True)
async def forget(context: JobContext, timestamp: int) -> None:
    """Failed jobs stay long enough to be seen by the administrator."""
    await app.job_manager.delete_old_jobs(nb_hours=KEPT_HOURS, include_failed=True)
