"""What is kept of a file that somebody uploads: its points or its pages, never what hides in it."""

import struct
import time
import zipfile
import zlib
from contextlib import suppress
from io import BytesIO
from typing import Any

import pytest
import typst
from PIL import Image, PngImagePlugin
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from referral import uploads
from referral.kinds import MediaType
from referral.uploads import Unusable, content_of, plain_name
from tests.referral.attaching import PDF as PAGE
from tests.referral.attaching import compressed, rooted

PLACE = b"Kedougou-Canari"


def picture(format: str = "JPEG", size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    mode = options.pop("mode", "RGB")
    into = BytesIO()
    Image.new(mode, size, options.pop("colour", None)).save(into, format=format, **options)
    return into.getvalue()


def located() -> Image.Exif:
    """Taken there, with this camera, on its side."""
    exif = Image.Exif()
    exif[0x010E] = PLACE.decode()
    exif[0x0112] = 6
    exif.get_ifd(0x8825).update({1: "N", 2: (12.0, 33.0, 20.0)})
    return exif


def noted() -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", PLACE.decode())
    info.add_text("Hidden", PLACE.decode(), zip=True)
    return info


def pdf(change: Any = None) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    if change:
        change(writer)
    into = BytesIO()
    writer.write(into)
    return into.getvalue()


def archive() -> bytes:
    into = BytesIO()
    with zipfile.ZipFile(into, "w") as packed:
        packed.writestr("index.html", "<script>alert(1)</script>")
    return into.getvalue()


def ending_within(inside: bytes) -> bytes:
    """Packed, and the word that ends a stream lies in it."""
    word, raw = b"\nendstream\n", zlib.compressobj(wbits=-15)
    stored = b"\0" + struct.pack("<HH", len(word), 0xFFFF - len(word)) + word
    return (
        b"\x78\x9c"
        + stored
        + raw.compress(inside)
        + raw.flush()
        + struct.pack(">I", zlib.adler32(word + inside))
    )


SCRIPT = b"<< /S /JavaScript /JS (x) >>"
PACKED = b"/Filter /FlateDecode"
#: Ways of keeping an object stream, or what it holds, from being seen; readers open all of them, or some do.
HIDDEN = {
    "long": compressed(SCRIPT, head=b"<< /Type /ObjStm /N 1 /First 4 /X (%s) FILTER >>" % (b"x" * 5000)),
    "blank": compressed(SCRIPT, head=b"<< /Type /ObjStm /N 1 /First 4 FILTER %s>>" % (b" " * 5000)),
    "keyword in a text": compressed(SCRIPT, head=b"<< /Type /ObjStm /N 1 /First 4 FILTER /X (1 0 obj <<) >>"),
    "keyword in a comment": compressed(
        SCRIPT, head=b"<< /Type /ObjStm /N 1 /First 4 FILTER %9 0 obj << /A 1\n >>"
    ),
    "bracket": compressed(SCRIPT, head=b"<< /X [ >> ] /Type /ObjStm /N 1 /First 4 FILTER >>"),
    "no value": compressed(SCRIPT, head=b"<< /X >> endobj /Type /ObjStm /N 1 /First 4 FILTER >>"),
    "no type": compressed(SCRIPT, head=b"<< /N 1 /First 4 FILTER >>"),
    "type elsewhere": compressed(SCRIPT, kind=b"7 0 R"),
    "escaped": compressed(SCRIPT, head=b"<< /N 1 /F#69rst 4 FILTER >>"),
    "filter elsewhere": compressed(SCRIPT, b"/Filter 7 0 R /X /FlateDecode"),
    "filter short": compressed(SCRIPT, b"/F /Fl /X /FlateDecode"),
    "filter twice": compressed(SCRIPT, b"/Filter /LZWDecode /Filter /FlateDecode"),
    "filters": compressed(SCRIPT, b"/Filter [/ASCIIHexDecode /FlateDecode]"),
    "hexadecimal": compressed(SCRIPT.hex().encode() + b">", b"/Filter /ASCIIHexDecode"),
    "predictor": compressed(SCRIPT, PACKED + b" /DecodeParms << /Predictor 12 /Columns 4 >>"),
    "end within": compressed(SCRIPT).replace(zlib.compress(SCRIPT), ending_within(SCRIPT)),
    "updated": pdf() + compressed(SCRIPT).replace(b"startxref\n9\n", b"startxref\n%d\n" % (len(pdf()) + 9)),
    "inside another": PAGE.replace(b"% papier canari", b"(" + compressed(SCRIPT)[9:-21] + b")"),
}


# --- What is kept -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("format", "kind", "options"),
    [
        ("JPEG", MediaType.JPEG, {"exif": located(), "comment": PLACE, "icc_profile": b"profile" + PLACE}),
        ("PNG", MediaType.PNG, {"pnginfo": noted(), "exif": located()}),
    ],
)
def test_of_a_picture_only_its_points_are_kept(format: str, kind: MediaType, options: Any) -> None:
    """The place where it was taken is gone; it stands upright, as the camera meant it."""
    uploaded = picture(format, **options)
    assert Image.open(BytesIO(uploaded)).getexif().get_ifd(0x8825)
    kept = content_of(uploaded)
    with Image.open(BytesIO(kept.content)) as shown:
        assert (kept.media_type, shown.format) == (kind, format)
        assert (shown.size, shown.mode) == ((30, 40), "RGB")
        assert not shown.getexif()
        assert set(shown.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert PLACE not in kept.content


@pytest.mark.parametrize(
    ("format", "mode", "colour"),
    [
        ("PNG", "RGBA", (0, 0, 0, 0)),
        ("PNG", "LA", (0, 0)),
        ("PNG", "L", 255),
        ("PNG", "1", 1),
        ("JPEG", "CMYK", 0),
    ],
)
def test_any_kind_of_colours_becomes_plain_ones(format: str, mode: str, colour: Any) -> None:
    """What is transparent is white paper."""
    with Image.open(BytesIO(content_of(picture(format, mode=mode, colour=colour)).content)) as shown:
        assert shown.mode == "RGB"
        assert shown.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("behind", [b"<html><script>alert(1)</script></html>", archive(), b"%PDF-1.7"])
@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_nothing_is_kept_of_what_hangs_behind_a_picture(format: str, behind: bytes) -> None:
    kept = content_of(picture(format) + behind).content
    assert behind not in kept
    assert kept == content_of(picture(format)).content


def test_a_plain_pdf_is_kept_as_it_is() -> None:
    assert content_of(pdf()).content == pdf()
    assert content_of(pdf()).media_type == MediaType.PDF


def test_objects_that_lie_compressed_are_looked_at() -> None:
    assert content_of(compressed(b"<< /Type /Catalog >>")).media_type == MediaType.PDF
    assert content_of(compressed(b"<< /Type /Catalog >>", b"")).media_type == MediaType.PDF


@pytest.mark.parametrize(
    "head",
    [
        b"<</Type/ObjStm/N 1/First 4/Length 294 0 R/Filter[/FlateDecode]>>",
        b"<< /Length 9 /Extends 3 0 R\n/First 4 /N 1 /Filter/FlateDecode/Type /ObjStm >>",
    ],
)
def test_the_plain_ways_of_writing_an_object_stream_are_known(head: bytes) -> None:
    assert content_of(compressed(b"<< /Type /Catalog >>", head=head)).media_type == MediaType.PDF


def test_beside_object_streams_any_dictionary_that_keeps_the_rules_may_stand() -> None:
    """Long ones, comments, texts with brackets in them, a table of objects with a predictor, a newer version behind."""
    first = compressed(b"<< /Type /Catalog >>")
    others = (
        b"2 0 obj [1 -.5 +4. /N true (a) <6F> << /First 3 0 R /X null >>] endobj\n"
        b"3 0 obj << /P (a\\)(b) << [) /D ["
        + b"0 1 "
        * 1000
        + b"] % to be read\n /X <</Y<</Z/W>>>> >>\nstream\r\n"
        b"obj \xff\nendstream endobj 4 0 obj 7 endobj\n"
        b"5 0 obj << /Type /XRef /Filter /FlateDecode /DecodeParms << /Predictor 12 >> >>\nstream\n\nendstream endobj\n"
    )
    assert content_of(first + others + b"startxref\n9\n%%EOF\n").media_type == MediaType.PDF


def test_what_other_software_writes_is_kept() -> None:
    text = b'= Titre canari\n#link("https://exemple.sn")[lien]\n#pagebreak()\nfin#footnote[note]'
    for standard in ("1.4", "1.7", "2.0", "a-2b", "a-3b"):
        assert content_of(typst.compile(text, pdf_standards=[standard])).media_type == MediaType.PDF


# --- What is refused ----------------------------------------------------------------------------------------
def with_script(writer: PdfWriter) -> None:
    run = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert('x')")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(run)


def with_file(writer: PdfWriter) -> None:
    writer.add_attachment("x.exe", b"MZ")


def with_password(writer: PdfWriter) -> None:
    writer.encrypt("secret", algorithm="RC4-128")


@pytest.mark.parametrize(
    ("uploaded", "why"),
    [
        (b"", uploads.NOT_TAKEN),
        (b"MZ\x90\0", uploads.NOT_TAKEN),
        (picture("GIF"), uploads.NOT_TAKEN),
        (picture("TIFF"), uploads.NOT_TAKEN),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", uploads.NOT_TAKEN),
        (b"<!doctype html><script>alert(1)</script>", uploads.NOT_TAKEN),
        (archive(), uploads.NOT_TAKEN),
        (b"\n" + pdf(), uploads.NOT_TAKEN),  # something else may stand before it
        (archive() + pdf(), uploads.NOT_TAKEN),
        (b"\xff\xd8\xff", uploads.UNREADABLE),
        (picture("JPEG")[:-30], uploads.UNREADABLE),
        (picture("PNG")[:-30], uploads.UNREADABLE),
        (b"\xff\xd8\xff\xe0<html>", uploads.UNREADABLE),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, uploads.UNREADABLE),
        (b"%PDF-1.7\n", uploads.UNREADABLE),
        (b"%PDF-9.9\n" + pdf()[9:], uploads.UNREADABLE),
        (pdf()[:-20], uploads.UNREADABLE),
        (pdf() + archive(), uploads.UNREADABLE),
        (pdf() + b"<html></html>", uploads.UNREADABLE),
        (pdf() + archive() + b"startxref\n9\n%%EOF\n", uploads.PDF_ACTIVE),
        (pdf(with_script), uploads.PDF_ACTIVE),
        (pdf(with_file), uploads.PDF_ACTIVE),
        (pdf(with_password), uploads.PDF_LOCKED),
        (compressed(b"<< /S /JavaScript /JS (x) >>"), uploads.PDF_ACTIVE),
        (compressed(b"<< /S /J#61v#61Script >>"), uploads.PDF_ACTIVE),
        (compressed(b"<< /S /JavaScript >>", kind=b"/Obj#53tm"), uploads.PDF_ACTIVE),
        (compressed(b"<< /S /JavaScript >>", b"/Filte#72 /Flate#44ecode"), uploads.PDF_ACTIVE),
        (compressed(b"<< /S /Launch >>", b""), uploads.PDF_ACTIVE),
        (compressed(b"<< /S /GoToR /F (x) >>"), uploads.PDF_ACTIVE),
        (compressed(b"<< /Subtype /FileAttachment >>"), uploads.PDF_ACTIVE),
        (b"%PDF-1.4\n<script>alert(1)</script>\nstartxref\n0\n%%EOF", uploads.UNREADABLE),
        (PAGE.replace(b"\n9\n", b"\n0\n"), uploads.UNREADABLE),  # points at no table of objects
        (PAGE.replace(b"\n9\n", b"\n%d\n" % 10**30), uploads.UNREADABLE),
        (PAGE.replace(b"/Catalog", b"/Page"), uploads.UNREADABLE),  # pages without a root
        (compressed(b"<< >>", b"/Filter /LZWDecode"), uploads.PDF_ACTIVE),
        (compressed(b"<< >>", whole=False), uploads.UNREADABLE),
        (compressed(b"\0" * (33 * 1024 * 1024)), uploads.PDF_ACTIVE),
        (b"".join(compressed(b"<< >>") for _ in range(1001)), uploads.PDF_ACTIVE),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_anything_else_is_refused_in_a_sentence(uploaded: bytes, why: Any) -> None:
    with pytest.raises(Unusable) as refused:
        content_of(uploaded)
    assert refused.value.sentence == why


@pytest.mark.parametrize("way", HIDDEN)
def test_what_runs_is_found_however_it_is_hidden_or_the_file_is_refused(way: str) -> None:
    hidden = rooted(HIDDEN[way])
    assert hidden.count(b"/JavaScript") == 0
    with pytest.raises(Unusable):
        content_of(hidden)
    assert content_of(rooted(compressed(b"<< /S /GoTo >>"))), "for nothing else"


@pytest.mark.parametrize(
    "busy",
    [
        b"1 0 obj <<" * 100_000,
        b"1 0 obj << /A (" * 100_000,
        b"obj%" * 250_000,
        b"1 0 obj << /A [" + b"obj << /A " * 100_000,
        b"obj" + b" %" * 500_000,
        b"obj <<" + b" " * 1_000_000,
    ],
    ids=lambda busy: repr(busy[:16]),
)
def test_a_file_that_would_keep_us_busy_does_not(busy: bytes) -> None:
    begun = time.process_time()
    with suppress(Unusable):
        content_of(rooted(compressed(b"<< >>"), busy))
    assert time.process_time() - begun < 3


@pytest.mark.parametrize("side", [7000, 12_000, 20_000, 60_000])
def test_a_picture_that_would_fill_the_memory_is_never_drawn(side: int) -> None:
    """Few bytes that unfold to billions of points: only their number is read."""
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunk = b"IHDR" + header
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    data = b"IDAT" + zlib.compress(b"\0" * 100)
    bomb += struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))
    with pytest.raises(Unusable) as refused:
        content_of(bomb)
    assert refused.value.sentence == uploads.TOO_MANY_POINTS


def test_the_tests_write_what_they_say() -> None:
    """A PDF that no reader opens would be refused for another reason."""
    assert len(PdfReader(BytesIO(pdf())).pages) == 1
    assert PdfReader(BytesIO(pdf(with_password))).is_encrypted
    assert PdfReader(BytesIO(pdf(with_file))).attachments


# --- Names --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("certificat médical.pdf", "certificat médical.pdf"),
        ("../../etc/passwd", "passwd"),
        (r"C:\Users\Awa\scan.pdf", "scan.pdf"),
        ("..", ".."),
        ("scan\u202efdp.exe", "scanfdp.exe"),
        ("a\u200b\u2066b\0\r\nc\x1b[2J\t d.pdf", "abc[2J d.pdf"),
        ("half \ud800 pair", "half pair"),
        ("x" * 300, "x" * uploads.NAME),
        ("", ""),
    ],
)
def test_a_name_is_one_line_of_visible_signs(given: str, kept: str) -> None:
    assert plain_name(given) == kept
