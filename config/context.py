"""What the frame of every page shows."""

from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy

from partners.actor import Actor
from partners.enums import Role
from referral.queries import frame_facts
from reporting.policy import EVERY_READER

#: Who is told why deadlines do not run at present: those who answer for others, and who can repair it.
TOLD_OF_THE_CLOCK = (Role.SUPERVISOR, Role.COORDINATOR, Role.ADMINISTRATOR)
#: Who is told to telephone meanwhile.
WITHOUT_REMINDERS = (Role.CASEWORKER, Role.FOCAL_POINT, Role.JUSTICE)
#: Who answers at a desk.
DESK = (Role.FOCAL_POINT, Role.SUPERVISOR)
#: Who looks into how cases are handled.
SUPERVISED_BY = (Role.SUPERVISOR, Role.AUDITOR, Role.COORDINATOR)
#: Who may own a task.
TASKED = (Role.CASEWORKER, Role.FOCAL_POINT, Role.SUPERVISOR, Role.JUSTICE, Role.COORDINATOR)


#: Address, what it is called, and for which roles; None: for everybody.
MENU: tuple[tuple[str, Any, tuple[Role, ...] | None], ...] = (
    ("home", gettext_lazy("What needs me"), None),
    ("inbox", gettext_lazy("Inbox"), (Role.FOCAL_POINT, Role.SUPERVISOR)),
    ("cases", gettext_lazy("Cases"), (Role.CASEWORKER, Role.SUPERVISOR)),
    ("arrivals", gettext_lazy("Arrivals"), (Role.CASEWORKER, Role.SUPERVISOR)),
    ("referrals", gettext_lazy("Referrals sent"), (Role.CASEWORKER, Role.SUPERVISOR)),
    ("routing", gettext_lazy("To redirect"), (Role.COORDINATOR,)),
    ("duplicates", gettext_lazy("Possible duplicates"), (Role.COORDINATOR, Role.SUPERVISOR)),
    ("terms", gettext_lazy("Deadlines"), (Role.COORDINATOR,)),
    ("questions", gettext_lazy("Questions"), (Role.COORDINATOR,)),
    ("consent_texts", gettext_lazy("Consent texts"), (Role.COORDINATOR,)),
    ("retention", gettext_lazy("Retention"), (Role.COORDINATOR, Role.SUPERVISOR)),
    ("reports", gettext_lazy("Reports"), tuple(EVERY_READER)),
    ("supervision", gettext_lazy("Supervision"), SUPERVISED_BY),
    ("alerts", gettext_lazy("My reports"), (Role.REPORTER,)),
    ("titles", gettext_lazy("Custody titles"), (Role.JUSTICE,)),
    ("steps", gettext_lazy("Justice steps"), (Role.JUSTICE,)),
    ("paper", gettext_lazy("Paper"), (Role.CASEWORKER, Role.FOCAL_POINT, Role.SUPERVISOR)),
    ("tasks", gettext_lazy("Tasks"), TASKED),
    ("duty", gettext_lazy("Duty"), (Role.FOCAL_POINT, Role.SUPERVISOR, Role.COORDINATOR)),
    ("places", gettext_lazy("Places"), (Role.FOCAL_POINT, Role.SUPERVISOR)),
    ("places-national", gettext_lazy("Places in the country"), (Role.COORDINATOR,)),
    ("people", gettext_lazy("Accounts"), (Role.ADMINISTRATOR,)),
    ("organisations", gettext_lazy("Organisations"), (Role.ADMINISTRATOR,)),
    ("codes", gettext_lazy("Code lists"), (Role.ADMINISTRATOR,)),
    ("worker", gettext_lazy("Background work"), (Role.ADMINISTRATOR,)),
    ("incidents", gettext_lazy("Incidents"), (Role.ADMINISTRATOR,)),
    ("complaint_desk", gettext_lazy("Who looks into complaints"), (Role.ADMINISTRATOR,)),
    ("directory", gettext_lazy("Directory"), None),
)

#: The same for every request.
address = cache(reverse)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Name of the site, menu of the signed-in person's roles, unread notices: one query, capped."""
    shown: dict[str, Any] = {
        "site_name": settings.RELAIS_SITE_NAME,
        "demonstration": settings.RELAIS_DEMONSTRATION,
    }
    actor: Actor | None = getattr(request, "actor", None)
    if actor is not None:
        facts = frame_facts(actor, answers=actor.has(*DESK))
        shown |= {
            "actor": actor,
            "clock_stands": "" if facts.clock_runs else _of_the_clock(actor),
            "navigation": menu(actor, request.path, waiting=facts.supervised),
            "notices_count": facts.unread,
            "calls_count": facts.calls,
            "notices_url": address("notices"),
            "login_url": address("account_login"),
            "logout_url": address("account_logout"),
            "keep_url": address("session_keep"),
            "complaint_url": address("complaint_new"),
            "demand_url": address("verbal_new"),
        }
    return shown


def _of_the_clock(actor: Actor) -> str:
    """Which strip this person sees while the worker is silent: "why", "telephone", or none."""
    if actor.has(*TOLD_OF_THE_CLOCK):
        return "why"
    return "telephone" if actor.has(*WITHOUT_REMINDERS) else ""


def menu(actor: Actor, path: str, *, waiting: int = 0) -> SafeString:
    """The links of the person's roles; the longest address that begins the path is where one is.

    Args:
        waiting: how much under supervision waits for this person.
    """
    language = get_language() or settings.LANGUAGE_CODE
    around = [url for url, _label in _links(actor.roles, language) if _leads_to(url, path)]
    return _items(actor.roles, language, max(around, key=len, default=""), waiting)


def _leads_to(url: str, path: str) -> bool:
    return path.startswith(url) and (url != "/" or path == "/")


# Every page shows them, and they depend on nothing else: made once for each set of roles.
@lru_cache(maxsize=256)
def _links(roles: frozenset[str], language: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (address(name), str(label))
        for name, label, whose in MENU
        if whose is None or not roles.isdisjoint(whose)
    )


@lru_cache(maxsize=4096)
def _items(roles: frozenset[str], language: str, here: str, waiting: int) -> SafeString:
    counts = {address("supervision"): waiting}
    items = [
        {"url": url, "label": label, "current": url == here, "count": counts.get(url)}
        for url, label in _links(roles, language)
    ]
    return render_to_string("components/navigation_items.html", {"items": items})
