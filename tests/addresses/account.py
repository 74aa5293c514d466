"""What everybody opens, with or without signing in."""

from uuid import UUID

from tests.addresses.rows import (
    ADMIN,
    ALL,
    INTAKE,
    Row,
    get,
    post,
    public,
)

ROWS: dict[str, Row] = {
    "health-live": public(methods="GET"),
    "health-ready": public(methods="GET"),
    "csp-report": public(400, status=400, methods="POST"),
    # --- one's own account
    "account_login": public(status=302),
    "account_logout": public(302),
    "account_inactive": public(),
    "account_signup": public(status=302),
    "account_change_password": Row(ALL),
    "account_reset_password": public(),
    "account_reset_password_done": public(),
    "account_reset_password_from_key": public(arguments=("1", "unknown")),
    "account_reset_password_from_key_done": public(),
    "invitation": public(410, status=410, arguments=("unknown",)),
    "undertaking": Row(ALL, status=302),
    "set_language": public(302, status=302, methods="POST"),
    "session_keep": post(ALL, status=204),
    "draft_save": post(ALL, arguments=("intake", str(UUID(int=0)))),
    # --- what everybody reads
    "home": get(ALL),
    "notices": Row(ALL),
    "notice": Row("aissatou", about="notice", status=302, others=404),
    "directory": get(ALL),
    "national-unit": get(ALL),
    "directory-print": get(ALL),
    "directory-entry": get(ALL, about="organisation"),
    "entry-history": get("bineta ousmane ibrahima", about="organisation"),
    "agreement": Row(f"ibrahima {ADMIN}", about="organisation"),
    "entry-keep": get("ousmane ibrahima", about="organisation"),
    "entry-describe": Row("ousmane ibrahima", about="organisation"),
    "entry-site-new": Row("ousmane ibrahima", about="organisation"),
    "entry-service-new": Row("ousmane ibrahima", about="organisation"),
    "tasks": get(ALL),
    # --- what programs read; the public part needs no sign-in
    "hsds": public(methods="GET"),
    "hsds_openapi": public(methods="GET"),
    **{
        f"hsds_{name}": public() for name in ("services", "organizations", "locations", "taxonomies", "terms")
    },
    **{
        f"hsds_{name}": public(404, methods="GET", status=404, arguments=(INTAKE,))
        for name in ("service", "organization", "location", "taxonomy", "term", "nothing")
    },
}
