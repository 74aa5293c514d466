"""The worker, for tests inside one transaction: runs what was asked for, by the job's own function."""

from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob


def work(task: str = "") -> int:
    """Runs the jobs that wait, those of `task` alone where named; gives their number."""
    waiting = ProcrastinateJob.objects.filter(status="todo").order_by("id")
    jobs = list(waiting.filter(task_name=task) if task else waiting)
    for job in jobs:
        context = type("Context", (), {"job": job.procrastinate_job})()
        known = app.tasks[job.task_name]
        known.func(*([context] if known.pass_context else []), **job.args)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job.pk])
    return len(jobs)
