"""What every page of this package begins and ends with."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.functional import Promise

from audit import sitting
from partners.actor import Actor
from partners.models import User
from partners.services.guard import Refusal


class ActingRequest(HttpRequest):
    """A request of a signed-in person: the middleware has put the actor on it."""

    actor: Actor
    user: User


def now() -> datetime:
    """The request's one time, the database's."""
    return sitting.current().at


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to; an empty POST is one too."""
    return request.POST if request.method == "POST" else None


def attempt(form: forms.Form, act: Callable[[dict[str, Any]], object]) -> bool:
    """Does it, for a valid form. A refusal becomes a sentence on the form, which keeps what was typed."""
    if not form.is_valid():
        return False
    try:
        act(form.cleaned_data)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def done(request: HttpRequest, sentence: str | Promise, to: str, *args: UUID | str) -> HttpResponse:
    messages.success(request, str(sentence))
    return redirect(to, *args)


def question(
    request: HttpRequest, form: forms.Form, *, template: str = "components/question.html", **context: Any
) -> HttpResponse:
    """A form on its own page; for the context see components/question.html."""
    return render(request, template, {"form": form, **context})


def confirmation(request: HttpRequest, form: forms.Form, **context: Any) -> HttpResponse:
    """A consequential act on its own page; for the context see components/confirm.html."""
    return render(request, "components/confirm.html", {"form": form, **context})
