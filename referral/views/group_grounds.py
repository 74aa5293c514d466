"""The second person countersigns the grounds of one arrival together: what is said of each child, then one press."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partners.actor import Actor
from referral import policy
from referral.forms.groups import CountersignForm
from referral.models import LegalGround
from referral.queries.arrivals import arrival_of
from referral.services import group_grounds
from referral.views import words
from referral.views.arrivals import person_codes
from referral.views.basis import reasons
from referral.views.confirming import posted
from referral.views.door import ActingRequest, now, perform
from referral.views.shared import persons


@require_http_methods(["GET", "POST"])
def arrival_grounds(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Children of whom the same was written stand under the same words; all are ticked at first."""
    actor = request.actor
    found = group_grounds.read_grounds(actor, pk)
    back_url = reverse("arrival", args=[pk]) if arrival_of(actor, pk) else reverse("home")
    theirs = [each for each in found if policy.is_second_person(actor, each.recorded_by_id)]
    form = CountersignForm(
        posted(request),
        grounds=[each.pk for each in found],
        initial={"ground": [str(each.pk) for each in theirs]},
    )

    def act(cleaned: dict[str, Any]) -> str:
        signed = group_grounds.countersign_grounds(pk, by=actor, at=now(), chosen=cleaned["ground"])
        words = _("The ground is countersigned for %(persons)s.") % {"persons": persons(len(signed))}
        messages.success(request, words)
        return back_url

    done = perform(request, form, act)
    if done is not None:
        return done
    opened = group_grounds.look_at_grounds(actor, found, begun=form.is_bound)
    ticked = set(form["ground"].value() or [])
    return render(
        request,
        "referral/group/grounds.html",
        {
            "form": form,
            "title": _("Countersign the grounds of an arrival"),
            "text": _(
                "Read what is said of each child. Whoever is not ticked goes on waiting; to refuse one, open it alone."
            ),
            "alike": _alike(actor, found, ticked, opened=opened),
            "may_sign": bool(theirs) and opened,
            "opened": opened,
            "due": min((each.review_due for each in found), default=None),
            "at": now(),
            "submit": _("Countersign those ticked"),
            "cancel_url": back_url,
        },
    )


def _alike(
    actor: Actor, grounds: Iterable[LegalGround], ticked: set[str], *, opened: bool
) -> list[dict[str, Any]]:
    """The children of whom the same person said the same, to the same receiver."""
    blocks: dict[tuple[Any, ...], dict[str, Any]] = {}
    for ground in grounds:
        said = reasons(ground) if opened else []
        # What is not shown makes nobody alike.
        unread = () if opened else (ground.pk,)
        key = (ground.recorded_by_id, ground.recipient_id, ground.purpose, *ground.groups, *said, *unread)
        block = blocks.setdefault(
            key,
            {
                "rows": _rows(actor, ground),
                "reasons": said,
                "own": not policy.is_second_person(actor, ground.recorded_by_id),
                "children": [],
            },
        )
        block["children"].append(
            {
                "pk": str(ground.pk),
                "number": ground.case.slip.number,
                "who": person_codes(ground.case.person),
                "ticked": str(ground.pk) in ticked,
                "url": reverse("ground_decide", args=[ground.pk]),
            }
        )
    return list(blocks.values())


def _rows(actor: Actor, ground: LegalGround) -> list[tuple[str, str]]:
    inside = actor.organisation_id == ground.case.organisation_id
    return [
        (_("Recorded by"), ground.recorded_by.name if inside else ground.case.organisation.name),
        (_("To be shared with"), words.organisation_words(ground.recipient, ground.purpose)),
        (_("What would be shared"), words.group_words(ground.groups)),
    ]
