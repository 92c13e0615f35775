"""The grades: under which names a registry writes them, to which stage they belong, and in which order they come.

Pure. Not here: classes, whose names are the schools' own; how many years a stage has in a procedure (facts).
"""

from collections.abc import Mapping
from typing import Final

from archive_service.rules.vocabulary import Stage

GRADES: Final[Mapping[str, tuple[Stage, int]]] = {
    **{f"{word}年级": (Stage.PRIMARY, no) for no, word in enumerate("一二三四五六", start=1)},
    **{f"{word}年级": (Stage.JUNIOR, no) for no, word in enumerate("七八九", start=1)},
    **{f"初{word}": (Stage.JUNIOR, no) for no, word in enumerate("一二三", start=1)},
    **{f"高{word}": (Stage.SENIOR, no) for no, word in enumerate("一二三", start=1)},
    **{f"高{word}年级": (Stage.SENIOR, no) for no, word in enumerate("一二三", start=1)},
}
_BEFORE: Final[Mapping[Stage, int]] = {Stage.PRIMARY: 0, Stage.JUNIOR: 6, Stage.SENIOR: 9}  # years of school before the stage
YEAR_OF_SCHOOL: Final[Mapping[str, int]] = {grade: _BEFORE[stage] + no for grade, (stage, no) in GRADES.items()}
