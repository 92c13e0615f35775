"""The tables of the accuracy report: rates with their sizes and intervals, beside the aims.

Lives here: adding up and printing. A rate of few cases says little, so each stands with the interval it may truly lie in (Wilson, 95 %).
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from benchmarks.accuracy.score import Score, Verdict

Z = 1.96
NUMBERS = ("id_no", "student_no")
AIMS = {"id_no": 99.5, "student_no": 99.5, "name": 99.0, "birth_on": 98.0, "issued_on": 98.0, "issuer": 98.0}
AIM_CER, AIM_KIND, AIM_UPRIGHT, AIM_SEAL, AIM_RING, AIM_BLANK = 0.4, 98.0, 99.5, 98.0, 95.0, 99.0


def interval(hits: int, tries: int) -> tuple[float, float]:
    """Between what and what the rate may truly lie, in percent."""
    if not tries:
        return 0.0, 100.0
    share, spread = hits / tries, Z * Z / tries
    middle = (share + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * math.sqrt(share * (1 - share) / tries + spread / (4 * tries))
    return max(0.0, 100 * (middle - half)), min(100.0, 100 * (middle + half))


def rate(label: str, hits: int, tries: int, aim: float | None = None) -> str:
    """A line of the table."""
    if not tries:
        return f"{label:28}       0"
    low, high = interval(hits, tries)
    wanted = f"   aim {aim:g} %" if aim is not None else ""
    return f"{label:28}{tries:8}{100 * hits / tries:9.2f} %   {low:6.2f} to {high:6.2f}{wanted}"


def cer(lines: Iterable[tuple[int, int]]) -> tuple[int, float]:
    """Characters, and wrong ones in percent."""
    pairs = list(lines)
    characters = sum(count for count, _ in pairs)
    return characters, 100 * sum(wrong for _, wrong in pairs) / characters if characters else 0.0


def summary(scores: Sequence[Score]) -> Iterable[str]:
    """The lines over all papers."""
    printed, written = ([line for one in scores for line in getattr(one, kind)] for kind in ("printed", "written"))
    for label, lines in (("print", printed), ("hand", written), ("both", [*printed, *written])):
        characters, wrong = cer(lines)
        yield f"line error rate, {label:11}{characters:8}{wrong:9.2f} %" + (f"   aim {AIM_CER} %" if label == "both" else "")
    told = [one for one in scores if one.truth.says_kind]
    yield rate("kind", sum(one.kind == one.truth.kind for one in told), len(told), AIM_KIND)
    yield rate("kind wrong while sure", sum(one.kind_sure and one.kind != one.truth.kind for one in told), len(told), 0)
    upright = [turn for one in scores for turn in one.upright]
    yield rate("upright", sum(upright), len(upright), AIM_UPRIGHT)
    blank = [pair for one in scores for pair in one.blank]
    yield rate("blank seen", sum(seen for is_blank, seen in blank if is_blank), sum(is_blank for is_blank, _ in blank), AIM_BLANK)
    yield rate("written called blank", sum(seen for is_blank, seen in blank if not is_blank), sum(not one for one, _ in blank), 0)
    yield from _seals([seal for one in scores for seal in one.seals])
    yield rate("papers without a reading", sum(one.failure is not None for one in scores), len(scores))


def _seals(seals: Sequence[tuple[int, int, int]]) -> Iterable[str]:
    there = sum(count for count, _, _ in seals)
    yield rate("seals found", sum(min(count, found) for count, found, _ in seals), there, AIM_SEAL)
    yield rate("ring text, matched to units", sum(right for _, _, right in seals), there, AIM_RING)
    yield f"seals too many: {sum(max(0, found - count) for count, found, _ in seals)} on {len(seals)} pages"


def fields(scores: Sequence[Score]) -> Iterable[str]:
    """Each field: right, and wrong while the reader was sure."""
    named: dict[str, list[Verdict]] = defaultdict(list)
    for one in scores:
        for verdict in one.fields:
            named[verdict.name].append(verdict)
    for name, verdicts in sorted(named.items()):
        wrong = sum(each.is_sure and not each.is_right for each in verdicts)
        sure = f"   {wrong} wrong while sure" + (", aim 0" if name in NUMBERS else "")
        yield rate(name, sum(each.is_right for each in verdicts), len(verdicts), AIMS.get(name)) + sure


def grouped(scores: Sequence[Score], label: str, of: Callable[[Score], Iterable[str]]) -> Iterable[str]:
    """By machine, by kind, by fault: papers, line error rate, numbers right, processor seconds a page."""
    groups: dict[str, list[Score]] = defaultdict(list)
    for one in scores:
        for name in of(one):
            groups[name].append(one)
    yield f"{label:28}  papers    CER %   kind right   numbers right        CPU s a page"
    for name, some in sorted(groups.items()):
        numbers = [each for one in some for each in one.fields if each.name in NUMBERS]
        _, wrong = cer(line for one in some for line in (*one.printed, *one.written))
        pages = sum(max(1, len(one.truth.pages)) for one in some)
        kinds = sum(one.kind == one.truth.kind for one in some if one.truth.says_kind)
        right = f"{sum(each.is_right for each in numbers)} of {len(numbers)}"
        cost = sum(one.cpu_seconds for one in some) / pages
        yield f"{name:28}{len(some):8}{wrong:9.2f}{kinds:7} of {len(some):<6}{right:>14}{cost:16.2f}"
