"""The persons accompanied: invented names, ordinary words, no detail that hurts. The texts are data, not messages."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from partners.enums import Sex
from referral.disclosure import band_of
from referral.enums import CHILD_BANDS, AgeBand, AgeStatus, PlaceFlag, RiskLevel, SafeChannel, Urgency

FAMILY = (
    "Ndiaye", "Diop", "Fall", "Sow", "Bâ", "Sy", "Diallo", "Faye", "Sarr", "Guèye", "Mbaye", "Diouf", "Seck",
    "Thiam", "Kane",
    "Sané", "Diatta", "Badji", "Camara", "Niang", "Dieng", "Sène", "Mané", "Ndour",
)  # fmt: skip
BOYS = (
    "Modou", "Ousseynou", "Assane", "Alioune", "Babacar", "Demba", "Idrissa", "Lamine", "Malick", "Moussa",
    "Samba", "Serigne",
    "Souleymane", "Yaya", "Youssou", "Amadou", "Boubacar", "Khalifa", "Mor", "Saliou",
)  # fmt: skip
GIRLS = (
    "Adama", "Aminata", "Awa", "Binta", "Coumba", "Dieynaba", "Fatoumata", "Khady", "Mariama", "Oumou",
    "Rokhaya", "Safiétou",
    "Seynabou", "Sokhna", "Yacine", "Ramata", "Kiné", "Maïmouna", "Astou", "Diary",
)  # fmt: skip
#: Persons from elsewhere, by country: family names, given names of boys and men, of girls and women.
ELSEWHERE = {
    "GN": (
        ("Baldé", "Barry", "Keïta", "Bangoura"),
        ("Thierno", "Ibrahima", "Sékou"),
        ("Hadja", "Kadiatou", "Mariame"),
    ),
    "GW": (
        ("Gomes", "Cabral", "Indjai", "Djaló"),
        ("Braima", "Júlio", "Armando"),
        ("Joana", "Cadi", "Teresa"),
    ),
    "ML": (("Traoré", "Coulibaly", "Sidibé"), ("Bakary", "Adama", "Drissa"), ("Fanta", "Assitan", "Nana")),
    "GM": (("Jallow", "Ceesay", "Touray"), ("Lamin", "Ebrima", "Alieu"), ("Isatou", "Fatou", "Jainaba")),
    "NG": (("Okoro", "Adeyemi", "Eze"), ("Emeka", "Tunde", "Chidi"), ("Blessing", "Grace", "Joy")),
}


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A situation that centres know well; the persons in it differ by name, age and wishes."""

    sex: Sex
    ages: tuple[int, int]
    countries: tuple[str, ...] = ("SN",)
    languages: tuple[str, ...] = ("wol",)
    interpreter: bool = False
    risk: RiskLevel = RiskLevel.MEDIUM
    urgency: Urgency = Urgency.URGENT
    flags: tuple[PlaceFlag, ...] = ()
    children: tuple[AgeBand, ...] = ()
    unknown_age: bool = False
    needs: tuple[str, ...]
    health: tuple[str, ...] = ("Aucun traitement en cours. Visite médicale à prévoir.",)
    legal: str = ""
    narrative: tuple[str, ...]
    documents: str = "Aucun document."
    channels: tuple[SafeChannel, ...] = (SafeChannel.VISIT,)
    #: Wishes to be called otherwise than by the name.
    alias: bool = False


PROFILES: dict[str, Profile] = {
    "daara": Profile(
        sex=Sex.MALE,
        ages=(8, 13),
        countries=("SN", "SN", "GW", "GN"),
        languages=("fuc", "wol"),
        needs=(
            "Un lit, des vêtements propres, retrouver ses parents au village.",
            "Dormir au calme, manger trois fois par jour, reprendre l’école.",
            "Parler à sa mère au téléphone ; apprendre un métier plus tard.",
        ),
        health=(
            "Petites plaies aux pieds, à soigner.",
            "Toux depuis deux semaines, visite médicale à prévoir.",
            "En bonne santé apparente.",
        ),
        legal="Signalé au parquet comme enfant en danger.",
        narrative=(
            "Confié à un maître pour ses études, il demandait l’aumône tout le jour. Il est parti de lui-même.",
            "Il vivait loin de sa famille et devait rapporter une somme chaque soir. Une voisine a donné l’alerte.",
            "Il a suivi un autre enfant jusqu’à la gare et a demandé de l’aide à un chauffeur.",
        ),
    ),
    "domestic": Profile(
        sex=Sex.FEMALE,
        ages=(13, 16),
        languages=("srr", "wol"),
        needs=(
            "Un lieu sûr, ses affaires restées chez l’employeur, reprendre une formation.",
            "Prévenir sa tante, se reposer, ne pas retourner dans ce quartier.",
        ),
        health=("Fatigue importante ; visite médicale demandée.", "Douleurs au dos, à suivre."),
        legal="Plainte envisagée pour salaires non versés.",
        narrative=(
            "Venue en ville pour travailler dans une maison, elle n’était plus payée et ne pouvait plus sortir seule.",
            "Elle travaillait du matin au soir chez une connaissance de la famille, sans école et sans salaire.",
        ),
        documents="Extrait de naissance chez la mère.",
    ),
    "gold_site": Profile(
        sex=Sex.FEMALE,
        ages=(15, 17),
        countries=("NG", "ML", "GN"),
        languages=("eng", "bam"),
        interpreter=True,
        risk=RiskLevel.HIGH,
        flags=(PlaceFlag.DANGER_NEARBY,),
        needs=(
            "Être loin du site, une interprète femme, appeler sa sœur.",
            "Se reposer, voir une soignante, ne parler à personne du site.",
        ),
        health=("Suivi médical à commencer.", "Traitement commencé, à poursuivre pendant un mois."),
        legal="Entrée sans titre de séjour ; victime présumée, ne peut être poursuivie pour ce fait.",
        narrative=(
            "On lui avait promis un travail dans un restaurant. À son arrivée, ses papiers lui ont été pris.",
            "Elle devait rembourser un voyage dont le prix augmentait. Elle a profité d’un jour de marché pour partir.",
        ),
        documents="Passeport retenu par un tiers.",
        alias=True,
    ),
    "market": Profile(
        sex=Sex.FEMALE,
        ages=(6, 10),
        needs=(
            "Être avec des enfants de son âge, aller à l’école.",
            "Revoir sa grand-mère, jouer, apprendre à lire.",
        ),
        narrative=(
            "Elle vendait de l’eau toute la journée pour une personne qui n’est pas de sa famille.",
            "Elle accompagnait une adulte au marché et n’allait pas à l’école.",
        ),
    ),
    "fishing": Profile(
        sex=Sex.MALE,
        ages=(14, 17),
        countries=("SN", "GM"),
        languages=("wol", "mnk"),
        needs=(
            "Une formation de mécanicien, un lit près de la ville.",
            "Reprendre contact avec son oncle, trouver un apprentissage.",
        ),
        health=("Cicatrice à la main, déjà soignée.", "En bonne santé apparente."),
        narrative=(
            "Il était à bord d’une pirogue depuis des mois, sans paie, et ne pouvait descendre à terre.",
            "Recruté pour une saison, il a été gardé à bord au-delà de ce qui était convenu.",
        ),
    ),
    "sport": Profile(
        sex=Sex.MALE,
        ages=(15, 17),
        countries=("GN", "ML", "SN"),
        languages=("fra", "bam"),
        urgency=Urgency.STANDARD,
        needs=(
            "Rentrer chez lui sans dette, prévenir ses parents.",
            "Un hébergement le temps de préparer le retour.",
        ),
        narrative=(
            "Un recruteur lui avait promis un centre de football. Il s’est retrouvé sans logement ni argent.",
        ),
        documents="Carte d’identité scolaire.",
    ),
    "marriage": Profile(
        sex=Sex.FEMALE,
        ages=(15, 17),
        languages=("fuc",),
        risk=RiskLevel.HIGH,
        flags=(PlaceFlag.DANGER_NEARBY,),
        needs=("Rester loin de la famille pour le moment, finir son année d’école.",),
        legal="Le parquet est saisi ; mesure d’éloignement de l’entourage demandée.",
        narrative=(
            "Elle a refusé une union décidée sans elle et a quitté la maison avec l’aide d’une enseignante.",
        ),
    ),
    "unknown": Profile(
        sex=Sex.FEMALE,
        ages=(16, 19),
        countries=("NG", "GN"),
        languages=("eng",),
        interpreter=True,
        unknown_age=True,
        risk=RiskLevel.HIGH,
        needs=(
            "Un lieu réservé aux femmes, une interprète.",
            "Du repos, une consultation, un téléphone pour appeler sa mère.",
        ),
        narrative=(
            "Elle dit avoir dix-neuf ans, ses papiers disent autre chose. Elle a demandé de l’aide au dispensaire.",
        ),
        documents="Document de voyage à vérifier.",
        alias=True,
    ),
    "abroad": Profile(
        sex=Sex.FEMALE,
        ages=(24, 39),
        languages=("wol", "fra"),
        urgency=Urgency.STANDARD,
        channels=(SafeChannel.PHONE, SafeChannel.WHATSAPP),
        needs=(
            "Récupérer les salaires dus, un appui pour recommencer une activité.",
            "Un suivi psychologique, une aide pour ses enfants.",
        ),
        health=("Troubles du sommeil.",),
        legal="Contrat signé à l’étranger ; dossier d’indemnisation à préparer.",
        narrative=(
            "Employée de maison à l’étranger, elle est rentrée sans ses salaires, avec l’aide d’une association.",
        ),
        documents="Passeport, copie du contrat.",
    ),
    "women": Profile(
        sex=Sex.FEMALE,
        ages=(20, 29),
        countries=("NG", "GW", "GN"),
        languages=("eng", "por"),
        interpreter=True,
        risk=RiskLevel.HIGH,
        alias=True,
        flags=(PlaceFlag.DANGER_NEARBY,),
        needs=(
            "Un lieu sûr dont l’adresse reste inconnue, une interprète.",
            "Un médecin, puis préparer un retour si elle le décide.",
        ),
        health=("Traitement en cours, ordonnance jointe.",),
        legal="Titre de séjour à demander.",
        narrative=(
            "L’emploi promis dans un salon n’existait pas ; elle a été contrainte à une autre activité.",
        ),
        documents="Aucun document.",
        channels=(SafeChannel.THIRD_PARTY,),
    ),
    "mother": Profile(
        sex=Sex.FEMALE,
        ages=(22, 31),
        countries=("GN", "SN"),
        languages=("fuc", "fra"),
        children=(AgeBand.B0_5, AgeBand.B6_8),
        flags=(PlaceFlag.LATE_PREGNANCY,),
        needs=("Rester avec ses deux enfants, une place à l’école pour l’aîné.",),
        health=("Grossesse suivie. Le plus jeune enfant a de la fièvre.",),
        narrative=(
            "Elle travaillait dans une maison sans pouvoir sortir, avec ses enfants. Une voisine a appelé.",
        ),
        documents="Carnets de santé des enfants.",
        channels=(SafeChannel.PHONE,),
    ),
    "worker": Profile(
        sex=Sex.MALE,
        ages=(21, 40),
        countries=("GM", "SN", "ML"),
        languages=("mnk", "wol"),
        urgency=Urgency.STANDARD,
        risk=RiskLevel.LOW,
        needs=("Un logement pour quelques semaines, ses salaires, du travail.",),
        legal="Inspection du travail saisie.",
        narrative=(
            "Logé sur un chantier éloigné, il n’avait ni sa paie ni ses papiers, gardés par le chef d’équipe.",
        ),
        documents="Carte d’identité récupérée.",
        channels=(SafeChannel.PHONE, SafeChannel.SMS),
    ),
}


#: What could not wait when somebody came.
FIRST_NEEDS = {Urgency.EMERGENCY: ("SHELTER_EMERG", "MED_EMERG"), Urgency.URGENT: ("SHELTER_EMERG",)}


def draw(profile: Profile, random: Random, today: date) -> dict[str, Any]:
    """Values for the columns of `Person`, as the form of the intake gives them."""
    country = random.choice(profile.countries)
    born = _birth(profile, random, today)
    family, boys, girls = ELSEWHERE.get(country, (FAMILY, BOYS, GIRLS))
    given = random.choice(boys if profile.sex == Sex.MALE else girls)
    band = band_of(born, today)
    status = AgeStatus.CHILD if band in CHILD_BANDS else AgeStatus.ADULT
    return {
        "sex": profile.sex,
        "age_status": AgeStatus.UNKNOWN if profile.unknown_age else status,
        "age_band": AgeBand.UNKNOWN if profile.unknown_age else band,
        "family_name": random.choice(family),
        "given_names": given,
        "alias": random.choice(girls if profile.sex == Sex.FEMALE else boys) if profile.alias else None,
        "birth_date": None if profile.unknown_age else born,
        "nationality": country,
        "phone": f"+221 70 000 {random.randrange(10, 100)} {random.randrange(10, 100)}"
        if _reachable(profile)
        else None,
        "safe_contact": {
            "channels": {channel.value: channel in profile.channels for channel in SafeChannel},
            "message": False,
            "hours": "De 10 h à 12 h" if _reachable(profile) else "",
            "words": "Appel du dispensaire pour un rendez-vous" if _reachable(profile) else "",
            "who": "La voisine, si elle seule répond" if SafeChannel.THIRD_PARTY in profile.channels else "",
        },
        "languages": list(profile.languages),
        "interpreter_needed": profile.interpreter,
        "needs": random.choice(profile.needs),
        "health": random.choice(profile.health),
        "legal_situation": profile.legal or None,
        "narrative": random.choice(profile.narrative),
        "documents": profile.documents,
        "children": [band.value for band in profile.children],
        "flags": [flag.value for flag in profile.flags],
        "first_needs": list(FIRST_NEEDS.get(profile.urgency, ())),
    }


def _birth(profile: Profile, random: Random, today: date) -> date:
    birthday = today.replace(year=today.year - random.randint(*profile.ages), day=min(today.day, 28))
    return birthday - timedelta(days=random.randrange(360))


def _reachable(profile: Profile) -> bool:
    return profile.channels != (SafeChannel.VISIT,)
