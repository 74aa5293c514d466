"""The fingerprint of the audit: read and printed by supervisors and auditors, and an older paper compared with it."""

from io import BytesIO
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from audit import merkle
from audit.fingerprint import words_of
from audit.models import Checkpoint, Cosignature, Event, Leaf
from audit.notes import Checkpoint as Text
from audit.notes import Signer, note_of
from partners.models import User
from tests import cast as c
from tests.database.sequencer import as_sequencer
from tests.referral.pages import sign_in

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

HOLDS = "Le journal commence toujours par les"
BROKEN = "Le journal ne commence pas par ce que dit ce papier."


@pytest.fixture
def signed(cast, settings):
    """Ten events in the tree, of which the signer has vouched for the first seven."""
    hashes = [merkle.leaf_hash(b"%d" % number) for number in range(10)]
    signer = Signer.new("cases.example/audit")
    settings.RELAIS_LOG_KEY = str(signer.verifier)
    root = merkle.root_of(hashes[:7])
    text = str(Text(signer.name, 7, root))
    with as_sequencer():
        Leaf.objects.bulk_create(
            Leaf(index=n, event_id=f"00000000-0000-0000-0000-{n:012d}", commitment=bytes(32), hash=hashed)
            for n, hashed in enumerate(hashes)
        )
        return Checkpoint.objects.create(size=7, root=root, note=note_of(text, [signer.signature(text)]))


def read(user: User, **typed: Any) -> str:
    return sign_in(user).get(reverse("fingerprint"), typed).content.decode()


def acts() -> list[str]:
    """What was written down of looking at the tree."""
    of_the_tree = Event.objects.using("audit").filter(object_type__in=("audit.checkpoint", "audit.leaf"))
    return list(of_the_tree.order_by("seq").values_list("verb", flat=True))


def words(checkpoint: Checkpoint) -> str:
    return " ".join(words_of(checkpoint.size, bytes(checkpoint.root)))


def test_it_is_shown_with_its_words_and_its_code(cast, signed):
    Cosignature.objects.create(checkpoint=signed, witness="witness.example", line="—")
    page = read(cast.khady)
    for each in (*words(signed).split(), "witness.example", "<svg", "cases.example/audit+"):
        assert each in page
    assert acts() == ["audit.read"]


@pytest.mark.parametrize(
    ("size", "typed", "answer"),
    [
        (7, "{words}", HOLDS),
        (7, "  {WORDS}.", HOLDS),
        (8, "{words}", BROKEN),
        (11, "{words}", BROKEN),
        (7, "{other}", BROKEN),
        (7, "maison", "Ce ne sont pas les huit mots"),
        (7, "", "Indiquez les huit mots"),
        ("", "{words}", "Indiquez le nombre"),
    ],
)
def test_an_older_paper_is_compared(cast, signed, size, typed, answer):
    spoken = words(signed)
    other = " ".join(words_of(7, bytes(32)))
    typed = typed.format(words=spoken, WORDS=spoken.upper(), other=other)
    page = read(cast.elisabeth, size=size, words=typed)
    assert answer in page
    assert acts() == ["audit.read", *(["audit.verify"] if answer in (HOLDS, BROKEN) else [])]


def test_a_paper_whose_events_were_rewritten_does_not_hold(cast, signed):
    spoken = words(signed)
    with connections["default"].cursor() as cursor:  # what this connection sees, until the end of the test
        cursor.execute(
            "CREATE TEMPORARY TABLE audit_leaf ON COMMIT DROP AS SELECT index, event_id, commitment,"
            " CASE index WHEN 3 THEN decode(repeat('00', 32), 'hex') ELSE hash END AS hash FROM public.audit_leaf"
        )
    page = read(cast.khady, size=7, words=spoken)
    assert BROKEN in page


def test_the_paper_is_in_both_languages(cast, signed):
    answer = sign_in(cast.khady).get(reverse("fingerprint_paper"))
    assert answer["Content-Type"] == "application/pdf"
    text = PdfReader(BytesIO(b"".join(answer.streaming_content))).pages[0].extract_text()
    for each in ("Empreinte du journal", "Fingerprint of the audit", words(signed).split()[0], "7"):
        assert each in text
    assert acts() == ["print"]


def test_before_the_first_signature_it_says_so(cast):
    assert "Rien n’a encore été signé" in read(cast.khady)


def test_what_a_page_shows_is_written_in_one_statement(cast):
    """However many looks it takes: the cost of reading is one row of one table, written once (security §3.4)."""
    referral = c.accepted(cast)
    most = 0
    for user, url in (
        (cast.elisabeth, reverse("referral", args=[referral.pk])),
        (cast.aissatou, reverse("case", args=[referral.case_id])),
        (cast.elisabeth, reverse("inbox")),
        (cast.aissatou, reverse("cases")),
    ):
        before = Event.objects.using("audit").count()
        client = sign_in(user)
        with CaptureQueriesContext(connections["audit"]) as asked:
            assert client.get(url).status_code == 200
        written = [query for query in asked.captured_queries if "INSERT INTO audit_event" in query["sql"]]
        assert len(written) == 1, url
        most = max(most, Event.objects.using("audit").count() - before)
    assert most > 1
