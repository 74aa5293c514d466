"""System checks: no text column exists by accident, and every sealed field has a key and a fixed row id."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import models

TEXTUAL = (models.CharField, models.TextField, models.JSONField, models.BinaryField, models.FileField)
SEALED = frozenset({"sealed", "secret"})
#: simple-history's own column: one letter that says created, changed or deleted.
HISTORY_FIELDS = frozenset({"history_type"})


def _our_models(app_configs: Sequence[AppConfig] | None) -> Iterator[tuple[type[models.Model], Any]]:
    """Each model of ours with the model that declares it (history rows follow their live model)."""
    for label in settings.RELAIS_APPS:
        config = apps.get_app_config(label)
        if app_configs is None or config in app_configs:
            for model in config.get_models(include_auto_created=True):
                yield model, getattr(model, "instance_type", model)


def _holds_text(field: Any) -> bool:
    """Text without a level, in an array of PostgreSQL too."""
    inner = getattr(field, "base_field", field)
    return isinstance(inner, TEXTUAL) and not hasattr(inner, "level")


def every_text_has_a_level(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    errors: list[CheckMessage] = []
    for model, owner in _our_models(app_configs):
        clear = set(getattr(owner, "CLEAR_FIELDS", ()))
        if owner is not model:
            clear |= HISTORY_FIELDS
        errors += [
            Error(
                f"{model._meta.label}.{field.name} has no level.",
                hint="Use a Code field (clear), a Sealed field, or name an inherited field in CLEAR_FIELDS.",
                obj=model,
                id="crypto.E001",
            )
            for field in model._meta.local_fields
            if _holds_text(field) and field.name not in clear
        ]
    return errors


def sealed_models_have_a_scope(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    errors: list[CheckMessage] = []
    for model, owner in _our_models(app_configs):
        if not any(getattr(field, "level", "") in SEALED for field in model._meta.local_fields):
            continue
        if not hasattr(owner, "key_scope"):
            errors.append(
                Error(
                    f"{owner._meta.label} has sealed fields and no key_scope().", obj=model, id="crypto.E002"
                )
            )
        if not owner._meta.pk.has_default():
            errors.append(
                Error(
                    f"{owner._meta.label} has sealed fields and a primary key that only the database knows.",
                    hint="The row id is part of what is sealed: use a UUIDField with default=uuid4.",
                    obj=model,
                    id="crypto.E003",
                )
            )
    return errors
