from django.apps import AppConfig
from django.core.checks import register

from crypto import checks


class CryptoConfig(AppConfig):
    name = "crypto"

    def ready(self) -> None:
        register(checks.every_text_has_a_level)
        register(checks.sealed_models_have_a_scope)
