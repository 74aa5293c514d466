"""What a PDF may not do: reach for another file or place, or keep whoever checks it busy."""

import pytest

from referral import uploads
from referral.uploads import Unusable, content_of
from tests.referral.attaching import PDF as PAGE
from tests.referral.attaching import compressed, rooted

# --- Other files and places ---------------------------------------------------------------------------------
FAR = rb"(\\\\hote\\partage\\x)"
#: Each reaches for another file or another place, some of them as soon as the file is opened.
REACHES = {
    "file of a page": b"<</Type/Page/AF[<</UF(x)/EF<</F 4 0 R>>>>]>>",
    "file elsewhere": b"<</UF (x) /EF 9 0 R>>",
    "file behind a comment": b"<</UF (x) /EF%\n<</UF 4 0 R>>>>",
    "file, escaped": b"<</UF (x) /E#46 <</UF 4 0 R>>>>",
    "file named": b"<</Type /Filespec /UF (x)>>",
    "portfolio": b"<</Collection <</View/T>>>>",
    "address": b"<</OpenAction <</S/URI/URI(http://hote.sn)>>>>",
    "address elsewhere": b"<</OpenAction 9 0 R>> <</S/URI/URI(http://hote.sn)>>",
    "address behind a comment": b"<</OpenAction%[\n9 0 R>> <</S/URI/URI(http://hote.sn)>>",
    "address of a page": b"<</Type/Page/AA<</O<</S/URI/URI(http://hote.sn)>>>>>>",
    "address of a page, elsewhere": b"<</Type/Page/AA 9 0 R>> <</S/URI/URI(http://hote.sn)>>",
    "article": b"<</OpenAction <</S/Thread/D 0>>>>",
    "article of a file": b"<</S 9 0 R/D 0/F" + FAR + b">>",
    "stream": b"<</Length 0 /F" + FAR + b">>",
    "stream, in another alphabet": b"<</Length 0 /F (\xfe\xff\0h\0o)>>",
    "stream, in digits": b"<</Length 0 /F <5C5C686F74655C78>>>",
    "stream, described": b"<</Length 0 /F <</UF" + FAR + b">>>>",
    "stream, elsewhere": b"<</Length 0 /F 9\0 0 R>>",
    "stream, unpacked": b"<</Length 0 /FFilter/FlateDecode>>",
    "page of a file": b"<</Subtype/Form/Ref<</UF" + FAR + b"/Page 0>>>>",
    "page of a file, elsewhere": b"<</Subtype/Form/Ref 9 0 R>>",
    "solid": b"<</Subtype/3D/3DD 9 0 R>>",
    "program of a solid": b"<</Type/3D/OnInstantiate 9 0 R>>",
}


@pytest.mark.parametrize("way", REACHES)
def test_what_reaches_for_another_file_or_place_is_refused_in_clear_and_packed(way: str) -> None:
    root = b"<< /Type /Catalog >> "
    for file in (rooted(PAGE, b"3 0 obj " + REACHES[way] + b" endobj\n"), compressed(root + REACHES[way])):
        with pytest.raises(Unusable) as refused:
            content_of(file)
        assert refused.value.sentence == uploads.PDF_ACTIVE


def test_an_address_and_what_opens_it_are_found_in_different_parts_of_a_file() -> None:
    link = compressed(b"<</S/URI/URI(http://hote.sn)>>")
    with pytest.raises(Unusable):
        content_of(rooted(link, b"3 0 obj <</OpenAction 9 0 R>> endobj\n"))
    assert content_of(rooted(link, b"3 0 obj <</OpenAction [9 0 R /Fit]>> endobj\n"))


@pytest.mark.parametrize(
    "usual",
    [
        b"<</OpenAction[1 0 R/XYZ null null 0]/Threads 8 0 R>> <</A<</S/URI/URI(http://hote.sn)>>/F 4/Rect[0 0 9 9]>>",
        b"<</OpenAction 9 0 R>> <</S/GoTo/D[1 0 R/Fit]>>",
        b"<</Font<</F1 5 0 R/F 5>>>> <</S/Note/Ref[7 0 R 8 0 R]>> <</K/Fit/Filter/FlateDecode/FT/Tx>>",
        b"<</Length 60>> stream\nBI /F /A85 /W 1 ID \x93/EF\x93/F(\x93abcdefgh /AA\x93/F<<\x01 EI\nendstream",
    ],
    ids=["office", "start", "names", "scan"],
)
def test_what_ordinary_software_writes_is_no_reach(usual: bytes) -> None:
    """The destination of an opening, marks of a link, references in a text; and chance in the points of a scan."""
    assert content_of(rooted(PAGE, b"3 0 obj " + usual + b" endobj\n"))


# --- Bounds -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("begin", "again", "end", "fits", "breaks"),
    [
        (b"3 0 obj << /A ", b"[", b"", 0, 200),  # never closed, and refused before its end is reached
        (b"3 0 obj << /A ", b"<</A[", b" 1", 0, 60),
        (b"3 0 obj << /A [", b"[1]", b"] >> endobj\n", 100_000, 250_000),
        (b"3 0 obj << /A (", b"()", b") >> endobj\n", 100_000, 250_000),
        (b"3 0 obj << /A ", b"/A ", b">> endobj\n", 1_000_001, 0),
        (b"3 0 obj << /A (", b"\\000a\\(", b") >> endobj\n", 500_000, 0),  # texts of two bytes a sign
        (b"", b"obj ", b"\n", 100_000, 500_001),
        (b"%", b"#41", b"\n", 100_000, 500_001),
        (
            b"3 0 obj << /A /",
            b"#41",
            b" >> endobj\n",
            100_000,
            250_000,
        ),  # undone for the file, and for itself
    ],
    ids=lambda value: repr(value)[:24],
)
def test_what_needs_many_looks_is_refused_after_some(
    begin: bytes, again: bytes, end: bytes, fits: int, breaks: int
) -> None:
    if fits:
        assert content_of(rooted(compressed(b"<< >>"), begin + again * fits + end))
    if breaks:
        with pytest.raises(Unusable) as refused:
            content_of(rooted(compressed(b"<< >>"), begin + again * breaks + end))
        assert refused.value.sentence == uploads.PDF_ACTIVE


def test_what_is_packed_counts_with_what_is_not() -> None:
    packed = b"".join(compressed(b"/" + b"#41" * 50_000)[9:-21] for _ in range(11))
    with pytest.raises(Unusable) as refused:
        content_of(rooted(compressed(b"<< >>"), packed))
    assert refused.value.sentence == uploads.PDF_ACTIVE
    assert content_of(rooted(compressed(b"<< >>"), packed[: len(packed) // 11]))


def test_dictionaries_lie_in_one_another_to_some_depth() -> None:
    def nested(depth: int) -> bytes:
        inside = b"3 0 obj << /A " + b"[" * depth + b"]" * depth + b" >> endobj\n"
        return rooted(compressed(b"<< >>"), inside)

    assert content_of(nested(99))
    with pytest.raises(Unusable):
        content_of(nested(100))
