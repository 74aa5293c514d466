"""The fingerprint of the audit on screen and on paper, and whether an older paper still holds."""

from base64 import b64encode
from io import BytesIO
from typing import Any

import segno
from django.conf import settings
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from django.views.decorators.http import require_GET

from audit.fingerprint import words_of
from audit.models import Checkpoint
from partners.pdf import typeset
from partners.templatetags.interface import moment
from referral.forms.fingerprint import FingerprintForm
from referral.services.proof import holds_fingerprint, read_fingerprint
from referral.views.door import ActingRequest


@require_GET
def fingerprint(request: ActingRequest) -> HttpResponse:
    """With `size` and `words` in the query, also whether that paper holds."""
    checkpoint = read_fingerprint(request.actor)
    form = FingerprintForm(request.GET if "words" in request.GET else None)
    compared = {"size": form.cleaned_data["size"]} if form.is_bound and form.is_valid() else None
    if compared:
        compared["holds"] = holds_fingerprint(request.actor, compared["size"], form.cleaned_data["words"])
    shown = _facts(checkpoint) | {"qr": _inline(checkpoint)} if checkpoint else {}
    return render(
        request,
        "referral/supervision/fingerprint.html",
        shown | {"form": form, "compared": compared, "log_key": settings.RELAIS_LOG_KEY},
    )


@require_GET
def fingerprint_paper(request: ActingRequest) -> HttpResponse | FileResponse:
    checkpoint = read_fingerprint(request.actor, printed=True)
    if checkpoint is None:
        return redirect("fingerprint")  # which says that there is none yet
    pdf = typeset("fingerprint.typ", _paper(checkpoint))
    return FileResponse(BytesIO(pdf), content_type="application/pdf", filename="empreinte.pdf")


def _facts(checkpoint: Checkpoint) -> dict[str, Any]:
    return {
        "checkpoint": checkpoint,
        "words": words_of(checkpoint.size, bytes(checkpoint.root)),
        "root": b64encode(checkpoint.root).decode(),
        "witnesses": sorted(checkpoint.cosignatures.values_list("witness", flat=True)),
    }


def _inline(checkpoint: Checkpoint) -> str:
    """Black on nothing; the signed note itself is in it, so that a telephone can keep it."""
    drawn = segno.make(checkpoint.note, error="m", micro=False)
    return mark_safe(  # noqa: S308 - drawn by us from a signed note
        drawn.svg_inline(scale=4, svgclass="app-qr", lineclass=None, omitsize=False)
    )


def _paper(checkpoint: Checkpoint) -> dict[str, Any]:
    """French first, English below: whoever opens the safe may be anybody."""
    facts = _facts(checkpoint)
    drawn = BytesIO()
    segno.make(checkpoint.note, error="m", micro=False).save(drawn, kind="svg", scale=4)

    with override("fr"):
        date = moment(checkpoint.at)
    return {
        "site": settings.RELAIS_SITE_NAME,
        "title": _both(_("Fingerprint of the audit")),
        "qr": drawn.getvalue().decode(),
        "alt": _both(_("The signed fingerprint as a QR code"))[0],
        "lines": [
            [*_both(_("Number of events")), str(checkpoint.size)],
            [*_both(_("Date")), date],
            [*_both(_("Root")), facts["root"]],
            [*_both(_("Key of the signer")), settings.RELAIS_LOG_KEY],
            *([[*_both(_("Witnesses")), ", ".join(facts["witnesses"])]] if facts["witnesses"] else []),
        ],
        "words_title": _both(_("The eight words")),
        "words": facts["words"],
        "keep": _both(
            _(
                "Keep this paper in the safe of the keeper of the fingerprint, outside the organisation that runs the "
                "server. Typed in on the page “Fingerprint of the audit”, number and words show whether anything that "
                "was recorded until then has been changed, removed or hidden."
            )
        ),
        "kept_by": _both(_("Received by, date, signature")),
    }


def _both(text: Any) -> list[str]:
    said = []
    for language in ("fr", "en"):
        with override(language):
            said.append(str(text))
    return said
