import json
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, OutputWrapper

from audit import services
from audit.enums import Verb
from audit.errors import NothingSigned
from audit.exporting import disclosure_of
from audit.models import Event, Leaf
from audit.work import at_work

HELP = "one event with its salt and its proof, as JSON for verify.py: it says what the event says, to whoever gets it"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("event", type=UUID)


def run(out: OutputWrapper, options: dict[str, Any]) -> None:
    with at_work():
        try:
            disclosed = disclosure_of(options["event"])
        except Event.DoesNotExist:
            raise CommandError("There is no such event.") from None
        except Leaf.DoesNotExist:
            raise CommandError("The event is not in the tree yet.") from None
        except NothingSigned as reason:
            raise CommandError(str(reason)) from None
        services.look(Verb.AUDIT_READ, Event.objects.get(pk=options["event"]), scope="disclose")
    out.write(json.dumps(disclosed, ensure_ascii=False, indent=1))
