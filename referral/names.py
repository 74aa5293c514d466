"""How does a name of the region sound? Pure; for finding one person under several spellings, never shown.

A name is written as in French (Diouf, N'Diaye, Guèye), as Wolof is (Juuf, Njaay, Géy) and as in The Gambia (Joof,
Njie). The spelling is brought to one letter a sound, by a table in its order; names that are one name though they
sound differently (Fatou is short for Fatoumata) are listed. What is not listed and sounds differently stays apart.
"""

import re
from collections.abc import Mapping

from crypto.blind_index import normalise

#: Letters of the Wolof and Pulaar alphabets that are more than a letter with a mark.
_LETTERS = str.maketrans({"ŋ": "ng", "ñ": "ny", "ɲ": "ny", "ɗ": "d", "ɓ": "b", "ƴ": "y", "ɠ": "g"})
_VOWEL = "[aeiouy]"
#: Spelling and sound, applied from the first to the last. Capitals are sounds: J as in Diop, T as in Thiam,
#: S as in Cheikh, N as in Niang.
_SOUNDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(spelling), sound)
    for spelling, sound in (
        (r"[^a-z0-9]", ""),  # N'Diaye, El-Hadji
        (r"tch|thi(?=[aeou])|ti(?=[aeou])|c(?=aa|oo|uu)", "T"),  # Thiam, Tiam, Caam
        (r"sch|ch|sh", "S"),
        (r"ndi(?=[aeou])|ndj|nj|ndy(?=[aeou])", "nJ"),  # Ndiaye, Njaay
        (r"dhi(?=[aeou])|di(?=[aeou])|dj|dy(?=[aeou])|j", "J"),  # Diop, Djiba, Joob
        (r"gn(?=[aeo])|ny(?=[aeou])|ni(?=[aeou])|gn$|ny$", "N"),  # Diagne, Niang, Jaañ
        (r"gu(?=[eiy])", "g"),  # Guèye, Géy
        (r"qu|ck|kh|q|x|c(?=[^eiy]|$)", "k"),  # Seck, Khady, Xadi, Camara
        (r"c|z", "s"),  # Cissé, Zeynab
        (r"ph", "f"),
        (r"h", ""),
        (r"ou", "u"),  # Diouf, Juuf
        (r"(?<=[aeou])[iy]", "y"),  # Seydou, Saïdou
        (r"(?<![aeou])y(?![aeou])", "i"),  # Sy, Ly, Mendy
        (r"(.)\1+", r"\1"),  # Sarr, Faal
        (r"(?<=.)ow$", "o"),  # Sow, Jallow
        (r"(?<=..)e$", ""),  # Kane, Cissé: final e, mute or not
        (r"(?<=.)b$", "p"),  # Joob, Diop
        (r"(?<=.)d$", "t"),
    )
)

#: One name in its forms: short, long, as Arabic or a neighbouring country has it. The first stands for all.
_FAMILIES_OF_GIVEN_NAMES: tuple[str, ...] = (
    "Fatoumata Fatou Fatim Fatima Fatimata Fatma Faty Fatimatou",
    "Mouhamadou Mamadou Modou Mohamed Mouhamed Muhammad Mahamadou Momodou Mamadu Mohamadou Mohammad Mouhamad",
    "Aïssatou Aïcha Astou Isatou Aïssata Aïssa Aysatu Assitan Ayisha",
    "Abdoulaye Ablaye Abdullah Abdallah Abdoulahi Abdulai",
    "Khadidiatou Khady Kadiatou Khadija Khadidja Kadi Khadidia Hadiatou",
    "Mariama Mariam Mariame Maryam Marième Marème Mariétou Maria",
    "Ibrahima Ibrahim Ebrima Birahim Brahim Braima Birame",
    "Boubacar Babacar Aboubacar Bubacar Bakary Aboubakry Abubakr Boubakar",
    "Souleymane Sulayman Suleiman Soulèye Solomane",
    "Zeynab Seynabou Zeinabou Zaynab",
    "Dieynaba Djeinaba Jainaba Diénabou Dienaba",
    "Assane Alassane Hassan Hassane Lassana",
    "Ousseynou Hussein Ousseini Alhousseynou",
    "Ousmane Osman Outhmane Usmaan",
    "Youssou Youssouf Youssoupha Yusupha Yusuf",
    "Idrissa Idriss Drissa",
    "Ismaïla Ismaël Smaïla Ismail",
    "Amadou Ahmadou Ahmed Ahmad Amadu",
    "Oumar Omar Umar",
    "Moussa Musa",
    "Aminata Amina Aminta Aminatou",
    "Rokhaya Rokiatou Roukayatou Rokia Rokhy",
    "Oumou Oumy",
    "Cheikh Sheikh Cheick Seex Sexou Sékou Cheikhou",
    "Lamine Lamin Alamine",
    "Aliou Alieu Ali Aly",
    "Alioune Alyoune Badara",
    "Safiétou Safi Safiatou Safiya",
    "Maïmouna Maymuna Mouna Mainouna",
    "Ramatoulaye Ramata Rahmatoulaye Rama",
    "Coumba Kumba",
    "Awa Hawa",
    "Penda Pinda",
    "Ndèye Ndey",
    "Saliou Salieu Salihou",
    "Seydou Saïdou Sédou",
)
_FAMILIES_OF_SURNAMES: tuple[str, ...] = (
    "Ndiaye Njaay Njie",
    "Diop Joob Jobe",
    "Diouf Juuf Joof",
    "Cissé Sisse Ceesay Sesay",
    "Diallo Jallow Jalloh Djaló",
    "Touré Touray Turay",
    "Mbaye Mbaay Mbye",
    "Bâ Bah Baa",
    "Guèye Géy Gey",
    "Sané Sanneh",
    "Thiam Caam Cham",
    "Barry Barri Bari",
    "Diatta Jatta",
    "Gomis Gomes Gómez",
    "Camara Kamara",
    "Wade Wadd",
)
#: A title in front of a given name, often left out: "Ndèye Fatou" is "Fatou".
_TITLES = frozenset(
    [
        "el",
        "al",
        "hadji",
        "hadj",
        "adja",
        "elhadji",
        "mame",
        "mam",
        "papa",
        "pape",
        "pa",
        "baye",
        "ndeye",
        "ndey",
        "serigne",
        "sokhna",
    ]
)


def _spelt(name: str) -> str:
    """Word by word, because a word's end has rules of its own: Ndiaye-Sarr sounds as Njaay Saar."""
    letters = normalise(name.casefold().translate(_LETTERS)).translate(_LETTERS)
    return "".join(map(_word, letters.replace("-", " ").split()))


def _word(sound: str) -> str:
    for spelling, heard in _SOUNDS:
        sound = spelling.sub(heard, sound)
    return sound


def _one_for_all(families: tuple[str, ...]) -> Mapping[str, str]:
    names = [family.split() for family in families]
    return {_spelt(name): _spelt(family[0]) for family in names for name in family}


_GIVEN, _SURNAMES = _one_for_all(_FAMILIES_OF_GIVEN_NAMES), _one_for_all(_FAMILIES_OF_SURNAMES)


def sound_of_surname(name: str) -> str:
    """Empty when nothing of it can be said."""
    spelt = _spelt(name)
    return _SURNAMES.get(spelt, spelt)


def sound_of_given(names: str) -> str:
    """Of the first given name that is no title; of the title where it stands alone."""
    words = normalise(names).replace("-", " ").split() or [""]
    first = next((word for word in words if word not in _TITLES), words[-1])
    # Not of `normalise`'s words: a letter of Wolof loses its sound there.
    typed = names.replace("-", " ").split() or [""]
    spelt = _spelt(typed[words.index(first)] if len(typed) == len(words) else first)
    return _GIVEN.get(spelt, spelt)


def sound_of(family_name: str | None, given_names: str | None) -> str:
    """Of both together, whichever was written in the place of the other. Empty unless both are known: a surname alone
    covers too many people to be looked up (security.md §2.6)."""
    parts = [sound_of_surname(family_name or ""), sound_of_given(given_names or "")]
    return " ".join(sorted(parts)) if all(parts) else ""
