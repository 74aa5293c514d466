"""Registers as organisations keep them: the Excel template of HTCDS 2.0 with its slips, filled with invented people."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

import openpyxl

from referral.htcds.standard import FIELDS, TEMPLATE, words_of

#: As the file of the standard has it: a letter is missing in T1, nothing stands in AJ1, N2 to R2 are of one another.
NAMES = [
    {
        "vic_TraffickingStatusDecisionMakingOrg": "vic_TraffickinStatusDecisionMakingOrg",
        "cas_ReasonForOutgoingReferral": None,
    }.get(field.name, field.name)
    for field in TEMPLATE
]
LABELS = [field.template_label or field.label for field in TEMPLATE]
COLUMN = {field.name: number for number, field in enumerate(TEMPLATE, 1)}

FIRST = ("Awa", "Moussa", "Fatou", "Ibrahima", "Coumba", "Ousmane")
SECOND = ("Ndiaye", "Diouf", "Ba", "Sow", "Faye", "Camara")


def label_of(name: str, code: str) -> str:
    """As the lists of the template have it: in its own case, with the blanks that some of them carry."""
    words = [word for word, known in words_of(FIELDS[name].list).items() if known == code]
    return f"{max(words, key=len).capitalize()} "


def person(number: int, random: Random) -> dict[str, Any]:
    """A row in every field of the template, each in one of the dresses in which real files have it."""
    born = date(1980, 1, 1) + timedelta(days=random.randrange(16_000))
    row: dict[str, Any] = {
        "cas_CaseOwner": "Mme Seck",
        "prs_Salutation": random.choice(["M.", "Mme", ""]),
        "prs_FirstName": random.choice(FIRST),
        "prs_SecondName": f"{random.choice(SECOND)} {number}",
        "con_Consent": random.choice([True, "TRUE", "oui", False, ""]),
        "prs_Birthdate": random.choice(
            [born, born.isoformat(), f"{born:%d/%m/%Y}", (born - date(1899, 12, 30)).days]
        ),
        "prs_Title": "élève",
        "prs_Email": random.choice(["awa@exemple.sn", ""]),
        "prs_HomePhone": 221330000000 + number,
        "prs_MobilePhone": f"+22177{number:07}",
        "prs_MailingCity": "Mbour",
        "prs_MailingCountry": random.choice(["SN", "Senegal", "SENEGAL "]),
        "prs_MailingState": "Thiès",
        "prs_MailingStreet": f"=rue {number}" if number % 7 == 0 else f"rue {number}",
        "prs_MailingPostalCode": 23000,
        "vic_LocationOfRecruitment": "marché",
        "vic_LocationOfExploitation": "daara",
        "cas_ReferringOrganisation": "Brigade des mineurs",
        "cas_IncomingReferralDate": date(2026, 1, 1) + timedelta(days=number % 200),
        "cas_ReferringPrimaryCaseWorker": "Adj. Fall",
        "cas_IncomingReferralDetails": "amenée à pied ;\nà la tombée de la nuit",
        "cas_ReferredOrganisation": "Maison Rose",
        "cas_ReferredPrimaryCaseWorker": "Mme Dia",
        "cas_OutgoingReferralDate": "03.09.2026",
        "cas_OutgoingReferralDetails": "- deux nuits",
        "cas_ReasonForCaseClosure": "rentrée en famille",
    }
    for field in TEMPLATE:
        if field.kind == "code" and field.name != "prs_MailingCountry":
            row[field.name] = coded(field.name, random)
    return row


def coded(name: str, random: Random) -> str:
    field = FIELDS[name]
    codes = sorted(set(words_of(field.list).values()))
    chosen = random.sample(codes, random.choice([0, 1, 2, 3]) if field.many else random.choice([0, 1]))
    dress = random.choice([str, lambda code: label_of(name, code), str.upper])
    return "; ".join(dress(code) for code in chosen)


def people(count: int) -> list[dict[str, Any]]:
    random = Random(2005)
    return [person(number, random) for number in range(1, count + 1)]


def template(rows: Sequence[Mapping[str, Any]], *, numbered: int = 100) -> bytes:
    """A filled template: row n of `rows` stands in row n + 2 of the sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([None, *NAMES])
    sheet.append([None, *LABELS])
    for number in range(max(len(rows), numbered)):
        row = rows[number] if number < len(rows) else {}
        sheet.append([number + 1, *(None for _field in TEMPLATE)])
        for name, value in row.items():
            cell = sheet.cell(number + 3, COLUMN[name] + 1, value if value != "" else None)
            if isinstance(value, str) and value.startswith("="):
                cell.data_type = "s"
    book.create_sheet("about").append(["Microsoft Excel HTCDS 2.0"])
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def text(columns: Sequence[str], *rows: Sequence[str], separator: str = ";") -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator)
    writer.writerows([columns, *rows])
    return out.getvalue().encode()
