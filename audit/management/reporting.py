"""How does an act that verifies tell what it found?"""

from collections.abc import Callable

from django.core.management.base import CommandError, OutputWrapper
from django.utils import translation

from audit.verification.report import Progress, Report
from audit.verifying import write_down
from audit.work import at_work


def told(out: OutputWrapper, ask: Callable[[Progress], Report]) -> None:
    """Asks, writes the answer down and says it. Raises CommandError, so that the exit code tells of what was found."""
    with at_work():
        report = ask(lambda count: out.write(f"… {count}"))
        write_down(report, by="command")
    for remark in report.remarks:
        out.write(remark)
    with translation.override("en"):  # as all that the commands say
        for fault in report.faults:
            out.write(str(fault))
    counted = (
        ", ".join(f"{count} {what}" for what, count in sorted(report.checked.items())) or "nothing there"
    )
    if report.found:
        raise CommandError(f"{report.act}: {report.found} faults ({counted}).")
    out.write(f"{report.act}: nothing is wrong ({counted}).")
