"""Papers for tests: small, invented, and of the kinds that are taken."""

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from audit import clock
from referral.models import Attachment, Case
from referral.services.attachments import add_attachment
from referral.uploads import content_of
from tests import cast as c
from tests.referral.pages import sign_in, values_of

PDF = (
    b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n% papier canari\ntrailer\n<< /Root 1 0 R >>\n"
    b"startxref\n9\n%%EOF\n"
)


def photo(side: int = 40, **options: Any) -> bytes:
    into = BytesIO()
    Image.new("RGB", (side, side), "white").save(into, format="JPEG", **options)
    return into.getvalue()


def attached(cast: c.Cast, case: Case, content: bytes = PDF, **words: str) -> Attachment:
    """Through the service, as its owner does."""
    with c.acting(case.owner) as actor:
        given = {"kind": "custody", "title": "ordonnance canari"} | words
        return add_attachment(case.pk, by=actor, at=clock.now(), content=content_of(content), **given)


def send(user: Any, case: Case, content: bytes, name: str = "scan.pdf", **typed: Any) -> Any:
    """Chooses the file on the page and sends it."""
    client, url = sign_in(user), reverse("attachment_add", args=[case.pk])
    form = values_of(client.get(url).context["form"])
    file = SimpleUploadedFile(name, content, content_type=typed.pop("content_type", "application/pdf"))
    return client.post(url, form | {"upload": file, "kind": "letter"} | typed)
