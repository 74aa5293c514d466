"""Of every kind of notice, by every channel: a reference, what is asked and by when, and nothing of anybody."""

import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import transaction

from audit import clock
from audit.rows import write
from audit.work import at_work
from partners.enums import MailPace, SmsPace
from partners.models import Organisation, Site, User
from referral import escalation, jobs, notices
from referral.enums import State, TaskKind
from referral.models import Case, Delivery, Notice, Referral, Task
from referral.references import spoken
from referral.services.deliveries import deliver_digests
from referral.services.escalating import climb_referral, climb_task
from tests import canary
from tests import cast as c
from tests.contents import log_holds
from tests.referral.test_gateway import operator
from tests.working import work

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

#: All that a mail or a text may say, beside a reference, a code, a date and an address to sign in at.
WORDS = re.compile(
    r"portail de suivi|action requise|pour information|avis du jour|référence|réf|avant|le|à|h|er|"
    r"connectez-vous pour le voir|quelque chose attend d.être repris|répondez|pour oui|pour non|"
    r"pour être rappelée?|rappelé·e|rappel|être|ou|"
    r"janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre",
    re.IGNORECASE,
)


def everybody_hears_by_all_channels(cast: c.Cast) -> None:
    with c.acting(), transaction.atomic():
        for number, user in enumerate(User.objects.order_by("pk")):
            user.telephone, user.sms_pace, user.mail_pace = (
                f"+2217700001{number:02}",
                SmsPace.ACTION,
                MailPace.DAILY,
            )
            write(user, fields=["telephone", "sms_pace", "mail_pace"])


def every_rung_of_every_ladder(cast: c.Cast, referral: Referral) -> None:
    at = clock.now()
    with at_work(), transaction.atomic():
        for number in range(1, 1 + len(escalation.LADDERS[State(referral.state)])):
            climb_referral(referral, number, at=at)
        for kind in TaskKind:
            for about in (referral, None):
                climbed(kind, cast, referral.case, about)


def climbed(kind: TaskKind, cast: c.Cast, case: Case, referral: Referral | None) -> None:
    at = clock.now()
    task = Task(
        kind=kind,
        case=case,
        referral=referral,
        organisation=cast.unit,
        owner=cast.aissatou,
        made_at=at,
        due_at=at + timedelta(hours=24),
        note="note canari",
    )
    write(task, case_id=case.pk)
    for number in range(1, 1 + len(escalation.task_ladder(kind))):
        climb_task(task, number, at=at)


def for_information(cast: c.Cast, referral: Referral) -> None:
    with at_work() as at, transaction.atomic():
        for about in (referral, referral.case):
            notices.tell([cast.aissatou, cast.codou], about, at=at, due_at=None, action_needed=False)


def test_no_channel_carries_more_than_a_reference_a_call_and_a_deadline(
    cast: c.Cast, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    everybody_hears_by_all_channels(cast)
    referral = c.sent(cast)
    with operator() as gate:
        settings.RELAIS_GATEWAY_URL, settings.RELAIS_GATEWAY_TOKEN = gate.url, "jeton"
        settings.RELAIS_GATEWAY_ANSWER_TOKEN = "retour"
        every_rung_of_every_ladder(cast, referral)
        for_information(cast, referral)
        work("referral.deliver")
        with at_work() as at:
            deliver_digests(at=at)
        jobs.count_lost(timestamp=0)
    assert set(Delivery.objects.values_list("channel", "state")) == {("email", "sent"), ("sms", "sent")}
    assert {notice.object_type for notice in Notice.objects.all()} == {"case", "referral", "task"}

    carried = [f"{m.subject}\n{m.body}" for m in mail.outbox] + [each["text"] for each in gate.received]
    names = [
        *User.objects.values_list("name", flat=True),
        *Organisation.objects.values_list("name", flat=True),
        *Site.objects.values_list("name", flat=True),
    ]
    planted = [*c.SECRETS.values(), "note canari", *map(str, names), *(kind.label for kind in TaskKind)]
    heap = "\n".join(carried)
    assert canary.found([*c.SECRETS.values(), "note canari"], heap.encode()) == []
    assert [word for word in map(str, planted) if word in heap] == []
    references = set(Notice.objects.values_list("reference", flat=True))
    left = {rest for text in carried if (rest := unexplained(text, references))}
    assert left == set()
    assert log_holds(caplog, [*c.SECRETS.values(), "note canari", *map(str, names)]) == []
    assert len(carried) > 100


def unexplained(text: str, references: set[str]) -> str:
    """What is left of a message without the words that it may say."""
    text = re.sub(r"https?://\S+", "", text.replace("\xa0", " ").replace("\u202f", " "))
    for reference in references:
        text = text.replace(reference, "").replace(spoken(reference).replace("\xa0", " "), "")
    return re.sub(r"[\s\d.,:;/-]", "", WORDS.sub("", text))
