"""The page that says whether the audit holds, its downloads, and the alarm of the morning."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from audit import jobs, sitting
from audit.models import Event
from audit.notes import Signer
from audit.stream import PROCESS
from audit.verification.rows import verify_rows
from audit.verifying import write_down
from crypto import keyring
from referral.jobs import look_at_the_proof
from tests.audit.testapp.models import Note
from tests.audit.verification.conftest import plant
from tests.referral.pages import session_of

pytestmark = [
    pytest.mark.django_db(databases=["default", "audit"]),
    pytest.mark.usefixtures("one_connection"),
]


@pytest.fixture
def signer(settings: Any, tmp_path: Path) -> Signer:
    PROCESS.begin()  # the events of earlier tests are gone
    signer = Signer.new("relais.example/audit")
    settings.RELAIS_LOG_KEY = str(signer.verifier)
    settings.RELAIS_SIGNER_SOCKET = str(tmp_path / "nobody")
    return signer


def page(cast: Any, who: str, name: str = "proof") -> Any:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session_of(cast.people[who])
    return client.get(reverse(name), headers={"accept-language": "fr"})


def text(response: Any) -> str:
    return response.content.decode().replace("\xa0", " ")


def nightly() -> None:
    call_command("audit", "nightly", stdout=io.StringIO())


def test_before_the_first_night_it_says_never(cast, signer):
    body = text(page(cast, "khady"))
    assert body.count("Jamais vérifié") == 4
    assert "Il n’y a pas encore d’empreinte" in body


def test_after_a_night_it_says_that_all_holds(cast, signer):
    plant(signer, every=1)
    nightly()
    body = text(page(cast, "elisabeth"))
    assert body.count("govuk-tag--green") == 4
    assert "Le journal n’est plus intact" not in body
    assert Event.objects.filter(verb="audit.read", scope="proof").exists()
    look_at_the_proof(0)
    assert mail.outbox == []


def test_what_is_wrong_stands_there_in_one_sentence_and_alarms(cast, signer):
    plant(signer, every=1)
    with sitting.opened(sitting.SYSTEM), keyring.opened(), transaction.atomic():
        note = Note(reference="AB12", story="elle a fui")
        note.save()  # without an event
    with pytest.raises(CommandError, match="does not hold: rows"):
        nightly()
    body = text(page(cast, "khady"))
    assert "Le journal n’est plus intact" in body
    assert "Une version d’une ligne n’a pas d’événement." in body
    assert f"audit_testapp.note {note.pk} version 1" in body
    look_at_the_proof(0)
    told = sorted(message.to[0] for message in mail.outbox)
    assert told == sorted(cast.people[who].email for who in ("khady", "mareme"))
    for message in mail.outbox:
        whole = f"{message.subject} {message.body}"
        assert "Action requise" in whole
        assert "/supervision/proof/" in whole
        assert str(note.pk) not in whole


def test_a_night_that_was_missed_alarms(cast, signer):
    plant(signer, every=1)
    nightly()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('relais.clock_offset', '37 hours', true)")
    look_at_the_proof(0)
    assert len(mail.outbox) == 2
    assert text(page(cast, "khady")).count("govuk-tag--yellow") == 4


def test_a_result_says_who_asked(cast, signer):
    with sitting.opened(sitting.SYSTEM), keyring.opened():
        write_down(verify_rows(), by="command")
    assert "à la main, sur le serveur" in text(page(cast, "khady"))


def test_what_is_downloaded_verifies_without_relais(cast, signer, tmp_path):
    plant(signer, every=1)
    script = page(cast, "fatou", "proof_script").content
    log = b"".join(page(cast, "fatou", "proof_log").streaming_content)
    (tmp_path / "verify.py").write_bytes(script)
    zipfile.ZipFile(io.BytesIO(log)).extractall(tmp_path / "log")
    done = subprocess.run(
        [sys.executable, "-I", str(tmp_path / "verify.py"), str(tmp_path / "log"), str(signer.verifier)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "JOURNAL INTACT" in done.stdout) == (0, True), done.stdout + done.stderr
    assert Event.objects.filter(verb="export", scope="log", actor_id=cast.people["fatou"].pk).exists()


@pytest.mark.parametrize("name", ["proof", "proof_script", "proof_log"])
def test_others_are_refused_and_that_is_an_event(cast, signer, name):
    for who in ("aissatou", "ibrahima", "lamine", "gora"):
        assert page(cast, who, name).status_code == 403
        assert Event.objects.filter(
            actor_id=cast.people[who].pk, outcome="denied", reason_code="NOT_ALLOWED_PROOF"
        ).exists()


def test_the_night_runs_in_a_process_of_its_own():
    """The command that the job starts is one that there is."""
    done = subprocess.run([*jobs.night_command(), "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "nightly" in done.stdout


def test_a_row_that_is_younger_than_a_night_is_not_stale(cast, signer):
    plant(signer, every=1)
    nightly()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('relais.clock_offset', '35 hours', true)")
    look_at_the_proof(0)
    assert mail.outbox == []
