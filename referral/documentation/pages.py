"""docs/lifecycle: a page and a picture for each machine, from lifecycle.py, policy.py and deadlines.py."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from django.utils import translation

from referral import lifecycle, policy
from referral.course import TransferAction, TransferState
from referral.deadlines import ARRIVAL_GRACE, DECIDE_STANDARD_WORKING_DAYS, due_at
from referral.documentation.drawing import Arrow, Picture
from referral.enums import Action, CaseAction, CaseState, Machine, State, TitleAction, TitleState, Urgency
from referral.place_calls import CallAction, CallState, OfferAction, OfferState
from referral.trips import TripAction, TripState

NOTICE = "<!-- Made by `manage.py lifecycle_pages` from referral/lifecycle.py: change the table, not this page. -->"
AnyState = State | CaseState | TitleState | TransferState | TripState | CallState | OfferState
AnyAction = Action | CaseAction | TitleAction | TransferAction | TripAction | CallAction | OfferAction
STATES: Mapping[Machine, type[AnyState]] = {
    Machine.REFERRAL: State, Machine.CASE: CaseState, Machine.TITLE: TitleState, Machine.TRANSFER: TransferState,
    Machine.TRIP: TripState, Machine.CALL: CallState, Machine.OFFER: OfferState,
}  # fmt: skip
ACTIONS: Mapping[Machine, type[AnyAction]] = {
    Machine.REFERRAL: Action, Machine.CASE: CaseAction, Machine.TITLE: TitleAction, Machine.TRANSFER: TransferAction,
    Machine.TRIP: TripAction, Machine.CALL: CallAction, Machine.OFFER: OfferAction,
}  # fmt: skip
#: A move from more states than this is a note in the picture: its arrows would hide the others.
MOST_ARROWS = 3


def pages() -> dict[str, str]:
    """The files of docs/lifecycle by name, as they should be."""
    with translation.override("en"):
        made = {"README.md": _index()}
        for machine in Machine:
            made[f"{machine}.md"] = _page(machine)
            made[f"{machine}.svg"] = picture(machine).svg()
    return made


def picture(machine: Machine) -> Picture:
    moves = [move for move in lifecycle.MOVES[machine] if move.target is not None]
    arrows = [
        Arrow(source, str(move.target), str(move.action))
        for move in moves if len(move.sources) <= MOST_ARROWS
        for source in _in_order(machine, move.sources)
    ]  # fmt: skip
    return Picture(
        title=f"{machine.label}: states and moves",
        names={state.value: str(state.label) for state in STATES[machine]},
        arrows=arrows,
        notes={
            str(move.target): f"{move.action}: from any open state"
            for move in moves
            if len(move.sources) > MOST_ARROWS
        },
        ends=frozenset(STATES[machine]) - {source for move in moves for source in move.sources},
    )


def _index() -> str:
    links = [f"- [{machine.label}]({machine}.md)" for machine in Machine]
    return _joined(
        [
            NOTICE,
            "# Lifecycles",
            "What may happen, in which order. One table each, in `referral/lifecycle.py`.",
            "\n".join(links),
        ]
    )


def _page(machine: Machine) -> str:
    return _joined(
        [
            NOTICE,
            f"# {machine.label}",
            f"![{machine.label}: states and moves]({machine}.svg)",
            "## States",
            _states_of_referral() if machine == Machine.REFERRAL else _states(machine),
            "## Moves",
            _moves(machine),
        ]
    )


def _states(machine: Machine) -> str:
    rows = [(state.label, f"`{state}`", _french(state)) for state in STATES[machine]]
    return _table(("State", "Code", "On screen in French"), rows)


def _states_of_referral() -> str:
    rows = []
    for state in State:
        standing = lifecycle.STANDING[state]
        step = Action(standing.next_step).label if standing.next_step else "–"
        rows.append((state.label, f"`{state}`", _french(state), standing.holder.label, step, _due(state)))
    return _table(("State", "Code", "On screen in French", "Holder", "Next step", "Due"), rows)


def _due(state: State) -> str:
    """The deadline by urgency, said once where it is the same for all."""
    at = datetime(2026, 1, 5, 9, tzinfo=UTC)  # a Monday
    if state == State.ACCEPTED:
        return f"expected arrival + {_duration(ARRIVAL_GRACE)}"
    ends = {urgency: due_at(state, urgency=urgency, at=at) for urgency in Urgency}
    said = {}
    for urgency, end in ends.items():
        if end is None:
            return "–"
        said[urgency] = _duration(end - at)
    if state == State.ACKNOWLEDGED:
        said[Urgency.STANDARD] = f"{DECIDE_STANDARD_WORKING_DAYS} working days"
    if len(set(said.values())) == 1:
        return said[Urgency.STANDARD]
    return ", ".join(f"{urgency} {words}" for urgency, words in said.items())


def _moves(machine: Machine) -> str:
    who = machine == Machine.REFERRAL
    heads = ["Move", "Code", "From", "To", *(["Who"] if who else []), "Only if"]
    rows = []
    for move in lifecycle.MOVES[machine]:
        states = STATES[machine]
        sources = ", ".join(str(states(source).label) for source in _in_order(machine, move.sources))
        target = states(move.target).label if move.target else "stays"
        guards = "<br>".join(_condition(guard) for guard in move.guards) or "–"
        row = [ACTIONS[machine](move.action).label, f"`{move.action}`", sources, target]
        rows.append([*row, *([_who(move.action)] if who else []), guards])
    return _table(heads, rows)


def _condition(guard: lifecycle.Guard) -> str:
    """The guard, and the sentence that the user reads where it does not hold."""
    return f"`{guard.name}`: “{guard.sentence}”"


def _who(action: str) -> str:
    rules = policy.MATRIX[action]
    if not rules:
        return "the system"
    return "<br>".join(f"{side.label}: {rule.__name__.replace('_', ' ')}" for side, rule in rules.items())


def _in_order(machine: Machine, sources: Iterable[str]) -> list[str]:
    """As the states are declared: a set has no order of its own."""
    return [state.value for state in STATES[machine] if state in set(sources)]


def _french(state: AnyState) -> str:
    with translation.override("fr"):
        return str(state.label)


def _duration(span: timedelta) -> str:
    hours = int(span.total_seconds() // 3600)
    return f"{hours // 24} d" if hours % 24 == 0 and hours > 72 else f"{hours} h"


def _table(heads: Iterable[object], rows: Iterable[Iterable[object]]) -> str:
    lines = [list(heads), *rows]
    text = ["| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines]
    return "\n".join([text[0], "|" + " --- |" * len(lines[0]), *text[1:]])  # type: ignore[arg-type]


def _joined(parts: Iterable[str]) -> str:
    return "\n\n".join(parts) + "\n"
