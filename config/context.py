"""What the frame of every page shows."""

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

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
        answers = actor.has(*DESK)
        facts = frame_facts(actor.id, actor.organisation_id if answers else None)
        shown |= {
            "actor": actor,
            "clock_stands": "" if facts.clock_runs else _of_the_clock(actor),
            "navigation": menu(actor, request.path),
            "notices_count": facts.unread,
            "calls_count": facts.calls,
            "notices_url": address("notices"),
        }
    return shown


def _of_the_clock(actor: Actor) -> str:
    """Which strip this person sees while the worker is silent: "why", "telephone", or none."""
    if actor.has(*TOLD_OF_THE_CLOCK):
        return "why"
    return "telephone" if actor.has(*WITHOUT_REMINDERS) else ""


def menu(actor: Actor, path: str) -> list[dict[str, Any]]:
    entries: list[tuple[str, str, tuple[Role, ...] | None]] = [
        ("home", _("What needs me"), None),
        ("inbox", _("Inbox"), (Role.FOCAL_POINT, Role.SUPERVISOR)),
        ("cases", _("Cases"), (Role.CASEWORKER, Role.SUPERVISOR)),
        ("arrivals", _("Arrivals"), (Role.CASEWORKER, Role.SUPERVISOR)),
        ("referrals", _("Referrals sent"), (Role.CASEWORKER, Role.SUPERVISOR)),
        ("routing", _("To redirect"), (Role.COORDINATOR,)),
        ("duplicates", _("Possible duplicates"), (Role.COORDINATOR, Role.SUPERVISOR)),
        ("terms", _("Deadlines"), (Role.COORDINATOR,)),
        ("questions", _("Questions"), (Role.COORDINATOR,)),
        ("consent_texts", _("Consent texts"), (Role.COORDINATOR,)),
        ("retention", _("Retention"), (Role.COORDINATOR, Role.SUPERVISOR)),
        ("reports", _("Reports"), tuple(EVERY_READER)),
        ("supervision", _("Supervision"), SUPERVISED_BY),
        ("alerts", _("My reports"), (Role.REPORTER,)),
        ("titles", _("Custody titles"), (Role.JUSTICE,)),
        ("steps", _("Justice steps"), (Role.JUSTICE,)),
        ("paper", _("Paper"), (Role.CASEWORKER, Role.FOCAL_POINT, Role.SUPERVISOR)),
        ("tasks", _("Tasks"), TASKED),
        ("duty", _("Duty"), (Role.FOCAL_POINT, Role.SUPERVISOR, Role.COORDINATOR)),
        ("places", _("Places"), (Role.FOCAL_POINT, Role.SUPERVISOR)),
        ("places-national", _("Places in the country"), (Role.COORDINATOR,)),
        ("people", _("Accounts"), (Role.ADMINISTRATOR,)),
        ("organisations", _("Organisations"), (Role.ADMINISTRATOR,)),
        ("codes", _("Code lists"), (Role.ADMINISTRATOR,)),
        ("worker", _("Background work"), (Role.ADMINISTRATOR,)),
        ("incidents", _("Incidents"), (Role.ADMINISTRATOR,)),
        ("complaint_desk", _("Who looks into complaints"), (Role.ADMINISTRATOR,)),
        ("directory", _("Directory"), None),
    ]
    shown = [(address(name), label) for name, label, roles in entries if roles is None or actor.has(*roles)]
    # The longest address that begins the path is where one is.
    around = [url for url, _label in shown if path.startswith(url) and (url != "/" or path == "/")]
    here = max(around, key=len, default="")
    return [{"url": url, "label": label, "current": url == here} for url, label in shown]
