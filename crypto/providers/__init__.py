"""Where the key-encryption keys are: a file, a key agent that people open, or a key server. One setting chooses."""

from pathlib import Path

from django.conf import settings

from crypto.errors import KeyUnavailable
from crypto.providers.file import FileKeyProvider
from crypto.providers.interface import KEY_LENGTH, KeyKeeper, KeyProvider, ProviderStatus, WrappedKey
from crypto.providers.moving import MovingKeyProvider
from crypto.providers.sealed import SealedKeyProvider
from crypto.providers.vault import VaultKeyProvider, VaultSite

__all__ = [
    "KEY_LENGTH",
    "FileKeyProvider",
    "KeyKeeper",
    "KeyProvider",
    "MovingKeyProvider",
    "ProviderStatus",
    "SealedKeyProvider",
    "VaultKeyProvider",
    "VaultSite",
    "WrappedKey",
    "get_provider",
]


def get_provider() -> KeyKeeper:
    """The provider of this site, with the former one while keys are moved. Raises KeyUnavailable."""
    provider = _named(settings.RELAIS_KEY_PROVIDER)
    if not settings.RELAIS_KEY_FORMER:
        return provider
    return MovingKeyProvider(provider, _named(settings.RELAIS_KEY_FORMER))


def _named(name: str) -> KeyKeeper:
    match name:
        case "file":
            return FileKeyProvider(Path(settings.RELAIS_KEY_FILE))
        case "sealed":
            return SealedKeyProvider(Path(settings.RELAIS_KEY_AGENT))
        case "vault":
            return VaultKeyProvider(VaultSite(**settings.RELAIS_VAULT))
    raise KeyUnavailable("RELAIS_KEY_PROVIDER is file, sealed or vault.")
