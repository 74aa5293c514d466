"""Papers for tests: small, invented, and of the kinds that are taken."""

import zlib
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


def compressed(
    inside: bytes,
    filter: bytes = b"/Filter /FlateDecode",
    *,
    whole: bool = True,
    kind: bytes = b"/ObjStm",
    head: bytes = b"<< /Type KIND /N 1 /First 4 FILTER >>",
) -> bytes:
    """A file whose objects lie in an object stream."""
    packed = zlib.compress(inside) if b"Flate" in filter else inside
    packed = packed if whole else b"\0" + packed[5:]
    head = head.replace(b"KIND", kind).replace(b"FILTER", filter)
    begins = b"%PDF-1.5\n1 0 obj\n" + head + b"\nstream\n"
    return begins + packed + b"\nendstream\nendobj\nstartxref\n9\n%%EOF\n"


def rooted(file: bytes, inside: bytes = b"") -> bytes:
    """With pages, which stand in clear."""
    before, word, after = file.rpartition(b"startxref")
    return before + b"2 0 obj << /Type /Catalog >> endobj\n" + inside + word + after


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
