"""Figures that tests tell beside their verdicts: kills and losses, what the matrix tried.

They travel with the reports, so that those of a parallel run's workers stand together at its end too.
"""

from collections.abc import Callable

import pytest

FIGURE = "figure"


@pytest.fixture
def say(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Tells a figure of the test's."""

    def out(text: str) -> None:
        request.node.user_properties.append((FIGURE, text))

    return out


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was told."""
    reports = [report for group in terminalreporter.stats.values() for report in group if getattr(report, "when", "") == "call"]
    told = [text for report in reports for name, text in report.user_properties if name == FIGURE]
    if told:
        terminalreporter.section("figures")
        for text in sorted(told):
            terminalreporter.write_line(text)
