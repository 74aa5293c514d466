"""What may be kept of an uploaded file? Its content decides; its name, its ending and its declared type say nothing.

A picture is drawn anew, so that nothing but its points is kept: no place, no camera, nothing behind its end. A PDF is
kept as it is, or refused: we look for what runs or hides by the names that the format gives it, in the file and in its
compressed object streams. Whoever hides it on purpose may get it past; that is why attachments are never shown inside
the browser.
"""

import re
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from referral.kinds import MediaType

#: Of a picture: twice what a telephone takes, less than what fills the memory of a small server.
MOST_POINTS: Final = 24_000_000
QUALITY: Final = 85
NAME: Final = 120


class Unusable(Exception):
    """A file that is not kept; `sentence` says why to whoever chose it."""

    def __init__(self, sentence: str | Promise) -> None:
        self.sentence = sentence
        super().__init__("file refused")


@dataclass(frozen=True)
class Content:
    """What is kept of a file: only `content_of` makes one."""

    media_type: MediaType
    content: bytes


NOT_TAKEN = _(
    "This is not a PDF, a JPEG or a PNG file, whatever its name says. Choose another one, or scan the paper."
)
UNREADABLE = _("This file is damaged or incomplete. Save or scan it again.")
TOO_MANY_POINTS = _("This picture has too many points. Take it again with less detail.")
PDF_LOCKED = _("This PDF is protected by a password. Save it without one.")
PDF_ACTIVE = _(
    "This PDF holds more than pages: a program, a form or other files. Print it to a new PDF, or scan it."
)


def content_of(uploaded: bytes) -> Content:
    """Raises Unusable."""
    if uploaded.startswith(b"%PDF-"):
        return Content(MediaType.PDF, _checked_pdf(uploaded))
    if uploaded.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return _drawn_anew(uploaded)
    raise Unusable(NOT_TAKEN)


# --- Pictures ----------------------------------------------------------------------------------------------
def _drawn_anew(uploaded: bytes) -> Content:
    try:
        with Image.open(BytesIO(uploaded), formats=("JPEG", "PNG")) as picture:
            width, height = picture.size
            if width * height > MOST_POINTS:
                raise Unusable(TOO_MANY_POINTS)
            kind = MediaType.PNG if picture.format == "PNG" else MediaType.JPEG
            fresh = _points_of(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unusable(TOO_MANY_POINTS) from None
    except (OSError, SyntaxError, ValueError, ZeroDivisionError):
        raise Unusable(UNREADABLE) from None
    kept = BytesIO()
    fresh.save(kept, format=kind.name, quality=QUALITY)
    return Content(kind, kept.getvalue())


def _points_of(picture: Image.Image) -> Image.Image:
    """Upright, on white paper; a picture of our own, because any copy would carry comments and profiles along."""
    ImageOps.exif_transpose(picture, in_place=True)
    fresh = Image.new("RGB", picture.size, "white")
    if picture.has_transparency_data:
        seen = picture.convert("RGBA")
        fresh.paste(seen, mask=seen)
    else:
        fresh.paste(picture)
    return fresh


# --- PDF ---------------------------------------------------------------------------------------------------
#: Begins a version that exists, and ends where its own end is: nothing is hung behind it.
_HEADER: Final = re.compile(rb"%PDF-[12]\.\d\s")
_END: Final = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF\s*\Z")
_TAIL: Final = 1024
#: Where its end points: the table of its objects, or an object that is one. Its root is a catalogue of pages.
_TABLE: Final = re.compile(rb"\s*(xref\s|\d+\s+\d+\s+obj\b)")
_ROOT: Final = re.compile(rb"/Catalog\b")
#: The end of a zip archive, which may lie this far from the end of a file.
_ZIP_END, _ZIP_TAIL = b"PK\x05\x06", 65_557
_LOCKED: Final = re.compile(rb"/Encrypt\b")
#: Programs, commands, files inside the file, forms that send themselves, films and sound.
_ACTIVE: Final = re.compile(
    rb"/(JavaScript|Launch|EmbeddedFiles?|XFA|RichMedia|Rendition|SubmitForm|ImportData|GoToE|Movie|Sound)\b"
)
_ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM: Final = re.compile(rb"(?<!end)stream\r?\n")
#: A dictionary before its stream; of an object stream it is short.
_DICTIONARY: Final = 1024
#: More than any paper of some pages has: whoever exceeds it wants to keep us busy.
_MOST_STREAMS, _MOST_INFLATED = 1000, 32 * 1024 * 1024


def _checked_pdf(uploaded: bytes) -> bytes:
    end = _END.search(uploaded[-_TAIL:])
    if not _HEADER.match(uploaded) or end is None:
        raise Unusable(UNREADABLE)
    if _ZIP_END in uploaded[-_ZIP_TAIL:]:
        raise Unusable(PDF_ACTIVE)
    rooted = False
    for part in (uploaded, *_object_streams(uploaded)):
        names = _unescaped(part)
        if _LOCKED.search(names):
            raise Unusable(PDF_LOCKED)
        if _ACTIVE.search(names):
            raise Unusable(PDF_ACTIVE)
        rooted = rooted or _ROOT.search(names) is not None
    if not rooted or not _TABLE.match(uploaded, int(end[1])):
        raise Unusable(UNREADABLE)
    return uploaded


def _unescaped(part: bytes) -> bytes:
    """/J#61vaScript is /JavaScript."""
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), part)


def _object_streams(uploaded: bytes) -> Iterator[bytes]:
    """Objects that lie compressed in the file. Raises Unusable where they cannot be looked into."""
    count, left = 0, _MOST_INFLATED
    for found in _STREAM.finditer(uploaded):
        before = uploaded[max(found.start() - _DICTIONARY, 0) : found.start()]
        dictionary = _unescaped(before.rpartition(b" obj")[2])
        if b"/ObjStm" not in dictionary or b"/Filter" not in dictionary:
            continue  # what lies there in clear, the search through the whole file sees
        count += 1
        if b"/FlateDecode" not in dictionary or count > _MOST_STREAMS:
            raise Unusable(PDF_ACTIVE)
        packed = uploaded[found.end() : uploaded.find(b"endstream", found.end())]
        try:
            inflated = zlib.decompressobj().decompress(packed, left)
        except zlib.error:
            raise Unusable(UNREADABLE) from None
        left -= len(inflated)
        if left <= 0:
            raise Unusable(PDF_ACTIVE)
        yield inflated


# --- Names -------------------------------------------------------------------------------------------------
def plain_name(name: str) -> str:
    """The name of a file as one line of visible signs: no folder, nothing that turns or hides what is read."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    visible = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")
    return " ".join(visible.split())[:NAME]
