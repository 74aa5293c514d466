"""Five shares of a secret: three give it back, two do not, and whoever mistypes a word is told which."""

from dataclasses import replace
from itertools import combinations

import pytest

from crypto import shares
from crypto.errors import SharesRefused

SECRET = bytes(range(32))


@pytest.fixture(scope="module")
def made() -> list[str]:
    return shares.split(SECRET)


def test_any_three_of_five_give_the_secret_back(made: list[str]) -> None:
    assert [len(share.split()) for share in made] == [33] * 5
    for three in combinations(made, 3):
        assert shares.combined(three) == SECRET
    assert shares.combined(made) == SECRET, "more than needed do no harm"


def test_a_share_is_heard_however_it_is_typed(made: list[str]) -> None:
    assert shares.combined([made[4].upper(), f"  {made[0]}  ", made[2].replace(" ", "   ")]) == SECRET


def test_two_shares_are_too_few_and_one_does_not_count_twice(made: list[str]) -> None:
    with pytest.raises(SharesRefused, match="3 shares are needed; these are 2"):
        shares.combined(made[:2])
    with pytest.raises(SharesRefused, match="3 shares are needed; these are 0"):
        shares.combined([])
    with pytest.raises(SharesRefused, match="typed twice"):
        shares.combined([made[0], made[1], made[0]])


def test_a_mistyped_word_is_named_by_its_number(made: list[str]) -> None:
    words = made[0].split()
    with pytest.raises(SharesRefused, match="Word 7 is not in the list") as caught:
        shares.heard(" ".join([*words[:6], "mariama", *words[7:]]))
    assert "mariama" not in str(caught.value)
    with pytest.raises(SharesRefused, match="33 words; these are 32"):
        shares.heard(" ".join(words[:-1]))


def test_another_word_of_the_list_or_two_in_the_wrong_order_are_found(made: list[str]) -> None:
    words = made[1].split()
    other = "academic" if words[20] != "academic" else "acid"
    for wrong in ([*words[:20], other, *words[21:]], [*words[:10], words[11], words[10], *words[12:]]):
        if wrong != words:
            with pytest.raises(SharesRefused, match="do not fit together"):
                shares.heard(" ".join(wrong))


def test_shares_of_two_ceremonies_do_not_mix(made: list[str]) -> None:
    other = shares.split(SECRET)
    with pytest.raises(SharesRefused, match="another ceremony"):
        shares.combined([made[0], made[1], other[2]])


def test_shares_that_were_forged_for_the_set_give_nothing(made: list[str]) -> None:
    """Each is whole in itself, and all say that they are of one set: the secret they make has no valid digest."""
    forged = replace(shares.heard(made[2]), value=bytes(32))
    with pytest.raises(SharesRefused, match="do not fit together"):
        shares.combined([made[0], made[1], forged.mnemonic()])


def test_a_sheet_has_the_words_of_one_share_numbered_in_two_languages(made: list[str]) -> None:
    text = shares.sheet(made[3], "30/11/2026")
    assert text.startswith("PART 4 / 5     30/11/2026")
    for number, word in enumerate(made[3].split(), 1):
        assert f"{number:2}. {word}" in text
    assert "Témoins / witnesses" in text
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "\f" not in text
