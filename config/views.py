import json
import logging
from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_not_required
from django.db import Error, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from audit.tree import tree_state
from crypto.errors import KeyUnavailable
from crypto.providers import get_provider
from referral.queries import clock_runs

logger = logging.getLogger("config.csp")


@login_not_required
@require_GET
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return JsonResponse({"live": True})


@login_not_required
@require_GET
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """This process can do its work: both connections, all migrations, the key.

    A silent worker, sequencer or signer is said, and is no reason to take the pages away too.
    """
    checks = {"database": _database_is_ready(), "key": _key_is_ready()}
    ready = all(checks.values())
    return JsonResponse(
        checks | {"worker": ready and clock_runs()} | (_tree() if ready else {}), status=200 if ready else 503
    )


def _tree() -> dict[str, object]:
    """Seconds, and whether they are few enough."""
    tree = tree_state()
    return {
        "sequencer": tree.grows,
        "sequencer_lag": round(tree.lag.total_seconds(), 1),
        "signer": tree.signed,
        "checkpoint_age": None if tree.age is None else round(tree.age.total_seconds()),
    }


def _database_is_ready() -> bool:
    try:
        connections["audit"].ensure_connection()
        executor = MigrationExecutor(connections["default"])
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        return False


def _key_is_ready() -> bool:
    try:
        get_provider()
    except KeyUnavailable:
        return False
    return True


@login_not_required
@csrf_exempt  # browsers send no token along
@require_POST
def csp_report(request: HttpRequest) -> HttpResponse:
    """Logs what was blocked and where it would have come from; the page's own address may name a case."""
    try:
        report = json.loads(request.body)["csp-report"]
        directive, blocked = str(report["effective-directive"]), str(report["blocked-uri"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return HttpResponse(status=400)
    # A stranger may send what UTF-8 cannot hold; the log must not stumble over it.
    directive, blocked = (text.encode("ascii", "replace").decode() for text in (directive, blocked))
    host = urlsplit(blocked).netloc or blocked.partition(":")[0]
    logger.warning("Content policy: %s blocked from %s", directive[:60], host[:60])
    return HttpResponse(status=204)
