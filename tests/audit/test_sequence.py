"""The process of the sequencer goes on when its connection was cut, and asks for witnesses after what is urgent."""

import threading
import time

import pytest
from django.db import connection, connections
from procrastinate.contrib.django.models import ProcrastinateJob

from audit.management.acts.sequence import go_on
from audit.models import Checkpoint, Leaf
from audit.sequencing import Sequencer
from audit.tree import tree_state
from config.connections import administrator
from tests.audit.tree import write
from tests.database.pristine import EMBEDDED
from tests.database.sequencer import connect_as_sequencer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sequencing():
    stopped, sequencer = threading.Event(), Sequencer()

    def run() -> None:
        connect_as_sequencer()
        go_on(sequencer, stopped)
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    yield
    stopped.set()
    thread.join(30)
    assert not thread.is_alive()


def wait(until) -> None:
    ends = time.monotonic() + 60
    while not until():
        assert time.monotonic() < ends
        time.sleep(0.02)


def test_a_connection_that_is_cut_is_made_again(sequencing):
    write(1)
    wait(lambda: Leaf.objects.count() == 1)
    with (
        administrator(connections.settings["default"], embedded=EMBEDDED) as server,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT pg_backend_pid()")
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> %s",
            [connection.settings_dict["NAME"], cursor.fetchone()[0]],
        )
    write(1)
    wait(lambda: Leaf.objects.count() == 2)


def test_after_what_is_urgent_it_is_signed_and_shown_at_once(running, sequencing):
    write(1)
    wait(lambda: Checkpoint.objects.count() == 1)
    write(1, verb="breakglass.open")
    wait(lambda: tree_state().checkpoint.size == 2)
    wait(lambda: ProcrastinateJob.objects.filter(task_name="audit.witness").exists())
