"""The ceremony at a terminal: keys are sealed, handed out, opened, shared anew, and brought back from the safe."""

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.urls import reverse

from audit.models import Event
from crypto import envelope, keyring, shares
from crypto.models import DataKey, Match
from crypto.providers import FileKeyProvider, SealedKeyProvider, disk, get_provider
from referral.models import Case, Person, Task
from referral.services import matching
from tests import cast as c
from tests.crypto.conftest import PASSPHRASE, sealed_in, serving
from tests.referral.pages import later, sign_in, values_of
from tests.referral.story import form_of

pytestmark = [
    pytest.mark.django_db(databases=["default", "audit"]),
    pytest.mark.usefixtures("own_key_file", "one_connection"),
]


class Terminal:
    """What the command says, and what people will type."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        self.said = ""

    def __call__(self, *arguments: str, types: Any = (), **options: Any) -> str:
        out = StringIO()
        self._patch.setattr("sys.stdin", Typing(types, out))
        call_command("keys", *arguments, stdout=out, **options)
        return out.getvalue()


class Typing(StringIO):
    """Lines; a function among them is asked when its turn comes, with what was said so far."""

    def __init__(self, lines: Any, out: StringIO) -> None:
        super().__init__()
        self._lines, self._out = iter(lines), out

    def readline(self, *size: Any) -> str:  # type: ignore[override]
        line = next(self._lines, None)
        if callable(line):
            line = line(self._out.getvalue())
        return "" if line is None else f"{line}\n"


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    return Terminal(monkeypatch)


@pytest.fixture
def site(tmp_path: Path, settings: Any) -> Path:
    """The settings of a site whose keys people open."""
    settings.RELAIS_KEY_SEALED = tmp_path / "kek.sealed"
    settings.RELAIS_KEY_AGENT = tmp_path / "agent.sock"
    return tmp_path


@pytest.fixture
def opened(site: Path, settings: Any) -> Iterator[SealedKeyProvider]:
    """The keys that the cast lies under, sealed, and an agent that people have opened."""
    made = sealed_in(site, disk.read(settings.RELAIS_KEY_FILE))
    settings.RELAIS_KEY_PROVIDER = "sealed"
    with serving(site) as agent:
        provider = SealedKeyProvider(settings.RELAIS_KEY_AGENT)
        provider.open(shares=made[:3])
        provider.shares, provider.agent = made, agent  # type: ignore[attr-defined]
        yield provider


def printed(said: str) -> list[str]:
    """The shares as holders read them from their sheets: down the columns."""
    found = []
    for page in said.split("PART ")[1:]:
        words = {}
        for line in page.splitlines():
            for cell in line.split("   "):
                number, _dot, word = cell.strip().partition(". ")
                if number.isdecimal() and word.strip().isalpha():
                    words[int(number)] = word.strip()
        found.append(" ".join(words[at] for at in sorted(words)))
    return found


def nth(index: int) -> Any:
    return lambda said: printed(said)[index]


THREE = (nth(0), nth(3), nth(4))


# --- Sealed ----------------------------------------------------------------------------------------------------
def test_the_keys_of_the_file_are_sealed_and_three_sheets_prove_it(terminal: Terminal, site: Path) -> None:
    before = get_provider().status()
    said = terminal("seal", "--shares", "--passphrase", types=(PASSPHRASE, PASSPHRASE, *THREE))
    assert len(printed(said)) == 5
    assert said.count("\f") == 4, "one share a page"
    made = printed(said)
    slot = json.loads((site / "kek.sealed").read_text())["slots"][0]
    assert (slot["memory"], slot["rounds"], slot["lanes"]) == (64 * 1024, 3, 4), "RFC 9106 §4, also in tests"
    for known in (
        envelope.open_by_shares(site / "kek.sealed", made[2:]),
        envelope.open_by_passphrase(site / "kek.sealed", PASSPHRASE),
    ):
        assert set(known.content["epochs"]) == set(before.epochs)
    with pytest.raises(CommandError, match="there already"):
        terminal("seal", "--shares")


def test_what_was_not_proved_is_not_kept(terminal: Terminal, site: Path) -> None:
    other = shares.split(bytes(32))
    refused = {
        "not the same": (("seal", "--passphrase"), (PASSPHRASE, PASSPHRASE + "x")),
        "at least 20": (("seal", "--passphrase"), ("short",)),
        "Say how": (("seal",), ()),
        "Nothing more was typed": (("seal", "--shares"), (nth(0), nth(1))),
        "another ceremony": (("seal", "--shares", "--fresh"), (nth(0), nth(1), other[2])),
        "newer set": (("seal", "--shares"), other[:3]),
    }
    for sentence, (arguments, types) in refused.items():
        with pytest.raises(CommandError, match=sentence):
            terminal(*arguments, types=types)
        assert [path.name for path in site.glob("kek.sealed*")] == []


def test_a_mistyped_word_is_asked_for_again_and_a_share_typed_twice_too(
    terminal: Terminal, site: Path
) -> None:
    wrong = "academic " * 33
    said = terminal("seal", "--shares", types=("mariama", wrong, nth(0), nth(0), nth(1), nth(2)))
    assert "Word 1 is not in the list" in said
    assert "do not fit together" in said
    assert "typed already" in said
    assert (site / "kek.sealed").exists()


def test_sheets_go_to_a_file_that_only_its_owner_reads(terminal: Terminal, site: Path) -> None:
    sheets = site / "sheets.txt"
    on_paper = [lambda _said, at=at: printed(sheets.read_text())[at] for at in (1, 2, 3)]
    said = terminal("seal", "--shares", f"--sheets={sheets}", types=on_paper)
    assert sheets.stat().st_mode & 0o077 == 0
    assert printed(said) == [], "what is printed on paper does not stand in the terminal too"
    with pytest.raises(CommandError, match="cannot be written"):
        terminal("seal", "--shares", f"--sheets={sheets}", file=site / "other")
    assert not (site / "other.new").exists()


def test_fresh_keys_need_no_key_file(terminal: Terminal, site: Path, settings: Any) -> None:
    settings.RELAIS_KEY_SEALED = Path("")
    with pytest.raises(CommandError, match="Say which file"):
        terminal("seal", "--shares")
    settings.RELAIS_KEY_SEALED = site / "kek.sealed"
    settings.RELAIS_KEY_FILE = site / "absent"
    with pytest.raises(CommandError, match="For new keys: --fresh"):
        terminal("seal", "--shares")
    terminal("seal", "--shares", "--fresh", types=THREE)
    (site / "again.new").write_text("")
    with pytest.raises(CommandError, match="left from an interrupted ceremony"):
        terminal("seal", "--shares", "--fresh", file=site / "again")


# --- Opened ----------------------------------------------------------------------------------------------------
def test_pages_wait_until_people_have_opened_the_keys(
    cast: c.Cast, terminal: Terminal, opened: SealedKeyProvider
) -> None:
    case = c.open_case(cast)
    browser, page = sign_in(cast.aissatou), reverse("case", args=[case.pk])
    assert browser.get(page).status_code == 200
    terminal("close")
    assert browser.get(page).status_code == 503
    assert browser.get("/health/ready").json()["key"] is False
    made = opened.shares  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="Two people"):
        terminal("open", "--shares", "--by=A", "--by=a", types=made)
    assert "The keys are open" in terminal("open", "--shares", "--by=A", "--by=B", types=made)
    assert browser.get(page).status_code == 200
    event = Event.objects.get(verb="admin.keys_open")
    with keyring.opened():
        assert event.detail == {"by": ["A", "B"], "shares": True}


def test_an_agent_that_dies_in_the_middle_of_a_request_leaves_nothing_half_written(
    cast: c.Cast, opened: SealedKeyProvider, site: Path
) -> None:
    """After each of its questions in turn: the page says that the service is paused, and what was sent comes back."""
    browser, url = sign_in(cast.aissatou), reverse("case_new_page")
    typed = form_of(c.GIRL) | {"region": cast.region.code, "needs": "un lit canari"}
    sent = values_of(browser.get(url).context["form"]) | typed
    agent, left = opened.agent, 0  # type: ignore[attr-defined]
    answer = agent.answer

    def dying(message: dict[str, Any], uid: int) -> dict[str, Any]:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError
        return dict(answer(message, uid))

    def rows() -> list[int]:
        return [model.objects.count() for model in (Case, Person, Person.history.model, Task, DataKey, Match)]

    def whole() -> bool:
        """The act was done, and only the page was lost: the same form once more is answered as the first would be."""
        return Person.objects.count() == DataKey.objects.filter(scope_kind="case").count() == 1

    agent.answer = dying
    for questions in range(50):
        left, before = questions, rows()
        said = browser.post(url, sent)
        if said.status_code == 302:
            break
        assert rows() == before or whole(), questions
        assert said.status_code == 503, questions
        assert "un lit canari" in said.content.decode()
    assert questions > 1
    assert Person.objects.count() == 1


def test_a_wrong_passphrase_opens_nothing_and_leaves_an_event(
    terminal: Terminal, opened: SealedKeyProvider
) -> None:
    terminal("close")
    with pytest.raises(CommandError, match=r"passphrase\. Nothing was opened"):
        terminal("open", types=["guess"])
    assert Event.objects.get(verb="admin.keys_open").outcome == "denied"
    with pytest.raises(CommandError, match="people open them"):
        terminal("status")


def test_rotation_and_the_end_of_an_epoch_work_through_the_agent(
    cast: c.Cast, terminal: Terminal, opened: SealedKeyProvider
) -> None:
    case, former = c.open_case(cast), opened.kek_id
    terminal("rotate")
    assert "Provider: sealed" in terminal("status")
    assert set(DataKey.objects.values_list("kek_id", flat=True)) == {opened.kek_id}
    later(days=36)
    terminal("shred", former, confirm=former)
    assert set(opened.status().epochs) == {opened.kek_id}
    with c.acting(), keyring.revealing(case.person):
        assert case.person.family_name == c.SECRETS["family_name"]


# --- Shared anew -----------------------------------------------------------------------------------------------
def test_new_shares_open_it_and_the_former_ones_do_not(
    terminal: Terminal, site: Path, opened: SealedKeyProvider
) -> None:
    former, path = opened.shares, site / "kek.sealed"  # type: ignore[attr-defined]
    before = envelope.open_by_shares(path, former[:3])
    said = terminal("reshare", types=(*former[2:], *THREE))
    after = envelope.open_by_shares(path, printed(said)[:3])
    assert after.content == before.content
    assert after.file_key != before.file_key, (
        "whoever kept the former one cannot read what is written from now on"
    )
    with pytest.raises(CommandError, match="newer set"):
        terminal("reshare", types=former[:3])
    with pytest.raises(CommandError, match="opened again"):
        terminal("rotate")
    opened.open(shares=printed(said)[:3])
    terminal("rotate")


def test_an_epoch_that_came_while_people_typed_is_not_lost(
    cast: c.Cast, terminal: Terminal, site: Path, opened: SealedKeyProvider
) -> None:
    former = opened.shares  # type: ignore[attr-defined]

    def rotated(said: str) -> Any:
        opened.add_epoch()
        return nth(0)(said)

    with pytest.raises(CommandError, match="renewed meanwhile: nothing was kept"):
        terminal("reshare", types=(*former[:3], rotated, *THREE[1:]))
    assert opened.kek_id in envelope.open_by_shares(site / "kek.sealed", former[:3]).content["epochs"]
    assert [path.name for path in site.glob("kek.sealed*")] == ["kek.sealed"]
    (site / "kek.sealed").unlink()

    def renewed(said: str) -> Any:
        FileKeyProvider(settings.RELAIS_KEY_FILE).add_epoch()
        return nth(0)(said)

    with pytest.raises(CommandError, match="renewed meanwhile"):
        terminal("seal", "--shares", types=(renewed, *THREE[1:]))
    assert not (site / "kek.sealed").exists()


def test_an_interrupted_sharing_leaves_the_former_shares_good(
    terminal: Terminal, site: Path, opened: SealedKeyProvider
) -> None:
    former = opened.shares  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="Nothing more was typed"):
        terminal("reshare", types=(*former[:3], nth(0), nth(1)))
    assert envelope.open_by_shares(site / "kek.sealed", former[:3])
    assert [path.name for path in site.glob("kek.sealed*")] == ["kek.sealed"]


# --- Brought back ----------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True, databases=["default", "audit"])
def test_the_drill_opens_a_case_with_three_shares_and_nothing_else(
    transactional_cast: c.Cast, terminal: Terminal, opened: SealedKeyProvider, settings: Any
) -> None:
    case = c.open_case(transactional_cast)
    settings.RELAIS_KEY_FILE = settings.RELAIS_KEY_AGENT = Path("/nowhere")
    said = terminal("drill", types=opened.shares[:3])  # type: ignore[attr-defined]
    assert "The drill has passed" in said
    assert f"Case {case.reference}: " in said
    assert c.SECRETS["family_name"] not in said
    assert "tree: nothing is wrong" in said
    assert Event.objects.filter(verb="admin.keys_drill", case_id=case.pk).count() == 1


def test_a_drill_that_fails_says_what_does_not_open(
    cast: c.Cast, terminal: Terminal, opened: SealedKeyProvider
) -> None:
    with pytest.raises(CommandError, match="no case that was not erased"):
        terminal("drill", types=opened.shares[:3])  # type: ignore[attr-defined]
    case = c.open_case(cast)
    three = opened.shares[:3]  # type: ignore[attr-defined]
    DataKey.objects.exclude(case_id=case.pk).filter(scope_kind="organisation").update(kek_id="file-00000000")
    DataKey.objects.filter(scope_kind="system").update(kek_id="file-00000000")
    with pytest.raises(CommandError, match="Not all data keys open"):
        terminal("drill", f"--case={case.reference}", types=three)
    DataKey.objects.filter(case_id=case.pk).update(wrapped=bytes(60))
    with pytest.raises(CommandError, match=f"Case {case.reference} does not open"):
        terminal("drill", f"--case={case.pk}", types=three)


# --- At a key server -------------------------------------------------------------------------------------------
def test_a_site_moves_to_a_key_server_and_finds_everybody_again(
    cast: c.Cast, terminal: Terminal, key_server: Any, settings: Any
) -> None:
    case, former = c.open_case(cast), get_provider().kek_id
    with pytest.raises(CommandError, match="not at a key server"):
        terminal("prepare")
    settings.RELAIS_VAULT = vars(key_server.site())
    settings.RELAIS_KEY_PROVIDER = "vault"
    assert "vault-v1" in terminal("prepare")
    settings.RELAIS_KEY_FORMER = "file"
    beside = c.open_case(cast)
    assert DataKey.objects.get(case_id=beside.pk, scope_kind="case").kek_id == "vault-v1"
    assert f"came from {former}" in terminal("rotate")
    call_command("match", "rebuild", stdout=StringIO())
    settings.RELAIS_KEY_FORMER, settings.RELAIS_KEY_FILE = "", Path("/nowhere")
    said = terminal("status")
    assert "Provider: vault" in said
    assert former not in said
    with c.acting(), keyring.revealing(case.person):
        assert case.person.family_name == c.SECRETS["family_name"]
        assert [done.added for done in matching.rebuild(100)] == [0, 0], "the indexes are as the files say"
    terminal("rotate")
    later(days=36)
    with pytest.raises(CommandError, match="active"):
        terminal("shred", "vault-v2", confirm="vault-v2")
    terminal("shred", "vault-v1", confirm="vault-v1")
    assert Case.objects.count() == 2
    assert set(get_provider().status().epochs) == {"vault-v2"}


def test_an_unknown_provider_is_unavailable(terminal: Terminal, settings: Any) -> None:
    settings.RELAIS_KEY_PROVIDER = "cloud"
    with pytest.raises(CommandError, match="file, sealed or vault"):
        terminal("status")
