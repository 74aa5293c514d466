"""Half-typed forms: kept as they are typed, taken up again, thrown away. And the beat that keeps a session open."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.forms import Form
from django.http import Http404, HttpResponse, HttpResponseBadRequest, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from crypto.errors import PlaintextRefused
from partners.templatetags.interface import clock
from referral.services.drafts import drop_draft, load_draft, save_draft
from referral.views.door import ActingRequest, now

#: Names of forms are chosen by the pages that keep a draft, never by a person.
FORM_NAME = re.compile(r"[a-z_]{1,40}")
#: What belongs to one page view and not to what was typed.
NOT_KEPT = frozenset({"csrfmiddlewaretoken", "key", "version", "discard", "next", "later", "declined_topic"})
#: Under this name it is kept of which version the page was.
OF_VERSION = "of_version"


@require_POST
def draft_save(request: ActingRequest, form: str, about: UUID) -> HttpResponse:
    """Keeps what was typed, or throws it away. Answers with the time, for "Draft saved at 14:05"."""
    if not FORM_NAME.fullmatch(form):
        raise Http404
    if "discard" in request.POST:
        drop_draft(by=request.actor, form=form, about=about)
        back = request.POST.get("next", "")
        return redirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else "home")
    values = typed_in(request.POST)
    if not values:  # no form of ours: it would wipe out what was typed
        return HttpResponseBadRequest()
    values[OF_VERSION] = request.POST.getlist("version")
    try:
        save_draft(by=request.actor, at=now(), form=form, about=about, values=values)
    except PlaintextRefused:  # longer than any page of ours, or not text at all
        return HttpResponseBadRequest()
    return JsonResponse({"saved_at": clock(now())})


def resume(
    request: ActingRequest, form: Form, name: str, about: UUID, *, version: int | None = None
) -> dict[str, Any]:
    """Puts a kept draft into an unbound form. Returns what the page shows of it: `draft_url`, `draft_resumed`.

    Args:
        version: where others change the same: what was typed into a page of before would take that back unseen.
    """
    shown = {"draft_url": reverse("draft_save", args=[name, about]), "draft_resumed": False}
    kept = None
    if not form.is_bound:
        kept = load_draft(by=request.actor, at=now(), form=name, about=about)
    if kept and (version is None or kept.get(OF_VERSION) == [str(version)]):
        fill(form, kept)
        shown["draft_resumed"] = True
    return shown


def as_typed(kept: Mapping[str, Sequence[str]]) -> QueryDict:
    """What was kept, as a browser sends it."""
    typed = QueryDict(mutable=True)
    for name, values in kept.items():
        typed.setlist(name, list(values))
    return typed


def fill(form: Form, kept: Mapping[str, Sequence[str]]) -> None:
    """Shows in an unbound form what was kept of it."""
    typed = as_typed(kept)
    for name, field in form.fields.items():
        if name not in NOT_KEPT:
            form.initial[name] = field.widget.value_from_datadict(typed, {}, form.add_prefix(name))


def typed_in(posted: QueryDict) -> dict[str, list[str]]:
    """What is kept of a form that was sent."""
    return {name: values for name, values in posted.lists() if name not in NOT_KEPT}


@require_POST
def session_keep(request: ActingRequest) -> HttpResponse:
    """The middleware has just written that somebody is there."""
    return HttpResponse(status=204)
