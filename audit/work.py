"""How does work outside a request run? With a keyring and a sitting of the system, and what it saw written down."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import datetime
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.manager import JobManager

from audit import services, sitting
from crypto import keyring


@contextmanager
def at_work() -> Iterator[datetime]:
    """Gives the time of the whole piece of work. Raises AuditUnavailable when its looks cannot be written."""
    with keyring.opened(), sitting.opened(sitting.SYSTEM) as current:
        try:
            yield current.at
            services.flush()
        except BaseException:
            current.forget_looks()
            raise
        finally:
            for connection in connections.all(initialized_only=True):
                if not connection.in_atomic_block:
                    connection.close_if_unusable_or_obsolete()


def defer(task: str, *, once: str | None = None, **ids: UUID | int | str) -> None:
    """Asks for a job by its name, in the transaction of the caller: it exists if and only if the change does.

    Args:
        once: while a job with this word waits, another one is not added.
        ids: nothing else; a job's arguments stand in clear.
    """
    arguments = {name: str(value) if isinstance(value, UUID) else value for name, value in ids.items()}
    job = app.configure_task(task, queueing_lock=once)
    # In a worker the queue has connections of its own, on which the job would be there before the change.
    job.job_manager = JobManager(DjangoConnector(DEFAULT_DB_ALIAS))
    with suppress(AlreadyEnqueued), transaction.atomic() if once else nullcontext():
        job.defer(**arguments)
