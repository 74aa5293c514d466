"""Who may open which address: a row for each."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.urls import reverse

from tests.world import World

UNIT, CENTRE = "aissatou bineta", "codou daouda elisabeth"
DESKS = "bineta codou elisabeth fatou ousmane"
WORKERS = "aissatou daouda fatou"
SITTERS = "aissatou bineta codou daouda elisabeth fatou ousmane"
ADMIN = "mareme"
#: One of each kind: of the own organisation, of the other side, of no side.
STRANGERS = "aissatou bineta codou fatou ibrahima ousmane mareme"
ALL = "aissatou bineta codou daouda elisabeth fatou gora habib ibrahima khady lamine mareme ousmane"
PEOPLE = ALL.split()


@dataclass(frozen=True)
class Row:
    """One address and what it answers, by status, to whom of the cast; everybody else gets `others`."""

    opens: str = ""
    #: Attribute of the World whose id stands in the address.
    about: str = ""
    others: int = 403
    status: int = 200
    more: dict[int, str] = field(default_factory=dict)
    methods: str = "GET POST"
    #: What somebody gets who is not signed in; None: the way to sign in.
    anonymous: int | None = None
    arguments: tuple[str, ...] = ()
    #: Who holds the row itself, though not what this address shows of it.
    holds: str = ""

    def expected(self, who: str) -> int:
        for status, names in {self.status: self.opens, **self.more}.items():
            if who in names.split():
                return status
        return self.others

    def address(self, name: str, world: World | None, pk: UUID | None = None) -> str:
        given: list[Any] = [pk or getattr(world, self.about).pk] if self.about else []
        url, _colon, action = name.partition(":")
        return reverse(url, args=[*given, *self.arguments, *([action] if action else [])])


def get(opens: str, **more: Any) -> Row:
    return Row(opens, methods="GET", **more)


def post(opens: str, **more: Any) -> Row:
    return Row(opens, methods="POST", **more)


def of_case(opens: str, sees: str = "", **more: Any) -> Row:
    """Aïssatou's file: 404 for all but those who `sees` it without being allowed this."""
    return Row(opens, about="case", others=404, more={403: sees}, **more)


def of_referral(about: str, opens: str, sees: str = "", **more: Any) -> Row:
    return Row(opens, about=about, others=404, more={403: sees}, **more)


#: Who may see that a quality review of the unit is under way; Élisabeth carries it out.
REVIEWS = "bineta elisabeth ibrahima khady"


def of_review(opens: str, sees: str = "", **more: Any) -> Row:
    return Row(opens, about="review", others=404, more={403: sees}, **more)


def public(anonymous: int = 200, **more: Any) -> Row:
    return Row(ALL, anonymous=anonymous, **more)


INTAKE = "00000000-0000-4000-8000-000000000001"

ACCESS: dict[str, Row] = {
    "health-live": public(methods="GET"),
    "health-ready": public(methods="GET"),
    "csp-report": public(400, status=400, methods="POST"),
    # --- one's own account
    "account_login": public(status=302),
    "account_logout": public(302),
    "account_inactive": public(),
    "account_signup": public(status=302),
    "account_change_password": Row(ALL),
    "account_reset_password": public(),
    "account_reset_password_done": public(),
    "account_reset_password_from_key": public(arguments=("1", "unknown")),
    "account_reset_password_from_key_done": public(),
    "invitation": public(410, status=410, arguments=("unknown",)),
    "undertaking": Row(ALL, status=302),
    "set_language": public(302, status=302, methods="POST"),
    "session_keep": post(ALL, status=204),
    "draft_save": post(ALL, arguments=("intake", str(UUID(int=0)))),
    # --- what everybody reads
    "home": get(ALL),
    "notices": Row(ALL),
    "notice": Row("aissatou", about="notice", status=302, others=404),
    "directory": get(ALL),
    "national-unit": get(ALL),
    "directory-print": get(ALL),
    "directory-entry": get(ALL, about="organisation"),
    "entry-history": get("bineta ousmane ibrahima", about="organisation"),
    "agreement": Row(f"ibrahima {ADMIN}", about="organisation"),
    "entry-keep": get("ousmane ibrahima", about="organisation"),
    "entry-describe": Row("ousmane ibrahima", about="organisation"),
    "entry-site-new": Row("ousmane ibrahima", about="organisation"),
    "entry-service-new": Row("ousmane ibrahima", about="organisation"),
    "tasks": get(ALL),
    # --- what programs read; the public part needs no sign-in
    "hsds": public(methods="GET"),
    "hsds_openapi": public(methods="GET"),
    **{
        f"hsds_{name}": public() for name in ("services", "organizations", "locations", "taxonomies", "terms")
    },
    **{
        f"hsds_{name}": public(404, methods="GET", status=404, arguments=(INTAKE,))
        for name in ("service", "organization", "location", "taxonomy", "term", "nothing")
    },
    # --- files
    "cases": get("aissatou bineta daouda elisabeth fatou"),
    "case_new": get(WORKERS),
    "case_new_page": Row(WORKERS),
    # Whatever id one writes, one finds one's own draft or an empty intake: there is nobody else's to see.
    "intake": get(WORKERS, arguments=(INTAKE,)),
    "intake_topic": Row(WORKERS, arguments=(INTAKE, "danger")),
    "intake_check": Row(WORKERS, arguments=(INTAKE,)),
    "intake_drop": Row(WORKERS, arguments=(INTAKE,)),
    "case": of_case(UNIT, methods="GET"),
    "case_edit": of_case("aissatou", "bineta"),
    "case_reveal": of_case(UNIT, methods="POST"),
    "case_reading_end": of_case("", methods="POST"),  # of those who read for a time: nobody here does
    "case_looks": of_case(UNIT, methods="GET"),
    "case_print": of_case(UNIT, methods="GET"),
    "case_protect": of_case("aissatou", "bineta"),
    "case_close": of_case("bineta", "aissatou"),
    "case_assign": of_case("bineta", "aissatou"),
    "case_age": of_case("bineta", "aissatou"),  # the owner asks, a second person decides
    "case_take_in": Row(UNIT, about="report", others=404),
    "consent": of_case("aissatou", "bineta"),
    "consent_withdraw": of_case(UNIT),
    "consent_sheet": of_case(UNIT, methods="GET"),
    "guardians": of_case(UNIT, methods="GET"),
    "guardian_new": of_case("aissatou", "bineta"),
    "guardian_edit": Row("aissatou", about="guardian", others=404, more={403: "bineta"}),
    "guardian_standing": Row("aissatou", about="guardian", others=404, more={403: "bineta"}),
    "guardian_reason": post("bineta", about="guardian", others=404),
    "guardian_decide": Row("bineta", about="guardian", others=404),
    "case_keep_away": of_case(UNIT),
    "ground": of_case("aissatou", "bineta"),
    "ground_decide": Row("bineta", about="ground", others=404),
    "title": of_case("aissatou", "bineta"),
    "case_risk": of_case("aissatou", "bineta"),
    "case_reflection": of_case("aissatou", "bineta"),
    "case_grounds": of_case(UNIT),
    "attachment_add": of_case("aissatou", "bineta"),
    "attachment": Row(UNIT, about="attachment", others=404),
    "attachment_file": post(UNIT, about="attachment", others=404),
    "attachment_remove": Row("aissatou", about="attachment", others=404, more={403: "bineta"}),
    "case_screening": of_case("aissatou", "bineta"),
    "case_card": of_case("aissatou", "bineta"),
    "card_print": of_case("aissatou", "bineta", methods="GET"),
    "cards": Row(f"{SITTERS} ibrahima"),
    # --- the course of a case
    "case_status": of_case(UNIT),
    "plan": of_case(UNIT, methods="GET"),
    "plan_print": of_case(UNIT, methods="GET"),
    "plan_begin": of_case("aissatou", "bineta"),
    "plan_agree": of_case("aissatou", "bineta"),
    "goal_new": of_case("aissatou", "bineta"),
    "goal_change": Row("aissatou", about="goal", others=404, more={403: "bineta"}),
    "goal_end": Row("aissatou", about="goal", others=404, more={403: "bineta"}),
    "goal_reopen": Row("aissatou", about="goal", others=404, more={403: "bineta"}),
    "case_services": of_case(UNIT, methods="GET"),
    "case_solution": of_case("aissatou", "bineta"),
    "case_follow_up": of_case("aissatou", "bineta"),
    "case_follow": of_case("aissatou", "bineta"),
    "case_reactivate": of_case("aissatou", "bineta"),
    "case_redirect_out": of_case("bineta", "aissatou"),
    "case_close_ask": of_case("aissatou", "bineta"),
    "case_reopen": of_case("bineta", "aissatou"),
    "case_transfer": of_case("aissatou", "bineta"),
    "task_decide": Row("bineta", about="to_decide", others=404),
    "task_answer": get(UNIT, about="to_decide", others=404),
    "task_withdraw": Row("aissatou", about="to_decide", others=404, more={403: "bineta"}),
    "transfer": get(f"{UNIT} daouda elisabeth", about="transfer", others=404),
    "transfer_accept": Row("daouda elisabeth", about="transfer", others=404, more={403: UNIT}),
    "transfer_decline": Row("daouda elisabeth", about="transfer", others=404, more={403: UNIT}),
    "transfer_withdraw": Row(UNIT, about="transfer", others=404, more={403: "daouda elisabeth"}),
    "place_call_new": of_case("aissatou", "bineta"),
    "place_call": get(UNIT, about="call", others=404),
    "place_call_close": Row("aissatou", about="call", others=404, more={403: "bineta"}),
    "place_call_choose": Row("aissatou", about="offer", others=404, more={403: "bineta"}),
    "place_call_answer": Row("codou elisabeth", about="call", others=404, more={403: "daouda"}),
    "case_search": Row("aissatou bineta daouda elisabeth fatou"),
    "case_duplicates": of_case(UNIT),
    "duplicates": get("aissatou bineta daouda elisabeth fatou ibrahima"),
    "duplicate": Row("ibrahima", about="pair", others=404),
    "duplicate_undo": Row("ibrahima", about="linked", others=404),
    # --- what the person may ask about her or his data
    "case_rights": of_case(UNIT, methods="GET"),
    "request_new": of_case(UNIT),
    "request": Row(UNIT, about="request", others=404),
    "request_report": post(UNIT, about="request", others=404),
    "case_changes": of_case(UNIT),
    "case_hold": of_case("bineta habib", "aissatou"),
    "case_erasure": of_case(UNIT),
    "retention": get("bineta elisabeth fatou ibrahima"),
    "retention_edit": Row("ibrahima", arguments=("adult",)),
    "titles": get("habib"),
    "title_confirm": Row("habib", about="title", others=404),
    "case_justice": of_case(UNIT),
    "steps": get("habib"),
    "step_confirm": Row("habib", about="step", others=404),
    "step_strike": Row("aissatou", about="step", others=404, more={403: "bineta"}),
    "case_conferences": of_case(UNIT, methods="GET"),
    "conference_new": of_case("aissatou", "bineta"),
    "conference": get(UNIT, about="conference", others=404),
    "conference_print": get(UNIT, about="conference", others=404),
    "questions": get("ibrahima"),
    "question_add": Row("ibrahima"),
    "question_retire": Row("ibrahima", about="question"),
    "task_done": Row(UNIT, about="task", others=404),
    "task_delay": Row(UNIT, about="task", others=404),
    "task_assign": Row("bineta", about="task", others=404, more={403: "aissatou"}),
    "task_heard": get("ibrahima", about="heard", others=404),
    "objection": Row("bineta", about="objection", others=404),
    # --- figures
    "reports": get(f"{SITTERS} ibrahima lamine"),
    "report_organisation": get(SITTERS),
    "report_organisation_file": get(SITTERS, arguments=("xlsx",)),
    "report_sunday": Row("codou fatou ousmane"),
    "report_shelter_gap": get("ibrahima lamine"),
    "alerts": get("gora"),
    "alert_new": Row("gora"),
    # --- registers in, files out
    "imports": get("bineta elisabeth fatou"),
    "import_new": Row("bineta elisabeth fatou"),
    "import_template": get("bineta elisabeth fatou", arguments=("csv",)),
    "import": Row("bineta", about="batch", others=404),
    "import_end": Row("bineta", about="batch", others=404),
    "case_imported": Row(UNIT, about="imported", others=404),
    "exports": get("aissatou bineta daouda elisabeth fatou"),
    "export_new": Row("aissatou bineta daouda elisabeth fatou"),
    "export": Row(UNIT, about="export", others=404),
    "export_withdraw": Row("aissatou", about="export", others=404, more={403: "bineta"}),
    # Not yet approved, and so not yet there.
    "export_file": get("", about="export", others=404, holds=UNIT),
    # --- many persons at once
    "arrivals": get("aissatou bineta daouda elisabeth fatou"),
    "arrival_new": Row(WORKERS),
    "arrival": get(UNIT, about="arrival", others=404),
    "arrival_people": Row("aissatou", about="arrival", others=404, more={403: "bineta"}),
    "arrival_slips": get(UNIT, about="arrival", others=404),
    "arrival_refer": Row("aissatou", about="arrival", others=404, more={403: "bineta"}),
    "arrival_ground": Row("aissatou", about="arrival", others=404, more={403: "bineta"}),
    "arrival_grounds": Row("bineta", about="arrival", others=404),
    "group_referral": get(f"{UNIT} {CENTRE}", about="group", others=404),
    "group_acknowledge": of_referral("group", "codou elisabeth", f"{UNIT} daouda"),
    "group_answer": of_referral("group", "codou elisabeth", f"{UNIT} daouda"),
    # --- referrals
    "inbox": get(DESKS),
    "routing": get("ibrahima"),
    "supervision": get("bineta elisabeth fatou ibrahima khady"),
    "fingerprint": get("bineta elisabeth fatou khady"),
    "fingerprint_paper": get("bineta elisabeth fatou khady", status=302),
    "proof": get(f"bineta elisabeth fatou khady {ADMIN}"),
    "proof_script": get(f"bineta elisabeth fatou khady {ADMIN}"),
    # Nobody has signed anything here: back to the page, which says so.
    "proof_log": get(f"bineta elisabeth fatou khady {ADMIN}", status=302),
    # Somebody owns it.
    "case_in_hand": Row("", about="case", more={404: "ibrahima"}),
    "break_glass": get("bineta elisabeth fatou ibrahima khady"),
    # Of the file of the centre; judged not justified there, so that the national unit may lift what follows from it.
    "glass_review": get("elisabeth khady bineta ibrahima", about="glass", others=404),
    "glass_lift": get("bineta khady", about="glass", others=404, more={403: "elisabeth ibrahima"}),
    "reviews": get("aissatou bineta daouda elisabeth fatou ibrahima khady"),
    "review_draw": Row("bineta elisabeth fatou ibrahima khady"),
    # The worker whose files they are finds nothing before the end.
    "review": of_review(REVIEWS, methods="GET"),
    "review_check": of_review(REVIEWS, methods="GET"),
    "review_name": of_review("bineta ibrahima", "elisabeth khady"),
    "review_open": of_review("elisabeth", "bineta ibrahima khady"),
    "review_conclude": of_review("elisabeth", "bineta ibrahima khady"),
    "review_verify": of_review(REVIEWS),
    # Not yet concluded, and so not yet there.
    "review_paper": of_review("", methods="GET", holds=REVIEWS),
    "review_take": Row("khady", about="conformity", others=404, more={403: "ibrahima"}),
    "review_accept": Row("khady", about="conformity", others=404, more={403: "ibrahima"}),
    "review_file": Row(REVIEWS, about="drawn_file", others=404),
    "review_finding": Row("elisabeth", about="drawn_file", others=404, more={403: "bineta ibrahima khady"}),
    "review_action": Row("elisabeth khady", about="correction", others=404, more={403: "bineta ibrahima"}),
    "supervised_files": get("bineta elisabeth fatou khady"),
    "supervised_file": Row(
        "bineta khady", about="case", others=403, more={404: "elisabeth fatou"}, methods="GET"
    ),
    "supervised_file_print": Row(
        "bineta khady", about="case", others=403, more={404: "elisabeth fatou"}, methods="GET"
    ),
    "supervised_file_looks": Row(
        "bineta khady", about="case", others=403, more={404: "elisabeth fatou"}, methods="GET"
    ),
    "supervised_people": get("bineta elisabeth fatou khady"),
    "supervised_person": Row(
        "elisabeth khady", about="colleague", others=403, more={404: "bineta fatou"}, methods="GET"
    ),
    "unusual_access": get("bineta elisabeth fatou khady"),
    # No finding of that key.
    "unusual_finding": Row("", arguments=(INTAKE,), more={404: "bineta elisabeth fatou khady"}),
    "monitor": get(""),
    "monitored_file": get("", arguments=("AAAAAAAAAA",)),
    "lost_loops": get("bineta elisabeth fatou ibrahima"),
    "answers": get("bineta elisabeth fatou ibrahima"),
    "referrals": get(SITTERS),
    "case_refer": of_case("aissatou", "bineta"),
    "referral": of_referral("sent", f"{UNIT} {CENTRE}", methods="GET"),
    "referral_check": of_referral("draft", "aissatou", "bineta"),
    "referral_questions": of_referral("draft", "aissatou", "bineta"),
    "referral_shared": of_referral("accepted", CENTRE, UNIT, methods="GET"),
    "referral_extract": of_referral("ended", CENTRE, methods="GET", holds=UNIT),
    "referral_departure": of_referral("ended", CENTRE),
    "referral_print": of_referral("accepted", UNIT, CENTRE, methods="GET"),
    "referral_act:send": of_referral("draft", "aissatou", "bineta"),
    "referral_act:acknowledge": of_referral("sent", "codou elisabeth", f"{UNIT} daouda"),
    "referral_act:request_info": of_referral("acknowledged", "codou elisabeth", f"{UNIT} daouda"),
    "referral_act:answer": of_referral("info_requested", "aissatou", f"bineta {CENTRE}"),
    "referral_act:accept": of_referral("sent", "codou elisabeth", f"{UNIT} daouda"),
    "referral_act:decline": of_referral("sent", "codou elisabeth", f"{UNIT} daouda"),
    "referral_act:put_on_list": of_referral("acknowledged", "codou elisabeth", f"{UNIT} daouda"),
    "referral_act:step_back": of_referral("accepted", "codou elisabeth", f"{UNIT} daouda"),
    "referral_act:start": of_referral("accepted", "codou daouda", f"{UNIT} elisabeth"),
    "referral_act:no_show": of_referral("accepted", "codou daouda", f"{UNIT} elisabeth"),
    "referral_act:resume": of_referral("no_show", "codou daouda", f"{UNIT} elisabeth"),
    "referral_act:review": of_referral("in_service", "codou daouda", f"{UNIT} elisabeth"),
    "referral_act:complete": of_referral("in_service", "codou daouda", f"{UNIT} elisabeth"),
    "referral_act:propose_onward": of_referral("in_service", "codou daouda", f"{UNIT} elisabeth"),
    "referral_act:withdraw": of_referral("sent", UNIT, CENTRE),
    "referral_act:redirect": of_referral("declined", "aissatou ibrahima", "bineta"),
    "referral_act:record_telephone_answer": of_referral("sent", UNIT, CENTRE),
    "referral_act:write": of_referral("accepted", f"aissatou {CENTRE}", "bineta"),
    # --- the way to the centre
    "trip_plan": of_referral("accepted", f"aissatou {CENTRE}", "bineta"),
    "trip": of_referral("trip", f"{UNIT} {CENTRE}", methods="GET"),
    "trip_words": of_referral("trip", f"{UNIT} {CENTRE}", methods="GET"),
    "trip_handover": of_referral("trip", f"{UNIT} {CENTRE}", methods="GET"),
    # The escort alone, whoever else may see the trip.
    "trip_address": of_referral("trip", "aissatou", holds=f"bineta {CENTRE}"),
    "trip_change": of_referral("trip", f"aissatou {CENTRE}", "bineta"),
    "trip_depart": of_referral("trip", f"aissatou {CENTRE}", "bineta"),
    "trip_night": of_referral("trip", f"aissatou {CENTRE}", "bineta"),
    "trip_break_off": of_referral("trip", f"aissatou {CENTRE}", "bineta"),
    "trip_release": of_referral("trip", "codou elisabeth", f"{UNIT} daouda"),
    "trip_take_back": of_referral("trip", "codou elisabeth", f"{UNIT} daouda", methods="POST", status=302),
    # --- what national coordination sets
    "consent_texts": get("ibrahima"),
    "consent_text": Row("ibrahima", about="consent_text"),
    "consent_text_validate": Row("ibrahima", about="consent_text"),
    "terms": get("ibrahima"),
    "clock": get("ibrahima", arguments=("decide",)),
    "term_add": Row("ibrahima", arguments=("decide",)),
    "term_edit": Row("ibrahima", about="term"),
    "term_remove": Row("ibrahima", about="term"),
    "routing_rules": get("ibrahima"),
    "routing_rule_add": Row("ibrahima"),
    "routing_rule_edit": Row("ibrahima", about="rule"),
    "routing_rule_remove": Row("ibrahima", about="rule"),
    "empty_desks": get("ibrahima"),
    "desk_move": Row("ibrahima", about="organisation"),
    "holidays": get("ibrahima"),
    "holiday_add": Row("ibrahima"),
    "holiday_propose": Row("ibrahima", arguments=("2027",)),
    "holiday_edit": Row("ibrahima", about="holiday"),
    "holiday_remove": Row("ibrahima", about="holiday"),
    # --- what a desk says of itself
    "places": get(DESKS),
    "places-new": Row(DESKS),
    "places-edit": Row("codou elisabeth", about="places", more={404: "bineta fatou ousmane"}),
    "places-confirm": post("codou elisabeth", status=302, about="places", more={404: "bineta fatou ousmane"}),
    "places-full": post("codou elisabeth", status=302, about="places", more={404: "bineta fatou ousmane"}),
    "places-full-undo": post(
        "codou elisabeth", status=302, about="places", more={404: "bineta fatou ousmane"}
    ),
    "places-headcount": Row(DESKS),
    "places-national": get("ibrahima"),
    "walk-in-new": Row("codou elisabeth", about="places", more={404: "bineta fatou ousmane"}),
    "walk-in": get("codou elisabeth", about="walk_in", more={404: "bineta fatou ousmane"}),
    "walk-in-left": post("codou elisabeth", status=302, about="walk_in", more={404: "bineta fatou ousmane"}),
    "walk-in-mistake": post(
        "codou elisabeth", status=302, about="walk_in", more={404: "bineta fatou ousmane"}
    ),
    "walk-in-move": Row("codou elisabeth", about="walk_in", more={404: "bineta fatou ousmane"}),
    "walk-in-referred": Row("codou elisabeth", about="walk_in", more={404: "bineta fatou ousmane"}),
    "stay-move": of_referral("in_service", CENTRE, UNIT),
    "stay-leave": of_referral("in_service", CENTRE, UNIT),
    "offering": get(f"{DESKS} ibrahima"),
    "offering-assure": post(DESKS, status=302),
    "site-new": Row(f"{DESKS} ibrahima"),
    "site-edit": Row("codou elisabeth ibrahima", about="site", more={404: "bineta fatou ousmane"}),
    "site-reveal": post("codou elisabeth", about="site", more={404: "bineta fatou ousmane"}),
    "service-new": Row(f"{DESKS} ibrahima"),
    "service-edit": Row("codou elisabeth ibrahima", about="service", more={404: "bineta fatou ousmane"}),
    # --- the duty, and who stands in
    "duty": get(f"{DESKS} ibrahima"),
    "duty_add": Row("bineta elisabeth fatou ibrahima"),
    "duty_take": post(f"{DESKS} ibrahima", status=302),
    "duty_hand_over": Row(f"{DESKS} ibrahima"),
    "duty_remove": Row("elisabeth", about="shift", more={404: "bineta fatou ibrahima"}),
    "cover": get("bineta elisabeth fatou"),
    "cover_absence": Row("elisabeth", about="colleague", more={404: "bineta fatou"}),
    "cover_move": Row("elisabeth", about="colleague", more={404: "bineta fatou"}),
    "absence_end": Row("elisabeth", about="absence", more={404: "bineta fatou"}),
    # --- the administrator
    "people": get(ADMIN),
    "person-invite": Row(ADMIN),
    "person": get(ADMIN, about="somebody"),
    "role-add": Row(ADMIN, about="somebody"),
    "person-deactivate": Row(ADMIN, about="somebody"),
    "role-end": Row(ADMIN, about="membership"),
    "role-region": Row(ADMIN, about="audits"),
    "invitation-revoke": Row(ADMIN, about="invitation"),
    "organisations": get(ADMIN),
    "organisation-new": Row(ADMIN),
    "organisation": Row(ADMIN, about="organisation"),
    "organisation-suspend": Row(f"ibrahima {ADMIN}", about="organisation"),
    "organisation-reinstate": Row(f"ibrahima {ADMIN}", about="organisation"),
    "regions": get(ADMIN),
    "region": Row(ADMIN, about="region"),
    "tokens": get(f"{ADMIN} ibrahima"),
    "token-new": Row(f"{ADMIN} ibrahima"),
    "token-revoke": Row(f"{ADMIN} ibrahima", about="token"),
    "codes": get(ADMIN),
    "code-list": get(ADMIN, arguments=("service",)),
    "code-add": Row(ADMIN, arguments=("service",)),
    "code-edit": Row(ADMIN, about="code"),
    "code-retire": Row(ADMIN, about="code"),
    "code-restore": Row(ADMIN, about="code"),
    "paper": Row(SITTERS),
    "duty_sheet": get(SITTERS),
    "paper_pad": get(SITTERS, arguments=("00000000-0000-4000-8000-000000000000",), status=404),
    "channels": Row(ALL),
    # A machine shows a token; whoever does not finds nothing.
    "gateway_reply": post("", others=404, anonymous=404),
    "worker": get(ADMIN),
    # Nothing failed in this world: who may, finds nothing.
    "job_retry": post(ADMIN, arguments=("1",), status=404),
    "delivery_retry": post(ADMIN, arguments=("1",), status=404),
    # --- orders of justice, complaints, incidents
    "case_orders": of_case("aissatou bineta", methods="GET"),
    "order_new": of_case("aissatou bineta"),
    "orders": get("bineta elisabeth fatou khady"),
    "verbal_new": Row(ALL),
    "verbal": get("codou elisabeth", about="demand", others=404),
    "order": get("aissatou bineta", about="order", others=404),
    "order_check": Row("bineta", about="order", others=404, more={403: "aissatou"}),
    "order_make": Row("aissatou bineta", about="granted", others=404),
    # Made by the owner, who alone opens it.
    "order_extract": post("aissatou", about="made", others=404, holds="bineta"),
    "complaints": Row("khady", others=404),
    "complaint_new": Row(ALL),
    "complaint_sheet": get(ALL),
    "complaint_desk": Row(f"ibrahima {ADMIN}"),
    "complaint": Row("khady", about="complaint", others=404),
    "incidents": get(f"bineta elisabeth fatou ibrahima khady {ADMIN}"),
    "incident_new": Row(f"bineta elisabeth fatou ibrahima {ADMIN}"),
    "incident": Row("bineta elisabeth ibrahima khady", about="incident", more={404: f"fatou {ADMIN}"}),
    "incident_close": Row("bineta ibrahima", about="incident", more={404: f"fatou {ADMIN}"}),
    "cdp": get("bineta elisabeth fatou khady"),
    "cdp_file": get("bineta elisabeth fatou khady", arguments=("pdf", "fr")),
}
