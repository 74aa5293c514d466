"""Keys in the transit engine of an OpenBao or Vault server, which wraps and unwraps and never hands them out.

Two keys of that engine: one for wrapping, *derived*, so that each wrapped key opens in its own context only; one for
the MACs of the blind indexes. An epoch is a version of the first. Not `associated_data`: rewrap does not take it.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import local
from typing import Any, Final, Self

import hvac
from hvac.exceptions import Forbidden, InvalidRequest, Unauthorized, VaultError
from requests import RequestException

from crypto.errors import KeyUnavailable, Tampered
from crypto.providers.interface import ProviderStatus, WrappedKey
from crypto.sealed import length_prefixed

PREFIX: Final = "vault-v"
TIMEOUT: Final = 3  # seconds: a page waits for it
#: What the server says of a ciphertext that was changed, or that is asked for in another context.
_CHANGED: Final = ("message authentication failed", "invalid ciphertext", "could not decode")
#: And of one whose epoch it no longer has.
_GONE: Final = ("version is disallowed by policy", "version is too new", "ciphertext version")


@dataclass(frozen=True)
class VaultSite:
    """Where the server is, and how this process signs in there: by a token, or by an AppRole."""

    url: str
    token: str = field(default="", repr=False)
    role_id: str = field(default="", repr=False)
    secret_id: str = field(default="", repr=False)
    #: a file with the certificates to believe; those of the system where it is empty
    ca: str = ""
    mount: str = "transit"
    key: str = "relais-kek"
    index_key: str = "relais-index"


#: Of each thread a connection that stays open, and the token that it was given. No key is ever here.
_clients = local()


class VaultKeyProvider:
    name = "vault"
    prefix = PREFIX

    def __init__(self, site: VaultSite) -> None:
        self._site = site

    @property
    def kek_id(self) -> str:
        return self.status().kek_id

    def wrap(self, key: bytes, context: bytes) -> tuple[str, bytes]:
        answer = self._post(f"encrypt/{self._site.key}", {"plaintext": _text(key), "context": _text(context)})
        return _epoch(answer["ciphertext"]), answer["ciphertext"].encode()

    def unwrap(self, wrapped: bytes, kek_id: str, context: bytes) -> bytes:
        (found,) = self._batch("decrypt", [WrappedKey(wrapped, kek_id, context)])
        if said := found.get("error"):
            if any(part in said for part in _GONE) or not any(part in said for part in _CHANGED):
                raise KeyUnavailable(f"The key server does not open a key of {kek_id}.")
            raise Tampered("A data key does not open: it was changed, or belongs elsewhere.")
        return base64.b64decode(found["plaintext"])

    def batch_unwrap(self, keys: Sequence[WrappedKey]) -> list[bytes | None]:
        found = self._batch("decrypt", keys)
        return [None if each.get("error") else base64.b64decode(each["plaintext"]) for each in found]

    def rewrap(self, keys: Sequence[WrappedKey]) -> tuple[str, list[bytes | None]]:
        kek_id = self.kek_id
        found = [each.get("ciphertext", "") for each in self._batch("rewrap", keys)]
        return kek_id, [each.encode() if each and _epoch(each) == kek_id else None for each in found]

    def index_mac(self, index_name: str, message: bytes) -> bytes:
        asked = length_prefixed(b"relais/index/v1", index_name.encode(), message)
        answer = self._post(f"hmac/{self._site.index_key}/sha2-256", {"input": _text(asked)})
        return base64.b64decode(answer["hmac"].rsplit(":", 1)[1])

    def status(self) -> ProviderStatus:
        key = self._get(f"keys/{self._site.key}")
        epochs = {
            f"{PREFIX}{version}": datetime.fromtimestamp(made_at, UTC)
            for version, made_at in key["keys"].items()
            if int(version) >= key["min_decryption_version"]
        }
        return ProviderStatus(f"{PREFIX}{key['latest_version']}", epochs)

    def create_keys(self) -> None:
        """Makes both keys where they are not there yet."""
        self._post(f"keys/{self._site.key}", {"type": "aes256-gcm96", "derived": True})
        self._post(f"keys/{self._site.index_key}", {"type": "aes256-gcm96"})

    def add_epoch(self) -> Self:
        self._post(f"keys/{self._site.key}/rotate", {})
        return self

    def drop_epoch(self, kek_id: str) -> Self:
        """Raises ValueError for any but the oldest: the server lets versions go in their order only."""
        status = self.status()
        if kek_id not in status.epochs:
            raise ValueError(f"The key server has no epoch {kek_id}.")
        if kek_id == status.kek_id:
            raise ValueError("The active epoch cannot be dropped.")
        oldest = min(status.epochs, key=_version)
        if kek_id != oldest:
            raise ValueError(f"The key server ends epochs in their order: {oldest} first.")
        kept = _version(kek_id) + 1
        self._post(
            f"keys/{self._site.key}/config", {"min_decryption_version": kept, "min_encryption_version": kept}
        )
        self._post(f"keys/{self._site.key}/trim", {"min_available_version": kept})
        return self

    # --- The server ------------------------------------------------------------------------------------------
    def _batch(self, act: str, keys: Sequence[WrappedKey]) -> list[dict[str, str]]:
        asked, places = [], []
        found: list[dict[str, str]] = [{"error": "invalid ciphertext"} for _key in keys]
        for place, key in enumerate(keys):
            # The version that the row names is the one that the server would take: nobody sends the one for the other.
            if key.wrapped.startswith(f"vault:{key.kek_id.removeprefix('vault-')}:".encode()):
                asked.append(
                    {"ciphertext": key.wrapped.decode("ascii", "replace"), "context": _text(key.context)}
                )
                places.append(place)
        if asked:
            answer = self._post(
                f"{act}/{self._site.key}", {"batch_input": asked, "partial_failure_response_code": 200}
            )
            for place, result in zip(places, answer["batch_results"], strict=True):
                found[place] = result
        return found

    def _get(self, path: str) -> dict[str, Any]:
        return self._call("get", path, None)

    def _post(self, path: str, message: Mapping[str, Any]) -> dict[str, Any]:
        return self._call("post", path, message)

    def _call(self, act: str, path: str, message: Mapping[str, Any] | None) -> dict[str, Any]:
        url = f"/v1/{self._site.mount}/{path}"
        sent = {} if message is None else {"json": dict(message)}
        try:
            try:
                answer = getattr(self._client().adapter, act)(url=url, **sent)
            except InvalidRequest as refusal:
                answer = refusal.json
                if not (isinstance(answer, dict) and answer.get("data")):
                    raise
                # A batch of which nothing opens is refused as a whole, and says why for each.
            except (Forbidden, Unauthorized):
                # The token has ended: an AppRole gives another one, a fixed token stays refused.
                answer = getattr(self._client(anew=True).adapter, act)(url=url, **sent)
        except (VaultError, RequestException) as error:
            # Not chained and not quoted: the message of the client holds addresses and what was sent.
            raise KeyUnavailable(f"The key server cannot be used: {type(error).__name__}.") from None
        return answer["data"] if isinstance(answer, dict) and answer.get("data") else {}

    def _client(self, *, anew: bool = False) -> hvac.Client:
        kept: dict[VaultSite, hvac.Client] = _clients.__dict__.setdefault("kept", {})
        if anew or self._site not in kept:
            site = self._site
            client = hvac.Client(url=site.url, token=site.token, verify=site.ca or True, timeout=TIMEOUT)
            if site.role_id:
                client.auth.approle.login(role_id=site.role_id, secret_id=site.secret_id)
            kept[site] = client
        return kept[self._site]


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _epoch(ciphertext: str) -> str:
    return f"vault-{ciphertext.split(':', 2)[1]}"


def _version(kek_id: str) -> int:
    return int(kek_id.removeprefix(PREFIX))
