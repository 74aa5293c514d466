"""What a row of the standard means for a file of ours, and what a file of ours says in the standard.

What came by an import stays as it came until somebody changes here what it was read as: so a register goes out again
as it came in, although the standard knows more words than a file of ours, and ours more than the standard.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from partners.enums import Sex
from referral.disclosure import band_of
from referral.enums import CHILD_BANDS, AgeBand, AgeStatus, CaseState, SafeChannel
from referral.htcds.profiles import ExportProfile
from referral.htcds.standard import AGE_BAND, OWN_NAMES, REFERENCE, REGION, SEPARATOR, TEMPLATE, codes_of

Values = Mapping[str, str]

#: Words of the standard for a sex of ours; those of which it knows more are read as the nearest.
GENDERS = {
    Sex.FEMALE: "Feminine",
    Sex.MALE: "Masculine",
    Sex.OTHER: "NonConforming",
    Sex.UNKNOWN: "NonSpecifiedUnknown",
}
SEXES = {word: sex for sex, word in GENDERS.items()} | dict.fromkeys(
    ("TransgenderFeminine", "TransgenderMasculine"), Sex.OTHER
)
CLOSED = frozenset({"Closed", "ClosedReferred"})
#: How a file stands; every other one is active.
STANDINGS: Mapping[str, str] = {
    CaseState.FOLLOWUP: "FollowUp",
    CaseState.CLOSED: "Closed",
    CaseState.CLOSED_TRANSFERRED: "ClosedReferred",
}
#: Elements of trafficking, by the name of the answer that holds them here.
ELEMENTS: Mapping[str, str] = {
    "recruitment": "vic_MethodOfRecruitment",
    "control": "vic_MethodsOfControl",
    "exploitation": "vic_TypeOfExploitation",
}
STATUS, DECIDER = "vic_TraffickingStatus", "vic_TraffickingStatusDecisionMakingOrg"
OFFICIAL = tuple(field.name for field in TEMPLATE)
#: Codes alone: nothing that was typed, nobody's name, no day.
CODES = tuple(field.name for field in TEMPLATE if field.kind == "code" and field.name != "prs_MailingCountry")
YEAR = "x_Year"
COLUMNS: Mapping[str, tuple[str, ...]] = {
    ExportProfile.TEMPLATE: (*OFFICIAL, *OWN_NAMES),
    ExportProfile.CORE: (*OFFICIAL, *OWN_NAMES),
    ExportProfile.DEIDENTIFIED: (*CODES, REGION, AGE_BAND, YEAR),
}
#: By these, together, somebody can be recognised (issue 4; the suppression of published tables is another matter).
QUASI = (REGION, "prs_Gender", AGE_BAND, "prs_Citizenship")
FEWEST = 11


@dataclass(frozen=True)
class Entry:
    """A row as our services take it."""

    person: dict[str, Any]
    region: str
    opened_on: date | None
    closed: bool
    closure: str
    #: Elements of trafficking by their name here, and what somebody is said to have decided: in the standard's codes.
    elements: Mapping[str, tuple[str, ...]]
    status: str
    decider: str


def entry_of(values: Values, today: date) -> Entry:
    opened = values.get("cas_IncomingReferralDate")
    return Entry(
        person=_person(values, today),
        region=values.get(REGION, ""),
        opened_on=date.fromisoformat(opened) if opened else None,
        closed=_closed(values),
        closure=values.get("cas_ReasonForCaseClosure", ""),
        elements={name: several(values[field]) for name, field in ELEMENTS.items() if field in values},
        status=values.get(STATUS, ""),
        decider=values.get(DECIDER, ""),
    )


def _person(values: Values, today: date) -> dict[str, Any]:
    born = date.fromisoformat(values["prs_Birthdate"]) if "prs_Birthdate" in values else None
    band = band_of(born, today) if born else AgeBand(values.get(AGE_BAND, AgeBand.UNKNOWN))
    if band == AgeBand.UNKNOWN:
        status = AgeStatus.UNKNOWN
    else:
        status = AgeStatus.CHILD if band in CHILD_BANDS else AgeStatus.ADULT
    return {
        "sex": _sex(values),
        "age_status": status,
        "age_band": band,
        "family_name": values.get("prs_SecondName") or None,
        "given_names": values.get("prs_FirstName") or None,
        "birth_date": born,
        "nationality": _nationality(values) or None,
        "phone": _phone(values) or None,
        # Nobody has said yet by which of them the person may be reached: by none (domain §7.3).
        "safe_contact": {"channels": {channel.value: False for channel in SafeChannel}},
        "languages": [],
        "children": None,
        "flags": [],
    }


def _sex(values: Values) -> str:
    return SEXES.get(values.get("prs_Gender", ""), Sex.UNKNOWN)


def _nationality(values: Values) -> str:
    return values.get("prs_Citizenship", "").split(SEPARATOR)[0]


def _phone(values: Values) -> str:
    return values.get("prs_MobilePhone") or values.get("prs_HomePhone", "")


def several(value: str) -> tuple[str, ...]:
    return tuple(filter(None, value.split(SEPARATOR)))


def _closed(values: Values) -> bool:
    return values.get("cas_Status") in CLOSED


@dataclass(frozen=True)
class File:
    """What a file of ours knows that the standard has a field for."""

    reference: str
    region: str
    state: str
    owner: str
    opened_on: date
    sex: str
    age_status: str
    age_band: str
    birth_date: date | None = None
    given_names: str = ""
    family_name: str = ""
    nationality: str = ""
    phone: str = ""
    reported_by: str = ""
    #: The newest referral that was sent: to whom, its worker, the day.
    outgoing: tuple[str, str, date] | None = None
    #: The last decision recorded here about the person, and who took it; elements of trafficking, where anybody has
    #: recorded any. All in the standard's codes.
    status: str = ""
    decider: str = ""
    screened: bool = False
    recruitment: tuple[str, ...] = ()
    control: tuple[str, ...] = ()
    exploitation: tuple[str, ...] = ()

    @property
    def standing(self) -> str:
        return STANDINGS.get(self.state, "Active")


#: One thing that both know: how it is read of a row, and how a file writes it into one.
Bridge = tuple[Callable[[Values], Any], Callable[[File], dict[str, str]]]


def _same(name: str, ours: Callable[[File], str]) -> Bridge:
    return lambda row: row.get(name, ""), lambda file: {name: ours(file)}


BRIDGES: tuple[Bridge, ...] = (
    _same("prs_FirstName", lambda file: file.given_names),
    _same("prs_SecondName", lambda file: file.family_name),
    _same("prs_Birthdate", lambda file: _iso(file.birth_date)),
    (_sex, lambda file: {"prs_Gender": GENDERS[Sex(file.sex)]}),
    (
        _nationality,
        # "Any other" of our list of countries is no country of the standard.
        lambda file: {"prs_Citizenship": file.nationality if file.nationality in codes_of("country") else ""},
    ),
    (_phone, lambda file: {"prs_MobilePhone": file.phone, "prs_HomePhone": ""}),
    (_closed, lambda file: {"cas_Status": file.standing}),
)


def _element(field: str, name: str) -> Bridge:
    def ours(file: File) -> dict[str, str]:
        return {field: SEPARATOR.join(getattr(file, name))}

    return lambda row: frozenset(several(row.get(field, ""))), ours


#: Only of a file in which they were recorded: of any other the register's words stand.
ELEMENT_BRIDGES: tuple[Bridge, ...] = tuple(_element(field, name) for name, field in ELEMENTS.items())


def row_of(file: File, kept: Values) -> dict[str, str]:
    """The file in the standard's words. `kept`: the row from which it was imported; empty for our own files."""
    row = dict(kept)
    for read, write in (*BRIDGES, *(ELEMENT_BRIDGES if file.screened else ())):
        written = write(file)
        if not kept or read(kept) != read(written):
            row |= written
    row.setdefault("cas_CaseOwner", file.owner)
    if not kept:
        row |= {
            "cas_IncomingReferralDate": _iso(file.opened_on),
            "cas_ReferringOrganisation": file.reported_by,
        }
    if file.status:
        row |= {STATUS: file.status, DECIDER: file.decider}
    if file.outgoing is not None:
        organisation, worker, day = file.outgoing
        row |= {
            "cas_ReferredOrganisation": organisation,
            "cas_ReferredPrimaryCaseWorker": worker,
            "cas_ReasonForOutgoingReferral": "AdditionalServicesRequired",
            "cas_OutgoingReferralDate": _iso(day),
            # Of the referral that the register knew.
            "cas_OutgoingReferralDetails": "",
        }
    row |= {REFERENCE: file.reference, REGION: file.region, AGE_BAND: file.age_band}
    return {name: value for name, value in row.items() if value}


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def deidentified(rows: Iterable[tuple[File, Values]]) -> tuple[list[dict[str, str]], int]:
    """Codes, age bands and years of every row, in an order that tells nothing; and how many rows say less.

    Where fewer than eleven rows are alike in what somebody could be recognised by, all of that is left out.
    """
    made = []
    for file, kept in rows:
        row = row_of(file, kept) | {YEAR: str(file.opened_on.year)}
        made.append({name: row[name] for name in COLUMNS[ExportProfile.DEIDENTIFIED] if name in row})
    alike: dict[tuple[str, ...], int] = {}
    for row in made:
        alike[_likeness(row)] = alike.get(_likeness(row), 0) + 1
    rare = [row for row in made if alike[_likeness(row)] < FEWEST]
    for row in rare:
        row |= dict.fromkeys(QUASI, "")
    return sorted(
        made, key=lambda row: [row.get(name, "") for name in COLUMNS[ExportProfile.DEIDENTIFIED]]
    ), len(rare)


def _likeness(row: Values) -> tuple[str, ...]:
    return tuple(row.get(name, "") for name in QUASI)
