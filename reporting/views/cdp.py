"""The file for the data-protection authority: on the screen, as PDF, as a text, in French and in English."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from referral.views.door import ActingRequest, now
from reporting.enums import CdpFile
from reporting.services.cdp import export_dossier, read_dossier

CONTENT_TYPES = {
    CdpFile.PDF: "application/pdf",
    CdpFile.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
LANGUAGES = {"fr": gettext_lazy("%(kind)s, in French"), "en": gettext_lazy("%(kind)s, in English")}


@require_GET
def cdp(request: ActingRequest) -> HttpResponse:
    dossier = read_dossier(request.actor, now())
    files = [
        (
            label % {"kind": kind.label},
            reverse("cdp_file", args=[kind.value, code]),
        )
        for kind in CdpFile
        for code, label in LANGUAGES.items()
    ]
    return render(request, "reporting/cdp.html", {"dossier": dossier, "files": files})


@require_GET
def cdp_file(request: ActingRequest, kind: str, language: str) -> HttpResponse:
    if kind not in CdpFile.values or language not in LANGUAGES:
        raise Http404
    name, content = export_dossier(request.actor, now(), CdpFile(kind), language)
    answer = HttpResponse(content, content_type=CONTENT_TYPES[CdpFile(kind)])
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
