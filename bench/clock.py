"""One pass of the clock at 10,000 and 100,000 open referrals, and the inbox while it runs.

On copies of the seeded databases in which every referral is open and its deadline has climbed what it should have: a
round acts, so a copy is thrown away afterwards.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench.site import SIZES, Site, copied, serving
from config.connections import administrator, databases
from config.database import Server

QUIET_ROUNDS = 7
PAGES = 40
WARM = 4

MOST_GROWTH = 10.0  # as the data
#: Beside the clock, of what it costs beside any process that works: two share one machine's caches.
MOST_OF_INBOX = 1.15

#: Everything that ended was never ended; half of what waits for an answer waits for the first one.
OPEN_AGAIN = """
UPDATE referral_referral SET ended_at = NULL, due_at = relais_now(),
    outcome = '', decline_reason = '', withdraw_reason = '',
    state = CASE WHEN state = 'completed' THEN 'in_service' ELSE 'sent' END
WHERE state IN ('completed', 'declined', 'expired') OR (state = 'withdrawn' AND sent_at IS NOT NULL AND basis <> '')
"""
#: Nothing is due: nine of ten have not reached half of their time, the others a little more, which was said.
EARLY = """
UPDATE referral_referral SET state_since = relais_now() - length * share, due_at = relais_now() + length * (1 - share),
    due_since = NULL, quiet_until = NULL
FROM (SELECT id AS pk, interval '20 days' AS length,
             CASE WHEN seq % 10 = 0 THEN 0.55 ELSE 0.05 + 0.4 * random() END AS share FROM referral_referral) drawn
WHERE id = pk AND ended_at IS NULL
"""
SAID = """
INSERT INTO referral_rung (id, watched, object_id, case_id, referral_id, due_at, number, reached_at, told)
SELECT gen_random_uuid(), 'referral', id, case_id, id, due_at, 1, relais_now() - interval '1 day', 1
FROM referral_referral WHERE ended_at IS NULL AND seq % 10 = 0
"""
#: Nothing else asks for anybody: grown-ups, assessed today, arrived yesterday, without an emergency.
HEALTHY = """
UPDATE referral_person SET age_status = 'adult', age_band = '21-29';
UPDATE referral_case SET risk_assessed_at = relais_now();
UPDATE referral_referral SET is_child = false, tell_back = false,
    urgency = CASE urgency WHEN 'emergency' THEN 'urgent' ELSE urgency END,
    started_at = CASE WHEN started_at IS NOT NULL THEN relais_now() - interval '1 day' END
"""
FOLLOW = """
UPDATE referral_referralgrant g SET state = r.state, due_at = r.due_at
FROM referral_referral r WHERE r.id = g.content_object_id
"""
#: One of a hundred has reached half of its time since.
ONE_OF_A_HUNDRED = """
UPDATE referral_referral SET state_since = relais_now() - interval '11 days', due_at = relais_now() + interval '9 days'
WHERE state IN ('sent', 'acknowledged') AND seq % 10 <> 0 AND seq IN (
    SELECT seq FROM referral_referral WHERE state IN ('sent', 'acknowledged') AND seq % 10 <> 0
    ORDER BY hashtext(seq::text) LIMIT (SELECT count(*) / 100 FROM referral_referral WHERE ended_at IS NULL))
"""


def run(state: Path, server: Server) -> list[str]:
    """Prints what it found. Gives the targets that were missed."""
    found = []
    for size in SIZES:
        with copied(state, size, "open") as name, ExitStack() as stack:
            change(state, name, OPEN_AGAIN, EARLY, SAID, HEALTHY, FOLLOW)
            clock, inbox = (stack.enter_context(serving(state, server, size, name)) for _ in range(2))
            found.append(measure(state, name, clock, inbox))
    return report(found)


def change(state: Path, name: str, *statements: str) -> None:
    """By the superuser, without the triggers that ask for a history row."""
    with administrator(databases("", state)["default"], embedded=True, dbname=name) as connection:
        connection.execute("SET session_replication_role = replica; SET statement_timeout = 0")
        for statement in statements:
            connection.execute(statement)
        connection.execute("VACUUM ANALYZE")


def measure(state: Path, name: str, clock: Site, inbox: Site) -> dict[str, dict[str, float]]:
    """Of each rule: milliseconds of a round with nothing to do, its statements, and one with something to do."""
    clock.ask("round")  # loads what is loaded once
    quiet = [clock.ask("round") for _ in range(QUIET_ROUNDS)]
    costs: dict[str, list[float]] = {"alone": [], "spin": [], "round": []}
    for number in range(WARM + PAGES):
        for beside, cost in costs.items():
            if beside != "alone":
                clock.begin(beside)
            page = inbox.ask("inbox")
            if beside != "alone":
                clock.answer()
            if number >= WARM:
                cost.append(page)
    change(state, name, ONE_OF_A_HUNDRED)
    busy = clock.ask("round")
    rules = {
        rule: {
            "quiet": median(each[rule]["seconds"] for each in quiet) * 1000,
            "statements": median(each[rule]["statements"] for each in quiet),
            "acted_quiet": max(each[rule]["acted"] for each in quiet),
            "busy": busy[rule]["seconds"] * 1000,
            "acted": busy[rule]["acted"],
        }
        for rule in busy
    }
    whole = {
        key: sum(rule[key] for rule in rules.values())
        for key in ("quiet", "statements", "acted_quiet", "busy", "acted")
    }
    return rules | {"whole round": whole, "inbox": {key: median(cost) * 1000 for key, cost in costs.items()}}


def report(found: Sequence[dict[str, dict[str, float]]]) -> list[str]:
    small, large = found
    print(
        f"\n{'clock, ms a round':24}{'nothing due':>24}{'one in 100 due':>24}{'acted':>16}{'statements':>12}"
    )
    for rule in large:
        if rule != "inbox":
            values = [f"{site[rule][key]:>12,.0f}" for key in ("quiet", "busy") for site in found]
            acted = "".join(f"{site[rule]['acted']:>8,.0f}" for site in found)
            print(f"{rule:24}{''.join(values)}{acted}{large[rule]['statements']:>12.0f}")
    grown = {key: large["whole round"][key] / small["whole round"][key] for key in ("quiet", "busy")}
    print(f"{'growth':24}{grown['quiet']:>24.1f}{grown['busy']:>24.1f}   <= {MOST_GROWTH:.0f}")
    for key, words in (("alone", "alone"), ("spin", "beside a busy process"), ("round", "beside the clock")):
        pages = [site["inbox"][key] for site in found]
        print(f"inbox {words:26}{''.join(f'{page:>12.1f}' for page in pages)}")
    ratios = [site["inbox"]["round"] / site["inbox"]["spin"] for site in found]
    print(f"{'clock / busy process':32}{''.join(f'{ratio:>12.2f}' for ratio in ratios)}   <= {MOST_OF_INBOX}")
    return [
        sentence
        for sentence, held in (
            ("a round acted where nothing was due", large["whole round"]["acted_quiet"] == 0),
            ("a round found nothing where something was due", large["whole round"]["acted"] > 0),
            (
                "the statements of a round grow with the data",
                all(small[rule].get("statements") == large[rule].get("statements") for rule in large),
            ),
            ("the clock grows faster than the data", max(grown.values()) <= MOST_GROWTH),
            (
                f"the inbox costs more than {MOST_OF_INBOX} x while the clock runs",
                max(ratios) <= MOST_OF_INBOX,
            ),
        )
        if not held
    ]
