"""Who is there: the kinds of organisation of domain §1, in all 14 regions. Centres, NGOs and people are invented."""

from dataclasses import dataclass
from typing import NamedTuple

from partners.enums import OrganisationKind as Kind
from partners.enums import PersonGroup, Role, Sex

GIRLS, BOYS, WOMEN, MOTHERS, MEN = (
    PersonGroup.GIRLS, PersonGroup.BOYS, PersonGroup.WOMEN, PersonGroup.MOTHERS, PersonGroup.MEN,
)  # fmt: skip
REPORTER, CASEWORKER, DESK, SUPERVISOR, JUSTICE = (
    Role.REPORTER, Role.CASEWORKER, Role.FOCAL_POINT, Role.SUPERVISOR, Role.JUSTICE,
)  # fmt: skip
LODGING = ("SHELTER_EMERG", "SHELTER_TRANSIT", "SHELTER_LONG")
CARE = ("MED_EMERG", "MED_GEN", "MED_CERT", "PSYCH")


class Seat(NamedTuple):
    key: str
    name: str
    roles: tuple[Role, ...]


class House(NamedTuple):
    name: str
    #: Capacity, and how many people live there already of whom Relais knows nothing.
    places: dict[PersonGroup, tuple[int, int]]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One organisation of the directory."""

    name: str
    kind: Kind
    region: str = "SN-DK"
    telephone: str = ""
    people: tuple[Seat, ...] = ()
    services: tuple[str, ...] = ()
    sexes: tuple[Sex, ...] = ()
    children: bool = True
    adults: bool = True
    houses: tuple[House, ...] = ()


def _all_in_one(key: str, name: str, *more: Role) -> tuple[Seat, ...]:
    """A small structure, where one person does everything."""
    return (Seat(key, name, (CASEWORKER, DESK, SUPERVISOR, *more)),)


ENTRIES: dict[str, Entry] = {
    "unit": Entry(
        name="Cellule nationale de lutte contre la traite des personnes (CNLTP)",
        kind=Kind.NATIONAL_UNIT,
        telephone="+221 33 000 00 01",
        people=(
            Seat("caseworker", "Aïssatou Diop", (CASEWORKER,)),
            Seat("mamadou.ba", "Mamadou Bâ", (CASEWORKER,)),
            Seat("ndeye.sarr", "Ndèye Sarr", (CASEWORKER,)),
            Seat("supervisor", "Bineta Thiam", (SUPERVISOR,)),
            Seat("cheikh.fall", "Cheikh Fall", (SUPERVISOR,)),
            Seat("coordinator", "Ibrahima Ndour", (Role.COORDINATOR,)),
            Seat("yacine.dabo", "Yacine Dabo", (Role.COORDINATOR,)),
            Seat("auditor", "Khady Gaye", (Role.AUDITOR,)),
        ),
    ),
    "operator": Entry(
        name="Exploitation technique du portail",
        kind=Kind.OPERATOR,
        people=(
            Seat("admin", "Marème Touré", (Role.ADMINISTRATOR,)),
            Seat("abdou.seye", "Abdou Sèye", (Role.ADMINISTRATOR,)),
        ),
    ),
    "rights": Entry(
        name="Mission de supervision des droits humains",
        kind=Kind.HUMAN_RIGHTS,
        people=(Seat("rose.tine", "Rose Tine", (Role.AUDITOR,)),),
    ),
    "dacg": Entry(
        name="Direction des affaires criminelles et des grâces (DACG)",
        kind=Kind.STATISTICS,
        people=(Seat("statistician", "Lamine Cissokho", (Role.STATISTICIAN,)),),
    ),
    # --- Those who report ---------------------------------------------------------------------------------
    "minors": Entry(
        name="Brigade des mineurs de Dakar",
        kind=Kind.POLICE,
        telephone="+221 33 000 00 11",
        people=(Seat("reporter", "Gora Mbaye", (REPORTER,)),),
    ),
    "dnlt": Entry(
        name="Division nationale de lutte contre le trafic de migrants (DNLT)",
        kind=Kind.POLICE,
        people=(Seat("yoro.dia", "Yoro Dia", (REPORTER,)),),
    ),
    "gendarmerie": Entry(
        name="Brigade territoriale de gendarmerie de Saraya",
        kind=Kind.GENDARMERIE,
        region="SN-KE",
        people=(Seat("moussa.sagna", "Moussa Sagna", (REPORTER,)),),
    ),
    "border": Entry(
        name="Poste frontière de Rosso",
        kind=Kind.BORDER,
        region="SN-SL",
        people=(Seat("oumar.wade", "Oumar Wade", (REPORTER,)),),
    ),
    "hotline": Entry(
        name="Ligne d’écoute Allô Jàmm",
        kind=Kind.HOTLINE,
        telephone="+221 33 000 00 12",
        people=(Seat("astou.niang", "Astou Niang", (REPORTER,)),),
    ),
    # --- Justice ------------------------------------------------------------------------------------------
    "court": Entry(
        name="Tribunal pour enfants de Dakar",
        kind=Kind.COURT,
        people=(Seat("justice", "Habib Sy", (JUSTICE,)),),
    ),
    "court_south": Entry(
        name="Tribunal pour enfants de Ziguinchor",
        kind=Kind.COURT,
        region="SN-ZG",
        people=(Seat("emilie.diatta", "Émilie Diatta", (JUSTICE,)),),
    ),
    "court_east": Entry(
        name="Tribunal pour enfants de Tambacounda",
        kind=Kind.COURT,
        region="SN-TC",
        people=(Seat("bakary.sidibe", "Bakary Sidibé", (JUSTICE,)),),
    ),
    "prosecution": Entry(
        name="Parquet près le tribunal de grande instance de Dakar",
        kind=Kind.PROSECUTION,
        people=(Seat("aminata.lo", "Aminata Lô", (JUSTICE,)),),
    ),
    # --- Reception centres --------------------------------------------------------------------------------
    "teranga": Entry(
        name="Maison Teranga",
        kind=Kind.RECEPTION_CENTRE,
        telephone="+221 33 000 00 21",
        people=(
            Seat("focal", "Codou Faye", (DESK,)),
            Seat("daouda.kane", "Daouda Kane", (CASEWORKER,)),
            Seat("elisabeth.mendy", "Élisabeth Mendy", (SUPERVISOR,)),
        ),
        services=(*LODGING, "BASIC", "MHPSS"),
        houses=(
            House("Maison des enfants", {GIRLS: (10, 2), BOYS: (12, 3)}),
            House("Maison des femmes", {WOMEN: (6, 1), MOTHERS: (4, 1)}),
        ),
    ),
    "baobab": Entry(
        name="Centre de premier accueil Le Baobab",
        kind=Kind.RECEPTION_CENTRE,
        region="SN-SL",
        telephone="+221 33 000 00 22",
        people=(
            Seat("seynabou.gueye", "Seynabou Guèye", (DESK, SUPERVISOR)),
            Seat("alassane.ly", "Alassane Ly", (CASEWORKER,)),
        ),
        services=LODGING,
        adults=False,
        houses=(House("Le Baobab", {GIRLS: (8, 3), BOYS: (14, 6)}),),
    ),
    "manguiers": Entry(
        name="Centre de premier accueil Les Manguiers",
        kind=Kind.RECEPTION_CENTRE,
        region="SN-ZG",
        telephone="+221 33 000 00 23",
        people=(
            Seat("jean.badji", "Jean Badji", (DESK, SUPERVISOR)),
            Seat("marie.sambou", "Marie Sambou", (CASEWORKER,)),
        ),
        services=LODGING,
        adults=False,
        houses=(House("Les Manguiers", {GIRLS: (8, 2), BOYS: (10, 4)}),),
    ),
    "jokko": Entry(
        name="Centre polyvalent Jokko",
        kind=Kind.RECEPTION_CENTRE,
        telephone="+221 33 000 00 24",
        people=(
            Seat("babacar.ndao", "Babacar Ndao", (DESK, SUPERVISOR)),
            Seat("sokhna.dieye", "Sokhna Dièye", (CASEWORKER,)),
        ),
        services=("SHELTER_LONG", "VOC", "EDU"),
        sexes=(Sex.MALE,),
        adults=False,
        houses=(House("Jokko", {BOYS: (20, 12)}),),
    ),
    "yaakaar": Entry(
        name="Centre de transit Yaakaar",
        kind=Kind.RECEPTION_CENTRE,
        telephone="+221 33 000 00 25",
        people=(
            Seat("fatim.seck", "Fatim Seck", (DESK,)),
            Seat("ablaye.diene", "Ablaye Diène", (CASEWORKER, SUPERVISOR)),
        ),
        services=("SHELTER_EMERG", "SHELTER_TRANSIT"),
        adults=False,
        houses=(House("Yaakaar", {GIRLS: (12, 7), BOYS: (16, 13)}),),
    ),
    "jigeen": Entry(
        name="Refuge Kër Jigéen",
        kind=Kind.RECEPTION_CENTRE,
        region="SN-ZG",
        telephone="+221 33 000 00 26",
        people=(
            Seat("awa.sane", "Awa Sané", (DESK, SUPERVISOR)),
            Seat("louise.manga", "Louise Manga", (CASEWORKER,)),
        ),
        services=(*LODGING, "MHPSS"),
        sexes=(Sex.FEMALE,),
        houses=(House("Kër Jigéen", {GIRLS: (5, 1), WOMEN: (6, 2), MOTHERS: (4, 1)}),),
    ),
    "sutura": Entry(
        name="Foyer Sutura",
        kind=Kind.RECEPTION_CENTRE,
        region="SN-KE",
        telephone="+221 33 000 00 27",
        people=(
            Seat("dior.cisse", "Dior Cissé", (DESK, SUPERVISOR)),
            Seat("kany.keita", "Kany Keïta", (CASEWORKER,)),
        ),
        services=(*LODGING, "MHPSS"),
        sexes=(Sex.FEMALE,),
        houses=(House("Sutura", {GIRLS: (6, 4), WOMEN: (5, 3)}),),
    ),
    "daaray": Entry(
        name="Centre Daaray Xale yi",
        kind=Kind.RECEPTION_CENTRE,
        region="SN-TC",
        telephone="+221 33 000 00 28",
        people=(
            Seat("samba.diallo", "Samba Diallo", (DESK, SUPERVISOR)),
            Seat("oumou.ba", "Oumou Bâ", (CASEWORKER,)),
        ),
        services=LODGING,
        sexes=(Sex.MALE,),
        adults=False,
        houses=(House("Daaray", {BOYS: (12, 5)}),),
    ),
    "teeru": Entry(
        name="Centre d’accueil Teeru",
        kind=Kind.RECEPTION_CENTRE,
        region="SN-SL",
        telephone="+221 33 000 00 29",
        people=(
            Seat("ousmane.sy", "Ousmane Sy", (DESK, SUPERVISOR)),
            Seat("coumba.dem", "Coumba Dem", (CASEWORKER,)),
        ),
        services=("SHELTER_EMERG", "SHELTER_TRANSIT"),
        children=False,
        houses=(House("Teeru", {WOMEN: (6, 2), MEN: (10, 4)}),),
    ),
    # --- NGOs ---------------------------------------------------------------------------------------------
    "jambaar": Entry(
        name="Association Jigéen Jàmbaar",
        kind=Kind.NGO,
        people=_all_in_one("fatou.kane", "Fatou Kane"),
        services=("MHPSS", "LEGAL", "MEDIATION"),
    ),
    "atte": Entry(
        name="Clinique juridique Àtte",
        kind=Kind.NGO,
        people=_all_in_one("pape.diouf", "Pape Diouf"),
        services=("LEGAL", "JUSTICE", "COMP", "DOC_CIVIL", "STAY", "GUARDIAN"),
    ),
    "elleg": Entry(
        name="Xaley Ëllëg",
        kind=Kind.NGO,
        region="SN-TH",
        people=(
            Seat("mariama.gassama", "Mariama Gassama", (CASEWORKER, DESK)),
            Seat("modou.kebe", "Modou Kébé", (SUPERVISOR,)),
        ),
        services=("EDU", "VOC", "REINTEG", "MHPSS"),
        adults=False,
    ),
    "fouta": Entry(
        name="Espoir des enfants du Fouta",
        kind=Kind.NGO,
        region="SN-MT",
        people=_all_in_one("hawa.sall", "Hawa Sall"),
        services=("EDU", "VOC", "FAM_ASSESS", "MEDIATION"),
        adults=False,
    ),
    "liggeey": Entry(
        name="Liggéey ak Jom",
        kind=Kind.NGO,
        region="SN-KL",
        people=_all_in_one("saliou.ndong", "Saliou Ndong"),
        services=("VOC", "LIVELIHOOD", "CASH"),
        children=False,
    ),
    "leer": Entry(
        name="Association Lëer",
        kind=Kind.NGO,
        region="SN-KL",
        people=_all_in_one("bigue.sene", "Bigué Sène"),
        services=("MHPSS", "BASIC"),
    ),
    # --- Health, return -----------------------------------------------------------------------------------
    "wergu": Entry(
        name="Centre de santé Keur Wergu",
        kind=Kind.HEALTH,
        telephone="+221 33 000 00 31",
        people=(
            Seat("ramata.dieng", "Dr Ramata Dieng", (DESK, SUPERVISOR)),
            Seat("ngone.diagne", "Ngoné Diagne", (CASEWORKER,)),
        ),
        services=(*CARE, "MED_SRH", "MHPSS"),
    ),
    "hospital": Entry(
        name="Service social de l’hôpital régional de Kédougou",
        kind=Kind.HEALTH,
        region="SN-KE",
        people=_all_in_one("issa.traore", "Issa Traoré"),
        services=("MED_EMERG", "MED_GEN", "MED_CERT"),
    ),
    "return": Entry(
        name="Bureau d’aide au retour volontaire",
        kind=Kind.INTERNATIONAL,
        people=_all_in_one("clara.mendes", "Clara Mendes"),
        services=("AVRR", "TRACE", "FAM_ASSESS", "REUNIF", "REINTEG"),
    ),
    "network": Entry(
        name="Réseau transfrontalier pour l’enfance",
        kind=Kind.INTERNATIONAL,
        region="SN-ZG",
        people=_all_in_one("pierre.correia", "Pierre Correia"),
        services=("TRACE", "FAM_ASSESS", "REUNIF"),
        adults=False,
    ),
    "consulate": Entry(
        name="Service consulaire (pays voisin)",
        kind=Kind.EMBASSY,
        people=_all_in_one("ana.cabral", "Ana Cabral"),
        services=("REPAT_IN", "DOC_CIVIL"),
    ),
    # --- Child protection in the departments ---------------------------------------------------------------
    "cdpe_pikine": Entry(
        name="CDPE de Pikine",
        kind=Kind.CHILD_PROTECTION,
        people=_all_in_one("adja.mbow", "Adja Mbow"),
        services=("FAM_ASSESS", "MEDIATION"),
        adults=False,
    ),
    "cdpe_mbour": Entry(
        name="CDPE de Mbour",
        kind=Kind.CHILD_PROTECTION,
        region="SN-TH",
        people=_all_in_one("djibril.samb", "Djibril Samb"),
        services=("FAM_ASSESS", "MEDIATION"),
        adults=False,
    ),
}

#: One service of assisted education in each region: the gateway for children (domain §1).
AEMO = {
    "SN-DK": ("Dakar", "maty.fofana", "Maty Fofana"),
    "SN-DB": ("Diourbel", "serigne.mbacke", "Serigne Mbodj"),
    "SN-FK": ("Fatick", "yande.ngom", "Yandé Ngom"),
    "SN-KA": ("Kaffrine", "alioune.toure", "Alioune Touré"),
    "SN-KL": ("Kaolack", "ndella.diallo", "Ndella Diallo"),
    "SN-KE": ("Kédougou", "fily.cissokho", "Fily Cissokho"),
    "SN-KD": ("Kolda", "demba.balde", "Demba Baldé"),
    "SN-LG": ("Louga", "arame.mboup", "Arame Mboup"),
    "SN-MT": ("Matam", "racine.kane", "Racine Kane"),
    "SN-SL": ("Saint-Louis", "maguette.fall", "Maguette Fall"),
    "SN-SE": ("Sédhiou", "lansana.mane", "Lansana Mané"),
    "SN-TC": ("Tambacounda", "sira.camara", "Sira Camara"),
    "SN-TH": ("Thiès", "abdoulaye.cisse", "Abdoulaye Cissé"),
    "SN-ZG": ("Ziguinchor", "agnes.coly", "Agnès Coly"),
}
ENTRIES |= {
    f"aemo_{code[3:].lower()}": Entry(
        name=f"AEMO de {city}",
        kind=Kind.AEMO,
        region=code,
        people=_all_in_one(key, name, JUSTICE),
        services=("FAM_ASSESS", "MEDIATION", "GUARDIAN"),
        adults=False,
    )
    for code, (city, key, name) in AEMO.items()
}

#: Where a report goes differs per region: police instructions exist for Dakar only (domain §1).
REPORTS_TO = {
    "SN-DK": "unit", "SN-TH": "unit", "SN-DB": "unit", "SN-LG": "unit",
    "SN-FK": "aemo_kl", "SN-KL": "aemo_kl", "SN-KA": "aemo_kl",
    "SN-KE": "aemo_ke", "SN-TC": "aemo_tc", "SN-MT": "aemo_sl", "SN-SL": "aemo_sl",
    "SN-KD": "aemo_zg", "SN-SE": "aemo_zg", "SN-ZG": "aemo_zg",
}  # fmt: skip
