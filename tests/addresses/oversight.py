"""Supervision, reviews, figures, orders, complaints, incidents."""

from tests.addresses.rows import ADMIN, ALL, INTAKE, REVIEWS, SITTERS, Row, get, of_case, of_review, post

ROWS: dict[str, Row] = {
    # --- figures
    "reports": get(f"{SITTERS} ibrahima lamine"),
    "report_organisation": get(SITTERS),
    "report_organisation_file": get(SITTERS, arguments=("xlsx",)),
    "report_sunday": Row("codou fatou ousmane"),
    "report_shelter_gap": get("ibrahima lamine"),
    "alerts": get("gora"),
    "alert_new": Row("gora"),
    # --- supervision
    "supervision": get("bineta elisabeth fatou ibrahima khady"),
    "fingerprint": get("bineta elisabeth fatou khady"),
    "fingerprint_paper": get("bineta elisabeth fatou khady", status=302),
    "proof": get(f"bineta elisabeth fatou khady {ADMIN}"),
    "proof_script": get(f"bineta elisabeth fatou khady {ADMIN}"),
    # Nobody has signed anything here: back to the page, which says so.
    "proof_log": get(f"bineta elisabeth fatou khady {ADMIN}", status=302),
    # Somebody owns it.
    "case_in_hand": Row("", about="case", more={404: "ibrahima"}),
    "break_glass": Row("bineta elisabeth fatou ibrahima khady"),
    # Of the file of the centre; judged not justified there, so that the national unit may lift what follows from it.
    "glass_review": Row("elisabeth khady bineta ibrahima", about="glass", others=404),
    "glass_lift": Row("bineta khady", about="glass", others=404, more={403: "elisabeth ibrahima"}),
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
