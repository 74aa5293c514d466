"""The draw of a review: the same for everybody who makes it again, on any machine."""

from uuid import UUID, uuid4

import pytest

from referral.draw import Member, digest, draw, sample_size

SEED = "5" * 64


def members(count: int) -> list[Member]:
    return [Member(UUID(int=number)) for number in range(1, count + 1)]


@pytest.mark.parametrize(("files", "drawn"), [(0, 0), (3, 3), (5, 5), (100, 5), (101, 6), (400, 20)])
def test_five_files_or_five_percent_whichever_is_more(files: int, drawn: int) -> None:
    assert sample_size(files) == drawn


def test_the_same_number_and_files_draw_the_same() -> None:
    first = draw(SEED, members(60))
    assert draw(SEED, reversed(members(60))) == first
    assert draw("6" * 64, members(60)) != first
    # Known by heart: another machine, language or version must come to the same.
    assert [member.pk.int for member in first] == [15, 12, 44, 4, 11]


def test_one_file_more_or_less_changes_the_fingerprint_and_moves_no_other() -> None:
    before, after = members(60), [*members(60), Member(uuid4())]
    assert digest(before) != digest(after) != digest(before[:-1])
    assert digest(before) != digest([*before[:-1], Member(before[-1].pk, ("death",))])
    stayed = set(draw(SEED, before)) & set(draw(SEED, after))
    assert len(stayed) >= 4


def test_files_that_must_be_looked_at_come_on_top_of_the_sample() -> None:
    population = [*members(60), Member(UUID(int=99), ("ground",)), Member(UUID(int=98), ("death",))]
    drawn = draw(SEED, population)
    assert len(drawn) == 7
    assert {m.pk.int for m in drawn if m.reasons} == {98, 99}
