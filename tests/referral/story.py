"""A journey through the pages, told step by step: who does what, who is told of it, who can still read what."""

import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core import mail
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import gettext

from audit import clock
from audit.models import Event
from audit.work import defer
from crypto.models import DataKey
from crypto.scopes import ScopeKind
from partners.models import Organisation
from partners.templatetags.interface import moment
from referral.disclosure import purpose_of, releasable
from referral.enums import AgeStatus, Group
from referral.models import Case, Notice, Referral, Transition
from tests import cast as c
from tests.referral.pages import press, sign_in
from tests.working import work

TOLD_ALOUD = {"explained": "on", "language": "wol", "method": "oral_with_witness", "witness": "Témoin Canari"}


@dataclass
class Story:
    cast: c.Cast
    #: pytest-django's `django_capture_on_commit_callbacks`: what waits for the commit, as a session does.
    committing: Callable[..., Any]

    def browser(self, who: str) -> Client:
        return sign_in(self.cast.people[who])

    def later(self, **span: float) -> None:
        """The clock of the database goes on, on both connections, until the test ends."""
        for alias in ("default", "audit"):
            with connections[alias].cursor() as cursor:
                cursor.execute(
                    "SELECT set_config('relais.clock_offset', (%s + coalesce(nullif("
                    "current_setting('relais.clock_offset', true), ''), '0')::interval)::text, true)",
                    [timedelta(**span)],
                )

    def does(self, who: str, url: str, /, told: str = "", **typed: Any) -> str:
        """Fills the form of a page and sends it; returns where it leads. Exactly the people of `told` are told."""
        self.later(minutes=1)  # inside one transaction the database's time stands still
        with self.telling(told), self.committing(execute=True):
            answer = press(self.browser(who), url, **typed)
        assert answer.status_code == 302, said(answer)
        return str(answer["Location"])

    def waits(self, hours: float, told: str = "") -> None:
        """Nobody does anything; the worker's clock goes round, more than once. Exactly the people of `told` hear."""
        with self.telling(told):
            for _quarter in range(4):
                self.later(hours=hours / 4)
                defer("referral.clock", timestamp=int(clock.now().timestamp()))
                assert work("referral.clock") == 1

    @contextmanager
    def telling(self, told: str) -> Iterator[None]:
        """Exactly the people of `told` hear of what happens meanwhile, each by one mail that says what it may."""
        work()
        noticed, sent = set(Notice.objects.values_list("pk", flat=True)), len(mail.outbox)
        yield
        work()
        notices = list(Notice.objects.exclude(pk__in=noticed).select_related("user"))
        assert sorted(notice.user.name.lower() for notice in notices) == sorted(told.split())
        mails = sorted(mail.outbox[sent:], key=lambda message: (message.to, message.subject))
        assert len(mails) == len(notices)
        for notice, message in zip(
            sorted(notices, key=lambda n: ([n.user.email], n.reference)), mails, strict=True
        ):
            says_only_what_it_may(notice, message)

    def acts(self, who: str, referral: Referral, action: str, /, told: str = "", **typed: Any) -> Transition:
        """One act on a referral: its line of the log, its event and the sender's page name organisation and time."""
        moves = referral.transitions.filter(action=action)
        events = Event.objects.filter(referral_id=referral.pk, verb=f"transition.{action}")
        moved, noted, before = (
            *({*rows.values_list("pk", flat=True)} for rows in (moves, events)),
            clock.now(),
        )
        self.does(who, self.page_of_act(referral, action), told, **typed)
        referral.refresh_from_db()
        (move,), (event,) = moves.exclude(pk__in=moved), events.exclude(pk__in=noted)
        user = self.cast.people[who]
        assert (move.actor_id, move.organisation_id) == (user.pk, user.organisation_id)
        assert (event.actor_id, event.organisation_id) == (user.pk, user.organisation_id)
        assert before < move.recorded_at <= clock.now()
        shown = self.browser("aissatou").get(reverse("referral", args=[referral.pk])).context["entries"][0]
        assert (shown["at"], user.organisation.name in shown["by"]) == (move.occurred_at, True)
        return move

    def is_refused(self, who: str, url: str, /, **typed: Any) -> str:
        """The form comes back, with this said, and nothing has moved and nobody was told."""
        before = (Notice.objects.count(), Transition.objects.count())
        answer = press(self.browser(who), url, **typed)
        assert answer.status_code == 200
        assert (Notice.objects.count(), Transition.objects.count()) == before
        return said(answer)

    def reads(self, who: str, name: str, *arguments: Any) -> str:
        answer = self.browser(who).get(reverse(name, args=arguments))
        assert answer.status_code == 200, (who, name, answer.status_code)
        return str(answer.content.decode())

    def status(self, who: str, name: str, *arguments: Any) -> int:
        return int(self.browser(who).get(reverse(name, args=arguments)).status_code)

    @staticmethod
    def page_of_act(referral: Referral, action: str) -> str:
        return reverse("referral_act", args=[referral.pk, action])

    # --- what every scenario begins with ---------------------------------------------------------------------
    def opens_case(self, owner: str = "aissatou", /, **person: Any) -> Case:
        url = self.does(
            owner, reverse("case_new_page"), **form_of(c.WOMAN | person), region=self.cast.region.code
        )
        return Case.objects.get(pk=re.findall(r"[0-9a-f-]{36}", url)[0])

    def agrees(
        self,
        case: Case,
        recipient: Organisation,
        service: str,
        groups: Collection[str] = tuple(Group),
        refuses: Collection[str] = (),
    ) -> None:
        """The person is asked about everything that the service needs, and says yes to `groups` of it."""
        purpose = purpose_of(recipient.kind, service)
        cells = {
            f"cell_{recipient.pk.hex}_{purpose}_{group}": "yes"
            if group in groups and group not in refuses
            else "no"
            for group in releasable(service, Group)
        }
        query = urlencode({"to": f"{recipient.pk}:{service}", "ask": "1"})
        agreeing = {}
        if case.person.age_status == AgeStatus.CHILD:
            agreeing["guardian"] = str(c.safe_guardian(case).pk)
        url = f"{reverse('consent', args=[case.pk])}?{query}"
        self.does(owner(case), url, **TOLD_ALOUD, **agreeing, **cells)

    def drafts(self, case: Case, recipient: Organisation, service: str, urgency: str = "urgent") -> Referral:
        query = urlencode({"service": service, "urgency": urgency, "days": 30})
        url = self.does(
            owner(case), f"{reverse('case_refer', args=[case.pk])}?{query}", organisation=str(recipient.pk)
        )
        return Referral.objects.get(pk=UUID(re.findall(r"[0-9a-f-]{36}", url)[0]))

    def sends(self, referral: Referral, told: str, **unticked: Any) -> None:
        who = owner(referral.case)
        onwards = self.does(who, reverse("referral_check", args=[referral.pk]), **unticked)
        assert onwards == self.page_of_act(referral, "send")
        self.does(who, onwards, told)
        referral.refresh_from_db()
        assert referral.state == "sent"

    def refers(self, case: Case, recipient: Organisation, service: str, told: str) -> Referral:
        self.agrees(case, recipient, service)
        referral = self.drafts(case, recipient, service)
        self.sends(referral, told)
        return referral

    # --- what must hold at the end ---------------------------------------------------------------------------
    def is_closed_to(self, who: str, referral: Referral) -> None:
        """No page, no list, no notice of theirs opens anything of it any more, and its snapshot has no key."""
        browser = self.browser(who)
        for address in ("referral", "referral_shared", "referral_extract", "referral_print"):
            assert browser.get(reverse(address, args=[referral.pk])).status_code == 404, address
        for action in ("accept", "start", "write", "complete"):
            assert browser.get(self.page_of_act(referral, action)).status_code == 404
        for page in ("inbox", "home"):
            assert str(referral.pk) not in browser.get(reverse(page)).content.decode()
        assert str(referral.pk) not in browser.get(f"{reverse('inbox')}?show=ended").content.decode()
        for notice in Notice.objects.filter(user=self.cast.people[who], object_id=referral.pk):
            answer = browser.get(reverse("notice", args=[notice.pk]))
            assert (answer.status_code, str(referral.pk) in answer.content.decode()) == (200, False)
        snapshot_is_closed(referral)


def snapshot_is_closed(referral: Referral) -> None:
    assert referral.snapshots.exists()
    assert not DataKey.objects.filter(scope_kind=ScopeKind.DISCLOSURE, scope_id=referral.pk).exists()


def owner(case: Case) -> str:
    case.refresh_from_db()
    assert case.owner is not None
    return str(case.owner.name.lower())


def said(answer: Any) -> str:
    """What the form says was wrong."""
    return " / ".join(str(error) for errors in answer.context["form"].errors.values() for error in errors)


def says_only_what_it_may(notice: Notice, message: Any) -> None:
    """Reference, "action requise", deadline: nothing else, in the subject or the body (design §7.9)."""
    what = fr("Action required") if notice.action_needed else fr("For your information")
    due = [f"{fr('Before:')} {in_french(notice.due_at)}"] if notice.due_at else []
    lines = [what, "", f"{fr('Reference:')} {notice.reference}", *due, ""]
    assert message.to == [notice.user.email]
    assert message.subject == fr("%(site)s: %(reference)s") % {
        "site": "Portail de suivi",
        "reference": notice.reference,
    }
    assert message.body.strip("\n").split("\n") == [
        *lines,
        f"{fr('Sign in to see it:')} http://127.0.0.1:8000/notices/",
    ]


def fr(sentence: str) -> str:
    """As the people of the cast read it."""
    with translation.override("fr"):
        return gettext(sentence)


def in_french(at: datetime) -> str:
    with translation.override("fr"):
        return moment(at)


def form_of(person: dict[str, Any]) -> dict[str, Any]:
    """What one types into the form of a new case for a person of tests/cast.py."""
    typed = {
        name: value for name, value in person.items() if isinstance(value, str) and name != "nationality"
    }
    return typed | {
        "urgency": "urgent",
        "risk": "high",
        "nationality": "SN",
        "languages": person["languages"],
        "interpreter_needed": "yes",
        "flags": person["flags"],
        **{f"children_{band.replace('-', '_')}": "1" for band in person["children"]},
    }
