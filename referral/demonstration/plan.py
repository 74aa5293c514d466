"""The plot: which files there are, and how far each of their referrals has come."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from referral.deadlines import ACKNOWLEDGE
from referral.enums import SHELTER_SERVICES, Urgency

EMERGENCY, URGENT, STANDARD = Urgency.EMERGENCY, Urgency.URGENT, Urgency.STANDARD

#: What happens to a draft, by the end that it comes to. The last act is the newest.
PATHS: dict[str, tuple[str, ...]] = {
    "draft": (),
    "sent": ("send",),
    "overdue": ("send", "remind", "escalate"),
    "telephoned": ("send", "telephone"),
    "acknowledged": ("send", "acknowledge"),
    "asked": ("send", "acknowledge", "request_info"),
    "answered": ("send", "acknowledge", "request_info", "answer"),
    "accepted": ("send", "acknowledge", "accept"),
    "accepted_at_once": ("send", "accept"),
    "accepted_after_call": ("send", "telephone", "accept"),
    "accepted_late": ("send", "remind", "escalate", "confirm", "accept_late"),
    "no_show": ("send", "acknowledge", "accept", "no_show"),
    "in_service": ("send", "acknowledge", "accept", "start"),
    "came_late": ("send", "acknowledge", "accept", "no_show", "resume"),
    "staying": ("send", "acknowledge", "accept", "start", "review"),
    "onward": ("send", "accept", "start", "propose_onward", "put_off"),
    "completed": ("send", "acknowledge", "accept", "start", "complete"),
    "completed_after_questions": ("send", "acknowledge", "request_info", "answer", "accept", "start", "complete"),
    "declined": ("send", "acknowledge", "decline"),
    "stepped_back": ("send", "acknowledge", "accept", "step_back"),
    "dropped": ("withdraw",),
    "withdrawn": ("send", "acknowledge", "withdraw"),
    "withdrawn_accepted": ("send", "accept", "withdraw"),
    "consent_withdrawn": ("send", "accept", "start", "withdraw_consent"),
    "expired": ("send", "expire"),
}  # fmt: skip

MINUTES, HOURS, DAYS = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
#: How long each act takes after the one before, by urgency.
GAPS: dict[str, tuple[timedelta, timedelta, timedelta]] = {
    "send": (10 * MINUTES, 25 * MINUTES, 50 * MINUTES),
    "acknowledge": (20 * MINUTES, 3 * HOURS, 26 * HOURS),
    "telephone": (15 * MINUTES, 50 * MINUTES, 5 * HOURS),
    "request_info": (10 * MINUTES, 40 * MINUTES, 3 * HOURS),
    "answer": (25 * MINUTES, 4 * HOURS, 22 * HOURS),
    "accept": (30 * MINUTES, 4 * HOURS, 28 * HOURS),
    "confirm": (5 * MINUTES, 40 * MINUTES, 2 * HOURS),
    "accept_late": (15 * MINUTES, 2 * HOURS, 5 * HOURS),
    "start": (3 * HOURS, 22 * HOURS, 3 * DAYS),
    "no_show": (9 * HOURS, 30 * HOURS, 4 * DAYS),
    "resume": (8 * HOURS, 18 * HOURS, 20 * HOURS),
    "review": (26 * DAYS, 27 * DAYS, 28 * DAYS),
    "propose_onward": (6 * DAYS, 9 * DAYS, 12 * DAYS),
    "put_off": (20 * HOURS, DAYS, 2 * DAYS),
    "decline": (35 * MINUTES, 5 * HOURS, 29 * HOURS),
    "step_back": (40 * MINUTES, 65 * MINUTES, 80 * MINUTES),
    "withdraw": (5 * HOURS, 15 * HOURS, 2 * DAYS),
    "withdraw_consent": (3 * DAYS, 5 * DAYS, 8 * DAYS),
}
#: The desk is reminded when half of its time has passed, its head is told at the end.
GAPS["remind"] = GAPS["escalate"] = (
    ACKNOWLEDGE[EMERGENCY] / 2,
    ACKNOWLEDGE[URGENT] / 2,
    ACKNOWLEDGE[STANDARD] / 2,
)
#: Silence until twice the time has passed.
GAPS["expire"] = (
    2 * ACKNOWLEDGE[EMERGENCY] + 5 * MINUTES,
    2 * ACKNOWLEDGE[URGENT] + 5 * MINUTES,
    2 * ACKNOWLEDGE[STANDARD] + 5 * MINUTES,
)
STAY, HELP = 24 * DAYS, 9 * DAYS
#: Acts that a rule ties to the minute.
EXACT = frozenset({"step_back", "remind", "escalate", "confirm", "accept_late", "expire"})
OPENING, CLOSING = 8, 18


@dataclass(frozen=True)
class Loop:
    """One referral.

    Args:
        to: key of the receiving organisation. path: of `PATHS`. days: since the last act.
        code: the reason or the outcome. then: where coordination or the owner turned to after a no.
    """

    to: str
    service: str
    urgency: Urgency
    path: str
    days: float
    code: str = ""
    then: "Loop | None" = None

    def gap(self, act: str) -> timedelta:
        if act == "complete":
            return STAY if self.service in SHELTER_SERVICES else HELP
        return GAPS[act][list(Urgency).index(self.urgency)]

    def schedule(self, now: datetime) -> list[tuple[str, datetime]]:
        """The acts, the draft first, with their times: counted back from the last, by day where nothing burns."""
        acts = ("draft", *PATHS[self.path])
        at = now - timedelta(days=self.days)
        if self.days >= 1:
            at = self._by_day(at)
        times = [at]
        for act in reversed(acts[1:]):
            before = times[-1] - self.gap(act)
            times.append(before if act in EXACT else self._by_day(before))
        return list(zip(acts, reversed(times), strict=True))

    def _by_day(self, at: datetime) -> datetime:
        """Moved back to a working hour, unless it is an emergency."""
        if self.urgency == EMERGENCY or OPENING <= at.hour < CLOSING:
            return at
        day = at if at.hour >= CLOSING else at - DAYS
        return day.replace(hour=CLOSING - 1, minute=at.minute)

    def all(self) -> Iterator["Loop"]:
        yield self
        if self.then:
            yield from self.then.all()


@dataclass(frozen=True)
class File:
    """One case file.

    Args:
        owner: key of the caseworker. profile: of `persons.PROFILES`.
        title: how far the child's custody title has come: requisition, ogp_unconfirmed, ogp; empty when missing.
        reporter: key of who reported it; else the owner opened it.
        days: age of a file without referrals.
        refused: a group that the person does not wish to share.
        tell_back: the person agrees that the sender hears how it goes; else nobody asked.
    """

    owner: str
    profile: str
    region: str
    loops: tuple[Loop, ...] = ()
    title: str = ""
    reporter: str = ""
    days: float = 0
    refused: str = ""
    tell_back: bool = False
    #: Closed by the supervisor once all its referrals have ended.
    closed: bool = False
    #: An AttachmentKind of `papers.PAPERS`: what was put into the file soon after it was opened.
    paper: str = ""
    #: How far it has come after the screening (`courses.WAYS`).
    course: str = ""
    #: What became of the person's rights: erased, held, asked (`demonstration.rights`).
    rights: str = ""


# fmt: off
FILES: tuple[File, ...] = (
    # --- The national unit: Aïssatou Diop, the first sign-in -------------------------------------------------
    File("caseworker", "daara", "SN-DK", (
        Loop("teranga", "SHELTER_EMERG", URGENT, "draft", 0.02),
    ), paper="medical"),
    File("caseworker", "domestic", "SN-DK", (
        Loop("teranga", "SHELTER_EMERG", URGENT, "overdue", 0.05),
        Loop("wergu", "MED_GEN", URGENT, "acknowledged", 0.05),
    )),
    File("caseworker", "daara", "SN-DK", (
        Loop("teranga", "SHELTER_EMERG", EMERGENCY, "accepted", 0.06),
        Loop("wergu", "MED_EMERG", EMERGENCY, "sent", 0.004),
        Loop("cdpe_pikine", "FAM_ASSESS", STANDARD, "sent", 0.04),
    ), reporter="reporter"),
    File("caseworker", "market", "SN-DK", (
        Loop("teranga", "SHELTER_TRANSIT", URGENT, "asked", 0.4),
        Loop("aemo_dk", "FAM_ASSESS", STANDARD, "acknowledged", 0.5),
    )),
    File("caseworker", "daara", "SN-TH", (
        Loop("teranga", "SHELTER_EMERG", URGENT, "in_service", 9),
        Loop("wergu", "MED_GEN", STANDARD, "completed", 2, "NEED_MET"),
        Loop("elleg", "EDU", STANDARD, "in_service", 4),
        Loop("network", "TRACE", STANDARD, "acknowledged", 1.5),
    ), title="ogp", tell_back=True, paper="custody", course="to_approve"),
    File("caseworker", "women", "SN-DK", (
        Loop("teranga", "SHELTER_EMERG", URGENT, "consent_withdrawn", 0.6),
        Loop("wergu", "PSYCH", STANDARD, "in_service", 4),
        Loop("atte", "STAY", STANDARD, "accepted", 1.2),
    )),
    File("caseworker", "mother", "SN-DK", (
        Loop("teranga", "SHELTER_TRANSIT", URGENT, "onward", 0.7),
        Loop("jambaar", "MHPSS", STANDARD, "in_service", 8),
        Loop("return", "REUNIF", STANDARD, "asked", 1.1),
    )),
    File("caseworker", "domestic", "SN-DB", (
        Loop("teranga", "SHELTER_EMERG", URGENT, "completed", 12, "NEED_MET"),
        Loop("atte", "JUSTICE", STANDARD, "in_service", 20),
        Loop("elleg", "VOC", STANDARD, "in_service", 9),
    ), title="ogp", course="assisted"),
    File("caseworker", "unknown", "SN-DK", (
        Loop("yaakaar", "SHELTER_EMERG", URGENT, "declined", 3.5, "NO_CAPACITY",
             then=Loop("teranga", "SHELTER_EMERG", URGENT, "accepted_late", 0.3)),
        Loop("wergu", "MED_CERT", URGENT, "completed", 1.3, "NEED_MET"),
    )),
    File("ndeye.sarr", "worker", "SN-DK", days=30, rights="erased"),
    File("caseworker", "abroad", "SN-LG", (
        Loop("jambaar", "MHPSS", STANDARD, "completed", 15, "PARTLY_MET"),
        Loop("atte", "COMP", STANDARD, "staying", 4),
        Loop("liggeey", "LIVELIHOOD", STANDARD, "in_service", 11),
    ), refused="health", course="solution", rights="asked"),
    File("caseworker", "sport", "SN-DK", (
        Loop("teranga", "SHELTER_TRANSIT", STANDARD, "no_show", 0.5),
        Loop("network", "TRACE", STANDARD, "withdrawn", 6, "OTHER_SOLUTION"),
    )),
    # --- The national unit: Mamadou Bâ and Ndèye Sarr ---------------------------------------------------------
    File("mamadou.ba", "daara", "SN-TH", (
        Loop("teranga", "SHELTER_EMERG", URGENT, "sent", 0.08),
        Loop("cdpe_mbour", "FAM_ASSESS", STANDARD, "answered", 0.9),
        Loop("elleg", "MHPSS", URGENT, "telephoned", 0.2),
    )),
    File("mamadou.ba", "daara", "SN-DK", (
        Loop("jokko", "SHELTER_LONG", STANDARD, "staying", 12),
        Loop("wergu", "MED_GEN", STANDARD, "completed", 46, "NEED_MET"),
        Loop("aemo_dk", "MEDIATION", STANDARD, "in_service", 14),
    ), title="ogp", course="planning", rights="held"),
    File("mamadou.ba", "gold_site", "SN-DK", (
        Loop("teranga", "SHELTER_EMERG", EMERGENCY, "acknowledged", 0.04),
        Loop("wergu", "MED_EMERG", EMERGENCY, "accepted", 0.05),
        Loop("consulate", "REPAT_IN", STANDARD, "draft", 0.4),
    )),
    File("mamadou.ba", "domestic", "SN-TH", (
        Loop("leer", "MHPSS", STANDARD, "in_service", 44),
        Loop("teranga", "SHELTER_EMERG", URGENT, "came_late", 5),
        Loop("atte", "LEGAL", STANDARD, "declined", 11, "FUNDING",
             then=Loop("jambaar", "LEGAL", STANDARD, "expired", 2)),
    ), title="requisition"),
    File("mamadou.ba", "worker", "SN-DK", (
        Loop("teeru", "SHELTER_TRANSIT", STANDARD, "completed", 58, "LEFT_BY_CHOICE"),
        Loop("atte", "LEGAL", STANDARD, "completed", 44, "PARTLY_MET"),
        Loop("liggeey", "VOC", STANDARD, "in_service", 6),
    ), course="followup"),
    File("mamadou.ba", "women", "SN-DK", days=15, course="taken_over"),
    File("fatou.kane", "women", "SN-DK", days=5, course="proposed"),
    File("ndeye.sarr", "market", "SN-DK", (
        Loop("teranga", "SHELTER_TRANSIT", URGENT, "completed", 57, "RETURNED"),
        Loop("cdpe_pikine", "FAM_ASSESS", STANDARD, "completed", 62, "NEED_MET"),
        Loop("wergu", "MED_GEN", STANDARD, "completed", 68, "NEED_MET"),
    ), title="ogp", closed=True, course="assisted"),
    File("ndeye.sarr", "fishing", "SN-DK", (
        Loop("jokko", "VOC", STANDARD, "staying", 22),
        Loop("jokko", "SHELTER_LONG", STANDARD, "staying", 25),
        Loop("wergu", "MED_GEN", STANDARD, "completed", 66, "NEED_MET"),
    ), title="ogp"),
    File("ndeye.sarr", "women", "SN-DK", (
        Loop("teeru", "SHELTER_EMERG", URGENT, "stepped_back", 8,
        then=Loop("jigeen", "SHELTER_EMERG", URGENT, "in_service", 5)),
        Loop("wergu", "MED_SRH", URGENT, "in_service", 6),
        Loop("return", "AVRR", STANDARD, "dropped", 4, "PERSON_DECLINED"),
    )),
    File("ndeye.sarr", "daara", "SN-DB", (
        Loop("yaakaar", "SHELTER_EMERG", EMERGENCY, "completed", 17, "TRANSFERRED"),
        Loop("jokko", "SHELTER_LONG", STANDARD, "in_service", 15),
        Loop("aemo_db", "FAM_ASSESS", STANDARD, "expired", 1.4),
    ), title="ogp_unconfirmed"),
    # --- South: AEMO de Ziguinchor, the refuge --------------------------------------------------------------
    File("agnes.coly", "daara", "SN-ZG", (
        Loop("manguiers", "SHELTER_EMERG", URGENT, "in_service", 13),
        Loop("network", "TRACE", STANDARD, "completed", 3, "NEED_MET"),
        Loop("network", "REUNIF", STANDARD, "sent", 1.2),
    ), title="ogp"),
    File("agnes.coly", "marriage", "SN-KD", (
        Loop("jigeen", "SHELTER_EMERG", EMERGENCY, "in_service", 6),
        Loop("aemo_kd", "MEDIATION", STANDARD, "declined", 4, "CONFLICT_OF_INTEREST"),
        Loop("jigeen", "MHPSS", STANDARD, "in_service", 2),
    ), title="requisition"),
    File("agnes.coly", "daara", "SN-SE", (
        Loop("manguiers", "SHELTER_EMERG", URGENT, "accepted", 0.5),
        Loop("aemo_se", "FAM_ASSESS", STANDARD, "acknowledged", 0.7),
        Loop("network", "TRACE", STANDARD, "sent", 0.4),
    ), reporter="astou.niang"),
    File("agnes.coly", "domestic", "SN-ZG", (
        Loop("manguiers", "SHELTER_EMERG", URGENT, "declined", 11, "NO_LEGAL_TITLE",
             then=Loop("jigeen", "SHELTER_EMERG", URGENT, "in_service", 8)),
        Loop("network", "FAM_ASSESS", STANDARD, "withdrawn", 5, "RISK"),
    )),
    File("louise.manga", "women", "SN-ZG", (
        Loop("jigeen", "SHELTER_EMERG", EMERGENCY, "in_service", 19),
        Loop("jambaar", "LEGAL", STANDARD, "accepted", 1.5),
        Loop("return", "AVRR", STANDARD, "in_service", 4),
    )),
    # --- East: AEMO de Kédougou and Tambacounda -------------------------------------------------------------
    File("fily.cissokho", "gold_site", "SN-KE", (
        Loop("sutura", "SHELTER_EMERG", EMERGENCY, "in_service", 22),
        Loop("hospital", "MED_CERT", EMERGENCY, "completed", 20, "NEED_MET"),
        Loop("sutura", "MHPSS", STANDARD, "in_service", 15),
        Loop("network", "TRACE", STANDARD, "asked", 1.3),
    ), reporter="moussa.sagna", title="ogp"),
    File("fily.cissokho", "gold_site", "SN-KE", (
        Loop("sutura", "SHELTER_EMERG", URGENT, "declined", 3, "NO_CAPACITY",
             then=Loop("teranga", "SHELTER_EMERG", URGENT, "in_service", 0.6)),
        Loop("hospital", "MED_EMERG", URGENT, "completed", 2, "NEED_MET"),
        Loop("network", "TRACE", STANDARD, "sent", 0.1),
    ), reporter="moussa.sagna"),
    File("fily.cissokho", "unknown", "SN-KE", (
        Loop("sutura", "SHELTER_EMERG", URGENT, "no_show", 0.7),
        Loop("hospital", "MED_GEN", STANDARD, "withdrawn_accepted", 2, "PERSON_DECLINED"),
    )),
    File("sira.camara", "daara", "SN-TC", (
        Loop("daaray", "SHELTER_EMERG", URGENT, "in_service", 16),
        Loop("aemo_kd", "FAM_ASSESS", STANDARD, "completed", 4, "NEED_MET"),
        Loop("fouta", "EDU", STANDARD, "declined", 2, "OUT_OF_AREA"),
    ), title="ogp_unconfirmed"),
    File("sira.camara", "fishing", "SN-TC", (
        Loop("daaray", "SHELTER_TRANSIT", STANDARD, "completed", 9, "RETURNED"),
        Loop("aemo_tc", "MEDIATION", STANDARD, "completed", 14, "NEED_MET"),
        Loop("fouta", "EDU", STANDARD, "expired", 12),
    )),
    # --- North: AEMO de Saint-Louis, Le Baobab --------------------------------------------------------------
    File("maguette.fall", "fishing", "SN-SL", (
        Loop("baobab", "SHELTER_EMERG", URGENT, "in_service", 7),
        Loop("fouta", "VOC", STANDARD, "in_service", 2.5),
        Loop("atte", "LEGAL", STANDARD, "sent", 0.6),
    ), reporter="oumar.wade", title="requisition"),
    File("maguette.fall", "daara", "SN-MT", (
        Loop("baobab", "SHELTER_EMERG", URGENT, "completed", 49, "RETURNED"),
        Loop("fouta", "MEDIATION", STANDARD, "completed", 53, "NEED_MET"),
        Loop("fouta", "EDU", STANDARD, "staying", 3),
    ), title="ogp"),
    File("alassane.ly", "daara", "SN-SL", (
        Loop("baobab", "SHELTER_EMERG", EMERGENCY, "in_service", 2),
        Loop("aemo_sl", "FAM_ASSESS", STANDARD, "sent", 0.8),
        Loop("network", "TRACE", STANDARD, "draft", 1.1),
    )),
    File("hawa.sall", "marriage", "SN-MT", (
        Loop("teranga", "SHELTER_LONG", URGENT, "in_service", 31),
        Loop("atte", "GUARDIAN", STANDARD, "completed", 25, "PARTLY_MET"),
        Loop("elleg", "EDU", STANDARD, "in_service", 14),
    ), title="ogp"),
    # --- Centre: AEMO de Kaolack, CDPE, NGOs ----------------------------------------------------------------
    File("ndella.diallo", "daara", "SN-KL", (
        Loop("teranga", "SHELTER_EMERG", URGENT, "accepted_after_call", 0.9),
        Loop("aemo_ka", "FAM_ASSESS", STANDARD, "accepted", 1.1),
        Loop("leer", "MHPSS", STANDARD, "sent", 27),
    )),
    File("ndella.diallo", "market", "SN-FK", (
        Loop("teranga", "SHELTER_TRANSIT", STANDARD, "in_service", 12),
        Loop("aemo_fk", "MEDIATION", STANDARD, "in_service", 5),
        Loop("wergu", "MED_GEN", STANDARD, "draft", 0.3),
    )),
    File("adja.mbow", "domestic", "SN-DK", (
        Loop("yaakaar", "SHELTER_TRANSIT", URGENT, "completed", 10, "CONTACT_LOST"),
        Loop("teranga", "SHELTER_EMERG", URGENT, "withdrawn", 9, "OTHER_SOLUTION"),
        Loop("wergu", "MHPSS", STANDARD, "no_show", 0.8),
    )),
    File("djibril.samb", "sport", "SN-TH", (
        Loop("yaakaar", "SHELTER_TRANSIT", STANDARD, "in_service", 18),
        Loop("return", "FAM_ASSESS", STANDARD, "completed", 5, "REFERRED_ON"),
        Loop("return", "REUNIF", STANDARD, "accepted", 0.7),
    ), title="ogp_unconfirmed"),
    File("pape.diouf", "abroad", "SN-DK", (
        Loop("atte", "COMP", STANDARD, "in_service", 23),
        Loop("wergu", "PSYCH", STANDARD, "completed_after_questions", 6, "NEED_MET"),
        Loop("liggeey", "CASH", URGENT, "declined", 3, "ALREADY_ASSISTED"),
    )),
    File("fatou.kane", "mother", "SN-DK", (
        Loop("jigeen", "SHELTER_EMERG", URGENT, "declined", 16, "SECURITY_RISK",
             then=Loop("teranga", "SHELTER_EMERG", URGENT, "in_service", 13)),
        Loop("jambaar", "MHPSS", STANDARD, "in_service", 10),
        Loop("wergu", "MED_SRH", STANDARD, "dropped", 3, "DUPLICATE"),
    )),
    # --- Opened, nothing asked for yet ----------------------------------------------------------------------
    File("caseworker", "market", "SN-DK", days=0.01),
)
# fmt: on


@dataclass(frozen=True)
class Report:
    """A report that nobody has taken in yet."""

    reporter: str
    profile: str
    region: str
    days: float


WAITING = (
    Report("reporter", "daara", "SN-DK", 0.03),
    Report("yoro.dia", "women", "SN-DK", 0.3),
    Report("astou.niang", "domestic", "SN-TH", 0.2),
    Report("moussa.sagna", "gold_site", "SN-KE", 0.1),
    Report("oumar.wade", "worker", "SN-SL", 0.5),
    # For two days: national coordination may take it in hand.
    Report("astou.niang", "daara", "SN-FK", 2.2),
)
