"""One person under several spellings, and two persons whose names are nearly alike."""

import pytest

from referral.names import sound_of, sound_of_given, sound_of_surname

SURNAMES_OF_ONE = """
N'Diaye Ndiaye Njaay N’Diaye NDIAYE Njie
Diouf Juuf Joof
Diop Joob Jobe
Seck Sek Sekk
Guèye Gueye Gey Géy
Cissé Cisse Sisse Ceesay
Thiam Caam Tiam
Niang Ñaŋ Nyang
Diagne Jaañ
Sarr Saar
Fall Faal
Mbaye M'Baye Mbaay
Diallo Jallow Djaló
Sow So
Wade Wadd
Mané Manneh
Camara Kamara
Coulibaly Kulibali
Touré Touray
Bâ Bah Ba
Sène Seen
Keïta Keita
Badji Baji
""".strip().splitlines()
SURNAMES_OF_MANY = """
Gueye Gaye
Diop Diouf
Sarr Sall
Fall Faye
Ndiaye Ndour
Seck Sock
Sy Sow Sène Seye
Thiam Diatta Diarra
Niang Ndiaye
Kane Ka
Bâ Barry
Diagne Dieng Dione
Mbaye Mbengue
""".strip().splitlines()
GIVEN_OF_ONE = """
Fatoumata Fatou Fatim Fatma
Mamadou Mouhamadou Modou Mohamed Momodou
Ousmane Usmaan Ousman
Aïssatou Aïcha Astou Aissatou Isatou
Khady Xadi Khadidiatou Kadiatou
Mariama Mariame Marème
Ibrahima Ebrima Ibrahim
Malick Malik
Cheikh Seex
Youssou Youssoupha
Seydou Saïdou
Boubacar Babacar
""".strip().splitlines()
GIVEN_OF_MANY = """
Mamadou Amadou
Assane Ousseynou
Moussa Ousmane
Aminata Aïssatou
Mariama Maïmouna
Awa Adama
Fatou Fanta
Alioune Aliou
Khady Kiné
Penda Bineta
""".strip().splitlines()


@pytest.mark.parametrize("line", SURNAMES_OF_ONE)
def test_spellings_of_one_surname_meet(line: str) -> None:
    assert len({sound_of_surname(name) for name in line.split()}) == 1


@pytest.mark.parametrize("line", SURNAMES_OF_MANY)
def test_surnames_that_are_not_one_stay_apart(line: str) -> None:
    assert len({sound_of_surname(name) for name in line.split()}) == len(line.split())


@pytest.mark.parametrize("line", GIVEN_OF_ONE)
def test_forms_of_one_given_name_meet(line: str) -> None:
    assert len({sound_of_given(name) for name in line.split()}) == 1


@pytest.mark.parametrize("line", GIVEN_OF_MANY)
def test_given_names_that_are_not_one_stay_apart(line: str) -> None:
    assert len({sound_of_given(name) for name in line.split()}) == len(line.split())


@pytest.mark.parametrize(
    ("names", "same"),
    [
        ("Ndèye Fatou", "Fatou"),
        ("El Hadji Malick", "Malick"),
        ("Papa-Modou", "Modou"),
        ("Fatou Binetou", "Fatou"),
        ("  fatou ", "Fatou"),
    ],
)
def test_a_title_and_a_second_name_change_nothing(names: str, same: str) -> None:
    assert sound_of_given(names) == sound_of_given(same)


@pytest.mark.parametrize("name", ["N'Diaye", "N Diaye", "N-Diaye", "ndiaye ", "N’DIAYE"])
def test_apostrophes_spaces_and_case_do_not_matter(name: str) -> None:
    assert sound_of_surname(name) == sound_of_surname("Ndiaye")
    assert sound_of_surname(f"{name}-Sarr") == sound_of_surname("Njaay Saar")


def test_a_title_alone_is_a_name() -> None:
    assert sound_of_given("Ndèye") not in ("", sound_of_given("Fatou"))


def test_names_written_in_each_others_place_meet() -> None:
    assert sound_of("Diop", "Moussa") == sound_of("Moussa", "Diop") != sound_of("Diop", "Awa")


@pytest.mark.parametrize(
    ("family", "given"), [("Diop", ""), ("", "Moussa"), (None, None), ("--", "Moussa"), ("٣", "!")]
)
def test_one_name_alone_is_looked_up_by_nothing(family: str | None, given: str | None) -> None:
    assert sound_of(family, given) == ""
