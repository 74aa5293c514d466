"""What may an event say? Codes, ids and names of fields: never a name, never free text."""

import re
from collections.abc import Mapping
from typing import Any

from audit.enums import VERB_FAMILIES, IpClass, Outcome, Verb
from audit.errors import FactRefused

VERB = rf"^({'|'.join(re.escape(verb) for verb in Verb.values)}|({'|'.join(VERB_FAMILIES)})\.[a-z_]{{1,40}})$"
OBJECT_TYPE = r"^[a-z_]{1,40}\.[a-z_]{1,40}$"
REASON_CODE = r"^[A-Z0-9_]{0,40}$"
SCOPE = r"^[A-Za-z0-9_.,:-]{0,120}$"
FIELD = r"^[a-z][a-z0-9_]{0,62}(\.[a-z][a-z0-9_]{0,62})?$"
SESSION_HASH = r"^([0-9a-f]{64})?$"
OUTCOME = rf"^({'|'.join(Outcome.values)})$"
IP_CLASS = rf"^({'|'.join(IpClass.values)})$"


def require(name: str, pattern: str, value: str) -> None:
    """Raises FactRefused, without repeating the value: it may be what must not be written."""
    # fullmatch, because `$` alone lets a line break pass at the end
    if not isinstance(value, str) or re.fullmatch(pattern, value) is None:
        raise FactRefused(f"{name} of an audit event must be a code ({pattern}).")


def require_detail(detail: object) -> None:
    if detail is not None and not isinstance(detail, Mapping):
        raise FactRefused("detail of an audit event must be a mapping.")


def require_codes(event: Any) -> None:
    """Args: event: an `audit.models.Event`, not yet stored."""
    require("verb", VERB, event.verb)
    require("object_type", OBJECT_TYPE, event.object_type)
    require("scope", SCOPE, event.scope)
    require("outcome", OUTCOME, event.outcome)
    require("reason_code", REASON_CODE, event.reason_code)
    require("ip_class", IP_CLASS, event.ip_class)
    require("session_hash", SESSION_HASH, event.session_hash)
    for field in event.fields:
        require("field name", FIELD, field)
