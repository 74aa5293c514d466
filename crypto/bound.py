"""What is a wrapped key bound to? The inverse of `keyring.wrapping_context`, for whoever reads a key server's log."""

from dataclasses import dataclass
from uuid import UUID

from crypto.keyring import PURPOSE
from crypto.scopes import Scope, ScopeKind


@dataclass(frozen=True, slots=True)
class Bound:
    scope: Scope
    dek_id: UUID


def bound_by(context: bytes) -> Bound:
    """Raises ValueError when it is no context of a data key of Relais."""
    parts = []
    while context:
        end = 4 + int.from_bytes(context[:4], "big")
        if len(context) < end:
            raise ValueError("The context is cut off.")
        parts.append(context[4:end])
        context = context[end:]
    if len(parts) != 5 or parts[0] != PURPOSE:
        raise ValueError("This is no context of a data key.")
    _purpose, kind, scope_id, case_id, dek_id = parts
    case = UUID(bytes=case_id) if case_id else None
    return Bound(Scope(ScopeKind(kind.decode()), UUID(bytes=scope_id), case), UUID(bytes=dek_id))
