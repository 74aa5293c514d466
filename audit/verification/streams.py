"""Are all the events there that a process wrote apart from any change? Each has the next number of its process."""

from audit.verification.reading import one_moment, stream
from audit.verification.report import Fault, Kind, Progress, Report, silent

STEP = 100_000
#: A process begins another stream when nobody knows whether its last events were stored: every stream starts at 1.
NUMBERS = """
SELECT stream_id, stream_n, seq,
    lag(stream_n, 1, 0::bigint) OVER numbers, lag(seq, 1, 0::bigint) OVER numbers
FROM audit_event WHERE stream_id IS NOT NULL
WINDOW numbers AS (PARTITION BY stream_id ORDER BY stream_n)
"""


def verify_streams(tell: Progress = silent) -> Report:
    """Names every number that is missing. The end of a stream is held by the tree alone: no number tells of it."""
    report = Report("streams")
    with one_moment():
        for stream_id, number, seq, number_before, seq_before in stream(NUMBERS):
            report.checked["events"] += 1
            report.checked["streams"] += number_before == 0
            if number != number_before + 1:
                report.add(Fault(Kind.STREAM_GAP, f"{stream_id} {_span(number_before + 1, number - 1)}"))
            if seq < seq_before:
                report.add(Fault(Kind.STREAM_DISORDER, f"{stream_id} number {number}, event {seq}"))
            if report.checked["events"] % STEP == 0:
                tell(report.checked["events"])
    return report


def _span(first: int, last: int) -> str:
    return f"number {first}" if first == last else f"numbers {first} to {last}"
