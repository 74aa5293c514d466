"""The process that gives events their places, and asks the signer to vouch for them."""

import logging
import signal
import threading
from argparse import ArgumentParser
from typing import Any

import psycopg
from django.core.management.base import CommandError, OutputWrapper
from django.db import DEFAULT_DB_ALIAS, Error, connections

from audit.errors import TreeBroken
from audit.sequencing import Batch, Sequencer
from audit.vouching import Vouching
from audit.work import defer

HELP = "puts new events into the tree until stopped; one process of it, beside the web server and the worker"
PAUSE = 0.5  # seconds

logger = logging.getLogger(__name__)


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="what is there now, and end")


def run(out: OutputWrapper, options: dict[str, Any]) -> None:
    sequencer = Sequencer()
    if options["once"]:
        _require_login()
        placed, _urgent = _drain(sequencer)
        Vouching().consider(sequencer.tree, urgent=True)
        out.write(f"{placed} events put into the tree, which has {sequencer.tree.size}.")
        return
    stopped = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stopped.set())
    go_on(sequencer, stopped)


def go_on(sequencer: Sequencer, stopped: threading.Event) -> None:
    """Raises CommandError with another login than the sequencer's."""
    vouching: Vouching | None = None
    show = False  # to the witnesses, at once: until it is signed, should the signer be silent meanwhile
    while not stopped.is_set():
        try:
            if vouching is None:
                _require_login()
                vouching = Vouching()
            _placed, urgent = _drain(sequencer, stopped)
            show = show or urgent
            if vouching.consider(sequencer.tree, urgent=urgent) and show:
                defer("audit.witness", once="audit.witness")
                show = False
        except TreeBroken as reason:
            logger.error("the tree is broken", extra={"event": "tree_broken", "reason": str(reason)})
            sequencer.forget()
        except (Error, psycopg.Error) as error:  # Django wraps what is executed, and not what is copied
            logger.warning(
                "the tree waits for the database",
                extra={"event": "sequencer_waits", "reason": type(error).__name__},
            )
            sequencer.forget()
            vouching = None
            connections[DEFAULT_DB_ALIAS].close()
        stopped.wait(PAUSE)


def _require_login() -> None:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('audit_leaf', 'INSERT')")
        if cursor.fetchone() != (True,):
            raise CommandError(
                "This login may not write the tree: the sequencer runs with RELAIS_DATABASE_LOGIN=sequencer."
            )


def _drain(sequencer: Sequencer, stopped: threading.Event | None = None) -> tuple[int, bool]:
    placed, urgent, batch = 0, False, Batch(more=True)
    while batch.more and not (stopped and stopped.is_set()):
        batch = sequencer.step()
        placed, urgent = placed + batch.leaves, urgent or batch.urgent
    return placed, urgent
