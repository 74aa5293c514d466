"""How does a text message leave? Through an operator's gateway, over HTTP; another adapter needs `send` only."""

import json
from http.client import HTTPException
from typing import Final, Protocol
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from django.conf import settings

PATIENCE: Final = 10.0  # seconds


class GatewayFailed(OSError):
    """Not accepted: the job tries again. Says the gateway's status only, never a number or a text."""


class Gateway(Protocol):
    def send(self, *, to: str, text: str, key: str) -> None:
        """Hands a message over.

        Args:
            to: telephone number in international form.
            key: the same for each attempt at one message, so that the gateway sends it once.

        Raises:
            OSError: try again later.
        """


class HttpGateway:
    """Posts {"to", "text", "key"} as JSON; any answer in the 200s has taken it over.

    Args:
        token: sent as a bearer token (RFC 6750).
    """

    def __init__(self, url: str, token: str) -> None:
        self._url, self._token = url, token

    def send(self, *, to: str, text: str, key: str) -> None:
        request = Request(  # noqa: S310 - the operator's own address, checked by `check --deploy`
            self._url,
            data=json.dumps({"to": to, "text": text, "key": key}).encode(),
            headers={
                "Authorization": f"Bearer {self._token}",
                "Content-Type": "application/json",
                "Idempotency-Key": key,
            },
            method="POST",
        )
        try:
            with _opener().open(request, timeout=PATIENCE):
                return
        except HTTPError as error:
            error.close()
            raise GatewayFailed(f"The gateway answered {error.code}.") from None
        except (OSError, HTTPException) as error:
            # The error's own text may hold the address with its secrets.
            raise GatewayFailed(f"The gateway does not answer: {type(error).__name__}.") from None


class _NoRedirect(HTTPRedirectHandler):
    """A number would be sent on to wherever the answer points."""

    def redirect_request(self, *arguments: object) -> None:
        return None


def _opener() -> OpenerDirector:
    return build_opener(_NoRedirect)


def gateway() -> Gateway | None:
    """The operator's; None where text messages are not set up."""
    if not settings.RELAIS_GATEWAY_URL:
        return None
    return HttpGateway(settings.RELAIS_GATEWAY_URL, settings.RELAIS_GATEWAY_TOKEN)
