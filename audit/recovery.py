"""Does a restored database open by the keys that came out of the safe? Everything is opened, nothing is shown."""

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

from audit.resealing import sealed_fields, sealed_models, values_under
from crypto import keyring
from crypto.models import DataKey
from crypto.providers import WrappedKey
from crypto.rotation import BATCH


@dataclass
class Recovered:
    #: Data keys by epoch: those that open, and those that do not.
    opened: Counter[str] = field(default_factory=Counter)
    shut: Counter[str] = field(default_factory=Counter)


def try_keys() -> Recovered:
    """Unwraps every data key with the provider of the current keyring. Raises KeyUnavailable."""
    found = Recovered()
    provider = keyring.current().provider
    last = UUID(int=0)
    rows = DataKey.objects.filter(recipient_kind="kek").order_by("pk")
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        keys = [
            WrappedKey(bytes(row.wrapped), row.kek_id, keyring.wrapping_context(row.scope, row.pk))
            for row in batch
        ]
        for key, plain in zip(keys, provider.batch_unwrap(keys), strict=True):
            (found.shut if plain is None else found.opened)[key.kek_id] += 1
        last = batch[-1].pk
    return found


def open_case(case_id: UUID) -> int:
    """Opens every value of a case, live and past. Gives their number; raises the errors of the key, and Tampered."""
    names = [key.bytes for key in DataKey.objects.filter(case_id=case_id).values_list("pk", flat=True)]
    count = 0
    for history in (False, True):
        for model in sealed_models(history=history):
            for row in model._base_manager.filter(pk__in=values_under(model, names, case_id)):
                with keyring.revealing(row):
                    count += sum(getattr(row, each.name) is not None for each in sealed_fields(model))
    return count
