"""docs/lifecycle says what the tables say."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core.management import CommandError, call_command

from referral import lifecycle
from referral.documentation import drawing
from referral.documentation.drawing import Arrow, Picture
from referral.documentation.pages import STATES, pages, picture
from referral.enums import Machine

SVG = "{http://www.w3.org/2000/svg}"


def parse(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 - our own


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.BASE_DIR = tmp_path
    return tmp_path / "docs" / "lifecycle"


def test_the_pages_are_written_and_then_current(folder: Path) -> None:
    with pytest.raises(CommandError, match="stale"):
        call_command("lifecycle_pages", "--check")
    assert not folder.exists()
    call_command("lifecycle_pages")
    assert {path.name for path in folder.iterdir()} == set(pages())
    call_command("lifecycle_pages", "--check")


def test_a_page_that_was_changed_by_hand_is_stale_and_put_right(folder: Path) -> None:
    call_command("lifecycle_pages")
    (folder / "case.md").write_text("by hand")
    with pytest.raises(CommandError, match=r"case\.md"):
        call_command("lifecycle_pages", "--check")
    call_command("lifecycle_pages")
    assert (folder / "case.md").read_text() == pages()["case.md"]


def test_a_page_of_a_machine_that_is_gone_is_removed(folder: Path) -> None:
    call_command("lifecycle_pages")
    (folder / "old.md").write_text("")
    call_command("lifecycle_pages")
    assert not (folder / "old.md").exists()


@pytest.mark.parametrize("machine", Machine)
def test_a_page_names_every_state_move_and_guard(machine: Machine) -> None:
    page = pages()[f"{machine}.md"]
    for state in STATES[machine]:
        assert f"| `{state}` |" in page
    for move in lifecycle.MOVES[machine]:
        assert f"| `{move.action}` |" in page
        for guard in move.guards:
            assert f"`{guard.name}`: “" in page


def test_a_deadline_is_said_by_urgency_only_where_it_differs() -> None:
    page = pages()["referral.md"]
    assert "emergency 2 h, urgent 24 h, standard 72 h" in page
    assert "standard 5 working days" in page
    assert "| Answer | 48 h |" in page
    assert "expected arrival + 24 h" in page


@pytest.mark.parametrize("machine", Machine)
def test_a_picture_has_a_box_for_every_state_and_an_arrow_or_a_note_for_every_move(machine: Machine) -> None:
    drawn = parse(pages()[f"{machine}.svg"])
    boxes = [rect for rect in drawn.iter(f"{SVG}rect") if rect.get("class")]
    assert len(boxes) == len(STATES[machine])
    words = " ".join(text.text or "" for text in drawn.iter(f"{SVG}text"))
    for move in lifecycle.MOVES[machine]:
        assert move.target is None or str(move.action) in words
    arrows = {(arrow.source, arrow.target) for arrow in picture(machine).arrows}
    assert len([path for path in drawn.iter(f"{SVG}path") if path.get("class") == "arrow"]) == len(arrows)


def test_boxes_of_a_picture_do_not_cover_each_other_and_stay_inside() -> None:
    for machine in Machine:
        drawn = parse(pages()[f"{machine}.svg"])
        spans = [
            tuple(float(rect.get(side, "")) for side in ("x", "y", "width", "height"))
            for rect in drawn.iter(f"{SVG}rect")
            if rect.get("class")
        ]
        width, height = float(drawn.get("width", "")), float(drawn.get("height", ""))
        for number, (x, y, w, h) in enumerate(spans):
            assert x >= 0
            assert x + w <= width
            assert y + h <= height
            for other_x, other_y, other_w, other_h in spans[:number]:
                apart = (
                    x + w <= other_x or other_x + other_w <= x or y + h <= other_y or other_y + other_h <= y
                )
                assert apart


def test_a_way_back_does_not_push_the_states_down() -> None:
    assert drawing.ranks(["a", "b", "c"], [("a", "b"), ("b", "c"), ("c", "b")]) == {"a": 0, "b": 1, "c": 2}


def test_two_moves_between_the_same_states_share_an_arrow() -> None:
    arrows = [Arrow("a", "b", "go"), Arrow("a", "b", "run")]
    drawn = Picture("Test", {"a": "A", "b": "B"}, arrows, {}, frozenset({"b"})).svg()
    assert "go, run" in drawn


def test_what_a_label_says_is_escaped() -> None:
    drawn = Picture("A < B", {"a": "<b>"}, [], {}, frozenset()).svg()
    assert "<b>" not in drawn
    assert parse(drawn).findtext(f"{SVG}title") == "A < B"
