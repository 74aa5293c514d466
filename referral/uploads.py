"""What may be kept of an uploaded file? Its content decides; its name, its ending and its declared type say nothing.

A picture is drawn anew, so that nothing but its points is kept: no place, no camera, nothing behind its end. A PDF is
kept as it is, or refused: we look for what runs or hides by the names that the format gives it, in the file and in its
compressed object streams, and refuse those that we cannot look into. A reader with faults of its own may still see
more; that is why attachments are never shown inside the browser.
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
    "This PDF holds more than pages: a program, a form, other files or something that it opens by itself. Print it"
    " to a new PDF, or scan it."
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
#: Programs, commands, files inside the file or beside it, forms that send themselves, films, sound and solids.
_ACTIVE: Final = re.compile(
    rb"/(JavaScript|Launch|EmbeddedFiles?|FileAttachment|Filespec|FFilter|Collection|XFA|RichMedia|Rendition|SubmitForm"
    rb"|ImportData|GoTo[ER]|Thread|Movie|Sound|3DD|OnInstantiate)\b"
)
_SPACE: Final = rb"[\0\t\n\f\r ]"
#: A dictionary, here or elsewhere. Chance writes names of two letters into every scan: what follows has to fit as well.
_HELD: Final = rb"%s*+(?:<<|%%|\d++(?:%%|%s))" % (_SPACE, _SPACE)
#: A text, in signs or in digits, a dictionary, or either elsewhere.
_FILE: Final = rb"%s*+(?:[(<%%][\t\n\f\r -~]{8}|\((?:\xfe\xff|\xef\xbb\xbf)|\d++%s++\d++%s++R\b)" % (
    (_SPACE,) * 3
)
#: Files inside, pages of another file, and whatever else lies in a file whose name is given.
_BESIDE: Final = re.compile(rb"/(?:EF%s|Ref%s|F%s)" % (_HELD, _HELD, _FILE))
#: What a file does when it is opened is at most to show a place in it, an array: an address waits for a click.
_AT_OPENING: Final = re.compile(rb"/(?:OpenAction\b%s*+(?!\[)|AA%s)" % (_SPACE, _HELD))
_ADDRESS: Final = re.compile(rb"/URI\b")
_ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
#: Where an object may begin for a reader, whatever lies around it: a table of objects points anywhere.
_OBJECT: Final = re.compile(rb"(?<!end)obj")
_BLANK: Final = rb"(?:[\0\t\n\f\r ]|%[^\r\n]*+)*+"
_BLANKS: Final = re.compile(_BLANK)
_BLANK_RUN: Final = re.compile(rb"[\0\t\n\f\r ]+")
_NAME: Final = rb"/[^\0\t\n\f\r ()<>\[\]{}/%]*+"
_VALUE: Final = (
    rb"(?:(?:\d++[\0\t\n\f\r ]++\d++[\0\t\n\f\r ]++R|[+-]?(?:\d++\.?+\d*+|\.\d++)|true|false|null)"
    rb"(?=[\0\t\n\f\r ()<>\[\]/%])|<[0-9A-Fa-f\0\t\n\f\r ]*+>)"
)
#: What a dictionary is made of. Nothing else is read: of what is not written by the rules, each reader makes its own.
_PIECE: Final = re.compile(
    _BLANK + rb"(?:(?P<name>%s)|(?P<open><<|\[)|(?P<close>>>|\])|(?P<text>\()|%s)" % (_NAME, _VALUE)
)
#: Much of it is plain, and gone through in one step.
_RUN: Final = {
    "key": re.compile(rb"(?:%s%s%s(?:%s|%s))*+" % (_BLANK, _NAME, _BLANK, _NAME, _VALUE)),
    "value": _BLANKS,
    "item": re.compile(rb"(?:%s(?:%s|%s))*+" % (_BLANK, _NAME, _VALUE)),
}
#: In a dictionary a key and its value take turns, and it ends before a key.
_FIRST: Final = {b"<<": "key", b">>": "key", b"[": "item", b"]": "item"}
_NEXT: Final = {"key": "value", "value": "key", "item": "item"}
_IN_TEXT: Final = re.compile(rb"(?:[^()\\]|\\.)++|[()]", re.DOTALL)
_STREAM: Final = re.compile(_BLANK + rb"stream(?:\r\n|\n|\r)?")
#: What only an object stream has: some readers go by the one, some by the other.
_OF_OBJECTS: Final = re.compile(rb"/(ObjStm|First)\b")
#: The one way of writing an object stream that we look into: packed once, everything said in its place.
_PLAIN: Final = re.compile(
    rb"<<(?: ?/(?:Type ?/ObjStm|(?:N|First) \d+|(?:Length|DL) \d+(?: \d+ R)?|Extends \d+ \d+ R"
    rb"|Filter ?(?P<packed>/FlateDecode|\[ ?/FlateDecode ?\])))* ?>>"
)
#: More than any paper of some pages has: whoever exceeds it wants to keep us busy.
_MOST_STREAMS, _MOST_INFLATED = 1000, 32 * 1024 * 1024
_PORTION: Final = 64 * 1024
#: How often the whole file may be gone through: objects that lie in one another would do it without end.
_MOST_TIMES: Final = 2
#: How deep dictionaries and arrays may lie in one another; and how many pieces of the whole file may need a look of
#: their own. The largest file that is taken, written by ordinary software without packing anything, has 300,000.
_MOST_DEEP, _MOST_STEPS = 100, 500_000


class _Steps:
    """What is left of the looks at one file: each costs far more than a byte of a search."""

    def __init__(self) -> None:
        self.left = _MOST_STEPS

    def take(self, number: int = 1) -> None:
        """Raises Unusable."""
        self.left -= number
        if self.left < 0:
            raise Unusable(PDF_ACTIVE)


def _checked_pdf(uploaded: bytes) -> bytes:
    end = _END.search(uploaded[-_TAIL:])
    if not _HEADER.match(uploaded) or end is None:
        raise Unusable(UNREADABLE)
    if _ZIP_END in uploaded[-_ZIP_TAIL:]:
        raise Unusable(PDF_ACTIVE)
    rooted = opens = addressed = False
    steps = _Steps()
    for part in (uploaded, *_object_streams(uploaded, steps)):
        names = _unescaped(part, steps)
        if _LOCKED.search(names):
            raise Unusable(PDF_LOCKED)
        if _ACTIVE.search(names) or _BESIDE.search(names):
            raise Unusable(PDF_ACTIVE)
        rooted = rooted or _ROOT.search(names) is not None
        opens = opens or _AT_OPENING.search(names) is not None
        addressed = addressed or _ADDRESS.search(names) is not None
        if opens and addressed:
            raise Unusable(PDF_ACTIVE)
    if not rooted or not _TABLE.match(uploaded, int(end[1])):
        raise Unusable(UNREADABLE)
    return uploaded


def _unescaped(part: bytes, steps: _Steps) -> bytes:
    """/J#61vaScript is /JavaScript."""
    plain, number = _ESCAPED.subn(lambda found: bytes([int(found[1], 16)]), part, count=steps.left + 1)
    steps.take(number)
    return plain


def _object_streams(uploaded: bytes, steps: _Steps) -> Iterator[bytes]:
    """Objects that lie compressed in the file. Raises Unusable where they cannot be looked into."""
    if not _OF_OBJECTS.search(_unescaped(uploaded, steps)):
        return
    left, room, count = _MOST_INFLATED, _MOST_TIMES * len(uploaded), 0
    for found in _OBJECT.finditer(uploaded):
        steps.take()
        dictionary, end = _dictionary(uploaded, found.end(), steps)
        room -= end - found.end()
        if room < 0:
            raise Unusable(PDF_ACTIVE)
        stream = _STREAM.match(uploaded, end) if dictionary else None
        if stream is None or not _OF_OBJECTS.search(dictionary):
            continue
        plain, count = _PLAIN.fullmatch(_BLANK_RUN.sub(b" ", dictionary)), count + 1
        if plain is None or dictionary.count(b"/Filter") > 1 or count > _MOST_STREAMS:
            raise Unusable(PDF_ACTIVE)
        if plain["packed"]:  # what lies there in clear, the search through the whole file sees
            inflated = _inflated(uploaded, stream.end(), left)
            left -= len(inflated)
            yield inflated


def _dictionary(uploaded: bytes, start: int, steps: _Steps) -> tuple[bytes, int]:
    """That which begins here, and where it ends; empty where none begins. Raises Unusable where it breaks a rule."""
    blanks = _BLANKS.match(uploaded, start)
    begun = position = blanks.end() if blanks else start
    if not uploaded.startswith(b"<<", begun):
        return b"", begun
    # Of each dictionary and array that is open: what comes next in it.
    due: list[str] = []
    while True:
        steps.take()
        run = _RUN[due[-1]].match(uploaded, position) if due else None
        piece = _PIECE.match(uploaded, run.end() if run else position)
        if piece is None:
            raise Unusable(UNREADABLE)
        position = piece.end()
        if piece["close"]:
            if due.pop() != _FIRST[piece["close"]]:
                raise Unusable(UNREADABLE)
            if not due:
                return _unescaped(uploaded[begun:position], steps), position
            continue
        if due and due[-1] == "key" and not piece["name"]:
            raise Unusable(UNREADABLE)
        due[-1:] = [_NEXT[each] for each in due[-1:]]
        if piece["open"]:
            due.append(_FIRST[piece["open"]])
            if len(due) > _MOST_DEEP:
                raise Unusable(PDF_ACTIVE)
        elif piece["text"]:
            position = _after_text(uploaded, position, steps)


def _after_text(uploaded: bytes, position: int, steps: _Steps) -> int:
    depth = 1
    while depth:
        steps.take()
        piece = _IN_TEXT.match(uploaded, position)
        if piece is None:
            raise Unusable(UNREADABLE)
        position = piece.end()
        depth += (piece[0] == b"(") - (piece[0] == b")")
    return position


def _inflated(uploaded: bytes, start: int, most: int) -> bytes:
    """What is packed from here on, to its own end: what the file says of its length need not be so. Raises Unusable."""
    packed, parts, left = zlib.decompressobj(), [], most
    try:
        for position in range(start, len(uploaded), _PORTION):
            portion = uploaded[position : position + _PORTION]
            while portion and not packed.eof:
                parts.append(packed.decompress(portion, left))
                portion, left = packed.unconsumed_tail, left - len(parts[-1])
                if left <= 0:
                    raise Unusable(PDF_ACTIVE)
            if packed.eof:
                return b"".join(parts)
    except zlib.error:
        pass
    raise Unusable(UNREADABLE)


# --- Names -------------------------------------------------------------------------------------------------
def plain_name(name: str) -> str:
    """The name of a file as one line of visible signs: no folder, nothing that turns or hides what is read."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    visible = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")
    return " ".join(visible.split())[:NAME]
