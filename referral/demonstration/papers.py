"""A paper of a file: a drawn page that says of itself that it is invented."""

from io import BytesIO
from uuid import UUID

from PIL import Image, ImageDraw

from referral.demonstration.stage import Stage
from referral.kinds import AttachmentKind
from referral.services.attachments import add_attachment
from referral.uploads import content_of

#: What is written on it and about it, and where the original lies.
PAPERS = {
    AttachmentKind.MEDICAL: (
        "Certificat médical",
        "Certificat du premier examen",
        "Dossier papier du bureau",
    ),
    AttachmentKind.CUSTODY: (
        "Ordonnance de garde provisoire",
        "Ordonnance, copie du greffe",
        "Greffe du tribunal",
    ),
}
PAGE, INK = (620, 877), "#222222"


def attach(stage: Stage, case_pk: UUID, owner: str, kind: AttachmentKind) -> None:
    heading, title, place = PAPERS[kind]
    with stage.acting(owner) as by:
        add_attachment(
            case_pk,
            by=by,
            at=stage.at,
            kind=kind,
            content=content_of(_page(heading)),
            title=title,
            original_name=f"{heading.lower()}.png",
            original_place=place,
        )


def _page(heading: str) -> bytes:
    page = Image.new("RGB", PAGE, "white")
    pen = ImageDraw.Draw(page)
    pen.text((60, 80), heading, fill=INK, font_size=30)
    pen.text((60, 140), "Pièce inventée pour la démonstration", fill=INK, font_size=20)
    for line in range(220, 700, 40):
        pen.line((60, line, 560, line), fill="#cccccc", width=2)
    drawn = BytesIO()
    page.save(drawn, format="PNG")
    return drawn.getvalue()
