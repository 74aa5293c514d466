"""The doors of the tests of orders of justice: recorded from a paper, checked, by whom."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit import clock
from partners.enums import Role
from partners.models import Membership, Region, User
from referral.forms.when import BOX
from referral.models import Case, Requisition
from tests import cast as c
from tests.referral.pages import press

PAPER = {"authority": "Cabinet canari", "order_number": "RP 41-Canari", "note": "suite canari"}
ASKED = ["identity", "needs", "health", "narrative"]


def box(days: float) -> str:
    return timezone.localtime(clock.now() + timedelta(days=days)).strftime(BOX)


def dated(name: str) -> dict[str, str]:
    today = timezone.localdate(clock.now())
    return {f"{name}_{part}": str(getattr(today, part)) for part in ("day", "month", "year")}


def recorded(client: Client, case: Case, **typed: Any) -> Requisition:
    said = PAPER | {"asked": ASKED, "due_at": box(5)} | dated("ordered_on") | typed
    answer = press(client, reverse("order_new", args=[case.pk]), **said)
    assert answer.status_code == 302, answer.context["form"].errors
    return Requisition.objects.get(case=case)


def checked(client: Client, order: Requisition, **typed: Any) -> Any:
    return press(client, reverse("order_check", args=[order.pk]), **typed)


NARROWED = {"decision": "narrowed", "granted": ["identity", "needs"], "reason": "suffit canari"}


def another_supervisor(cast: c.Cast) -> User:
    with c.acting(), transaction.atomic():
        return c.person("second", cast.unit, Role.SUPERVISOR, at=clock.now())


def bind(auditor: User, region: Region) -> None:
    with c.acting(), transaction.atomic():
        seat = Membership.objects.get(user=auditor, role=Role.AUDITOR)
        seat.region = region
        c.write(seat, fields=["region"])
