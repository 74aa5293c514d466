"""Papers of a file: what goes in, who gets them out and how, and that nothing of them lies anywhere in clear."""

import os
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.urls import reverse
from PIL import Image

from audit.models import Event
from crypto import keyring
from crypto.errors import KeyDestroyed
from crypto.files import SEGMENT, FileKey
from crypto.models import DataKey
from referral import uploads
from referral.kinds import AttachmentKind
from referral.models import Attachment, AttachmentKey, AttachmentSegment, Case
from referral.services import attachments
from tests import canary
from tests import cast as c
from tests.contents import nothing_changes
from tests.referral.attaching import PDF, attached, photo, send
from tests.referral.pages import press, same_as_unknown, sign_in
from tests.referral.story import fr, said

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

WHY = {"reason": "care"}


@pytest.fixture
def case(cast: c.Cast) -> Case:
    return c.open_case(cast)


@pytest.fixture
def large() -> bytes:
    """A PDF of three segments."""
    return PDF.replace(b"% papier", b"%" + os.urandom(SEGMENT * 2).replace(b"\n", b"x") + b"\n% papier")


def get(user: Any, attachment: Attachment, **typed: Any) -> Any:
    return sign_in(user).post(reverse("attachment_file", args=[attachment.pk]), WHY | typed)


def events(verb: str, attachment: Attachment) -> list[Event]:
    return list(Event.objects.using("audit").filter(verb=verb, object_id=attachment.pk))


# --- In -----------------------------------------------------------------------------------------------------
def test_a_paper_goes_in_and_comes_out_again(cast: c.Cast, case: Case) -> None:
    typed = {"kind": "medical", "title": "santé canari", "original_place": "chez la tante canari"}
    answer = send(cast.aissatou, case, PDF, "certificat Canari.pdf", **typed)
    assert answer["Location"] == f"{reverse('case', args=[case.pk])}#attachments"
    page = sign_in(cast.bineta).get(reverse("case", args=[case.pk]))
    [line] = page.context["attachments"]
    assert (line["kind"], line["who"]) == (fr("Medical certificate"), "Aissatou")
    assert canary.found(["canari"], page.content) == []

    file = get(cast.bineta, case.attachments.get())
    assert file.content == PDF


def test_what_is_written_about_it_opens_with_a_reason_and_only_then(cast: c.Cast, case: Case) -> None:
    words = {"title": "titre canari", "original_name": "nom canari.pdf", "original_place": "coffre canari"}
    attachment = attached(cast, case, **words)
    client, url = sign_in(cast.aissatou), reverse("attachment", args=[attachment.pk])
    for closed in (client.get(url), client.post(url, {})):
        assert canary.found(["canari"], closed.content) == []
    assert events("reveal", attachment) == []
    opened = client.post(url, {"reason": "refer"})
    assert canary.found(words.values(), opened.content) == list(words.values())
    [look] = events("reveal", attachment)
    assert (look.actor_id, look.case_id, look.scope) == (cast.aissatou.pk, case.pk, "refer")
    assert set(look.fields) == set(words)


def test_the_file_is_saved_never_shown_and_its_name_says_nothing(cast: c.Cast, case: Case) -> None:
    attachment = attached(cast, case, photo(), original_name="Mariama Canari.jpg")
    file = get(cast.aissatou, attachment)
    assert file["Content-Disposition"] == f'attachment; filename="{attachment.pk.hex[:8]}.jpg"'
    assert file["Content-Type"] == "image/jpeg"
    assert file["Content-Security-Policy"].endswith("sandbox")
    assert file["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in file["Cache-Control"]
    [look] = events("file.get", attachment)
    assert (look.actor_id, look.case_id, look.scope) == (cast.aissatou.pk, case.pk, "care")


def test_without_a_reason_nothing_leaves(cast: c.Cast, case: Case) -> None:
    attachment = attached(cast, case)
    answer = get(cast.aissatou, attachment, reason="because")
    assert answer.context["form"].errors
    assert b"%PDF" not in answer.content
    assert events("file.get", attachment) == []
    assert sign_in(cast.aissatou).get(reverse("attachment_file", args=[attachment.pk])).status_code == 405


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (b"", "vide.pdf", "This file is empty."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "dessin.svg", uploads.NOT_TAKEN),
        (b"<html><script>alert(1)</script>", "scan.pdf", uploads.NOT_TAKEN),
        (b"GIF89a", "image.jpg", uploads.NOT_TAKEN),
        (PDF + b"PK\x03\x04", "scan.pdf", uploads.UNREADABLE),
        (b"%PDF-1.4\n<script>alert(1)</script>\nstartxref\n0\n%%EOF", "scan.pdf", uploads.UNREADABLE),
        (PDF.replace(b"% papier", b"/J#61vaScript % papier"), "scan.pdf", uploads.PDF_ACTIVE),
        (photo()[:100], "photo.jpg", uploads.UNREADABLE),
        (
            PDF + b"x" * (10 * 1024 * 1024 + 1 - len(PDF)),
            "gros.pdf",
            "This file is larger than 10 MB. Scan it again with less detail.",
        ),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_what_is_refused_is_said_keeps_the_words_and_changes_nothing(
    cast: c.Cast, case: Case, content: bytes, name: str, why: Any
) -> None:
    with nothing_changes():
        answer = send(cast.aissatou, case, content, name, title="titre canari")
    assert said(answer) == fr(str(why))
    assert "titre canari" in answer.content.decode()


def test_ten_megabytes_are_taken(cast: c.Cast, case: Case) -> None:
    content = PDF.replace(b"% papier", b"%" + b"x" * (10 * 1024 * 1024 - len(PDF)) + b" papier")
    assert len(content) == 10 * 1024 * 1024
    assert send(cast.aissatou, case, content).status_code == 302
    assert get(cast.aissatou, case.attachments.get()).content == content


def test_a_photo_comes_out_without_the_place_where_it_was_taken(cast: c.Cast, case: Case) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (12.0, 33.0, 20.0)})
    send(cast.aissatou, case, photo(exif=exif), "photo.pdf", content_type="text/html")
    file = get(cast.aissatou, case.attachments.get())
    assert file["Content-Type"] == "image/jpeg"
    assert not Image.open(BytesIO(file.content)).getexif().get_ifd(0x8825)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../x/scan.pdf", "scan.pdf"),
        ("scan\u202efdp.pdf", "scanfdp.pdf"),
        ("a\u200bb\tc.pdf", "abc.pdf"),
        (f"{'x' * 300}.pdf", "x" * uploads.NAME),
    ],
)
def test_a_name_that_deceives_is_neutral(cast: c.Cast, case: Case, given: str, kept: str) -> None:
    assert send(cast.aissatou, case, PDF, given).status_code == 302
    attachment = case.attachments.get()
    answer = sign_in(cast.aissatou).post(reverse("attachment", args=[attachment.pk]), WHY)
    assert dict(answer.context["masked"])[fr("name of the file")] == kept


def test_no_photo_of_a_person_is_offered(cast: c.Cast, case: Case) -> None:
    page = sign_in(cast.aissatou).get(reverse("attachment_add", args=[case.pk]))
    assert not [kind for kind in AttachmentKind if "photo" in kind]
    assert fr("Papers only. No photo of the person is kept here.") in page.content.decode()
    assert send(cast.aissatou, case, photo(), kind="photo").context["form"].errors["kind"]


def test_the_same_form_twice_puts_it_in_once(cast: c.Cast, case: Case) -> None:
    key = str(uuid4())
    answers = [send(cast.aissatou, case, PDF, key=key) for _ in range(2)]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert case.attachments.count() == 1


def test_a_file_takes_a_hundred_and_no_more(
    cast: c.Cast, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert attachments.MOST == 100
    monkeypatch.setattr(attachments, "MOST", 1)
    attached(cast, case)
    with nothing_changes():
        assert send(cast.aissatou, case, PDF).context["form"].non_field_errors()


def test_a_closed_file_takes_none_and_loses_none(cast: c.Cast, case: Case) -> None:
    attachment = attached(cast, case)
    with c.acting(cast.bineta) as actor:
        closing = {"by": actor, "at": c.clock.now(), "version": case.version}
        c.cases.close_case(case.pk, **closing, reason_code="PERSON_REQUEST")
    add, remove = (
        reverse(f"attachment_{act}", args=[row.pk]) for act, row in (("add", case), ("remove", attachment))
    )
    client = sign_in(cast.aissatou)
    assert fr("The case is closed.") in client.get(add).content.decode()
    with nothing_changes():
        assert send(cast.aissatou, case, PDF).context["form"].non_field_errors()
        assert press(client, remove, reason="mistake").context["form"].non_field_errors()
    assert remove not in client.get(reverse("attachment", args=[attachment.pk])).content.decode()
    assert get(cast.aissatou, attachment).content == PDF


# --- Who ----------------------------------------------------------------------------------------------------
def test_who_may_not_see_the_file_finds_nothing(cast: c.Cast, case: Case) -> None:
    attachment = attached(cast, case)
    c.accepted(cast, c.sent(cast, case))  # the centre knows the person, and none of the papers
    for who in ("codou", "daouda", "elisabeth", "gora", "ibrahima", "khady", "mareme"):
        for name in ("attachment", "attachment_remove"):
            assert same_as_unknown(sign_in(cast.people[who]), name, attachment.pk), who
        assert get(cast.people[who], attachment).status_code == 404


def test_a_supervisor_reads_and_changes_nothing(cast: c.Cast, case: Case) -> None:
    attachment = attached(cast, case)
    assert get(cast.bineta, attachment).status_code == 200
    client = sign_in(cast.bineta)
    page = client.get(reverse("attachment", args=[attachment.pk])).content.decode()
    remove = reverse("attachment_remove", args=[attachment.pk])
    assert remove not in page
    assert client.get(remove).status_code == 403
    assert client.get(reverse("attachment_add", args=[case.pk])).status_code == 403


# --- Out for good -------------------------------------------------------------------------------------------
def test_a_removed_paper_is_gone_and_the_file_says_who_removed_it_and_why(
    cast: c.Cast, case: Case, large: bytes
) -> None:
    attachment = attached(cast, case, large)
    before, held = stored_pieces(attachment), canary.database()
    assert [piece for piece in before if piece not in held] == []
    url = reverse("attachment_remove", args=[attachment.pk])
    answer = press(sign_in(cast.aissatou), url, reason="asked")
    assert answer["Location"] == f"{reverse('case', args=[case.pk])}#attachments"
    assert not AttachmentSegment.objects.filter(attachment=attachment).exists()
    assert not AttachmentKey.objects.filter(attachment=attachment).exists()
    assert get(cast.aissatou, attachment).status_code == 404
    page = sign_in(cast.aissatou).get(reverse("case", args=[case.pk]))
    assert page.context["attachments"] == []
    entry = next(e for e in page.context["timeline"] if e["title"] == fr("Attachment removed"))
    assert (entry["by"], fr("The person asks for it") in entry["text"]) == ("Aissatou", True)
    assert attachment.history.count() == 2
    # Neither the row nor its history holds what opens the segments, were somebody to bring them back.
    left = canary.database()
    assert [piece for piece in before if piece in left] == []


def stored_pieces(attachment: Attachment) -> list[bytes]:
    """The key and the beginnings of the segments as they are stored."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM referral_attachmentkey WHERE attachment_id = %s", [attachment.pk])
        (key,) = cursor.fetchone()
    return [bytes(key), *(bytes(s.content)[:64] for s in attachment.segments.all())]


def test_whoever_saw_an_older_version_removes_nothing(cast: c.Cast, case: Case) -> None:
    attachment = attached(cast, case)
    with nothing_changes():
        answer = press(
            sign_in(cast.aissatou),
            reverse("attachment_remove", args=[attachment.pk]),
            reason="mistake",
            version=attachment.version + 1,
        )
    assert answer.context["form"].non_field_errors()


# --- In between ---------------------------------------------------------------------------------------------
def test_nothing_of_it_lies_in_clear(cast: c.Cast, case: Case, tmp_path: Path, monkeypatch: Any) -> None:
    """Not in the database, nor in a folder for temporary files, nor where Django keeps uploads."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    content = PDF.replace(b"% papier", b"% papier" + b"x" * (3 * 1024 * 1024))
    words = {"title": "titre canari", "original_place": "coffre canari"}
    assert send(cast.aissatou, case, content, "nom-canari.pdf", **words).status_code == 302
    assert get(cast.aissatou, case.attachments.get()).content == content
    assert canary.found([*words.values(), "nom-canari", "papier canari", "%PDF-1.4"], canary.database()) == []
    assert list(tmp_path.iterdir()) == []
    assert default_storage.listdir("") == ([], [])


@pytest.mark.parametrize(
    "touch",
    [
        "UPDATE referral_attachmentsegment SET content = set_byte(content, 40, get_byte(content, 40) # 1)",
        "DELETE FROM referral_attachmentsegment WHERE number = 2",
        "DELETE FROM referral_attachmentsegment",
        "UPDATE referral_attachmentsegment SET number = 9 WHERE number = 0",
        "UPDATE referral_attachmentkey SET key = set_byte(key, 40, get_byte(key, 40) # 1)",
        "DELETE FROM referral_attachmentkey",
    ],
)
def test_a_file_that_was_touched_is_not_given_out(cast: c.Cast, case: Case, large: bytes, touch: str) -> None:
    attachment = attached(cast, case, large)
    with connection.cursor() as cursor:
        cursor.execute(touch)
    answer = get(cast.aissatou, attachment)
    assert answer.status_code == 500
    assert b"%PDF" not in answer.content
    unreadable = Event.objects.using("audit").filter(actor_id=cast.aissatou.pk, reason_code="UNREADABLE")
    assert unreadable.count() == 1


def test_segments_and_key_of_another_file_do_not_open_here(cast: c.Cast, case: Case) -> None:
    """Somebody who can write into the tables puts one paper in the place of another."""
    mine, other = attached(cast, case), attached(cast, case, photo())
    with connection.cursor() as cursor:
        for table, column in (("attachmentsegment", "content"), ("attachmentkey", "key")):
            cursor.execute(
                f"UPDATE referral_{table} a SET {column} = b.{column} FROM referral_{table} b"
                " WHERE a.attachment_id = %s AND b.attachment_id = %s",
                [mine.pk, other.pk],
            )
    assert get(cast.aissatou, mine).status_code == 500


def test_with_the_keys_of_its_case_every_paper_is_gone(cast: c.Cast, case: Case) -> None:
    """Erasure: whatever copy of the segments and of the file's key there is."""
    attachment = attached(cast, case)
    with keyring.opened() as ring:
        ring.destroy_case(case.pk)
    assert not DataKey.objects.filter(case_id=case.pk).exists()
    stored = AttachmentKey.objects.get(attachment=attachment)
    with keyring.opened() as ring, ring.revealing(stored), pytest.raises(KeyDestroyed):
        FileKey(stored.key, attachment.pk)
