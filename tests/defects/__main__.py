"""`make test-defects`: plants each defect and prints which test turns red; one that stays green fails the run.

Names of defects as arguments narrow it. Ends with 1 when a defect was not noticed, or when the tests are not green without any.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.defects.defect import nodes
from tests.defects.runner import ALL_PASSED, Outcome, copy_tree, run_tests, try_defect
from tests.defects.table import DEFECTS

WIDTH = max(len(defect.name) for defect in DEFECTS)


def main(names: Sequence[str]) -> int:
    """Run it; returns the status of the process."""
    chosen = [defect for defect in DEFECTS if not names or defect.name in names]
    with tempfile.TemporaryDirectory(prefix="xueji-defects-") as folder:
        copy = copy_tree(Path(folder) / "tree")
        sound = run_tests(copy, nodes(chosen))
        if sound.status != ALL_PASSED:
            _say(sound.output)
            _say("The tests are not green without a defect; nothing was planted.")
            return 1
        _say(f"Without a defect: {len(nodes(chosen))} tests green in {sound.seconds:.0f} s\n")
        outcomes = [_told(try_defect(copy, defect)) for defect in chosen]
    green = [outcome.defect.name for outcome in outcomes if not outcome.is_noticed]
    seconds = sum(outcome.seconds for outcome in outcomes)
    _say(f"\n{len(outcomes)} defects planted, {len(outcomes) - len(green)} noticed, {seconds:.0f} s")
    if green:
        _say(f"Not noticed: {', '.join(green)}")
    return 1 if green or not outcomes else 0


def _told(outcome: Outcome) -> Outcome:
    noticed = " ".join(outcome.red) if outcome.is_noticed else f"NOT NOTICED: {outcome.reason}"
    _say(f"{outcome.defect.name:{WIDTH}}  {outcome.seconds:4.1f} s  {noticed}")
    return outcome


def _say(line: str) -> None:
    """At once, since a run takes minutes."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
