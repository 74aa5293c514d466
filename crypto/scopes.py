"""Which key seals what: one data key per scope, destroyed with it (design.md §5)."""

from dataclasses import dataclass, field
from uuid import UUID

from django.db import models


class ScopeKind(models.TextChoices):
    CASE = "case"
    DISCLOSURE = "disclosure"
    EXCHANGE = "exchange"
    SERVICE = "service"
    ORGANISATION = "organisation"
    DRAFT = "draft"
    SYSTEM = "system"


#: A key of these kinds dies with a case, so it can only be made for a known one.
OF_A_CASE = frozenset({ScopeKind.CASE, ScopeKind.DISCLOSURE, ScopeKind.EXCHANGE})


@dataclass(frozen=True, slots=True)
class Scope:
    """`kind` and `id` are the identity; `case_id` only says with which case the key is destroyed."""

    kind: ScopeKind
    id: UUID
    case_id: UUID | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if self.kind == ScopeKind.CASE:
            object.__setattr__(self, "case_id", self.id)


SYSTEM = Scope(ScopeKind.SYSTEM, UUID(int=0))
#: The references behind the blind indexes have a key of their own (security.md §2.6).
MATCHES = Scope(ScopeKind.SYSTEM, UUID(int=1))
