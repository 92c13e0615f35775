"""What is wrong with some papers, on purpose: wrong data, wrong child, or a page nobody can use.

Faults of data change the subject before it is drawn; faults of pixels change the scan. Each is named once here, and the
truth that goes with a paper carries the same name.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import cv2
import numpy as np

from demo.papers.scan import Profile, Scan

if TYPE_CHECKING:
    from demo.dice import Dice
    from demo.model import Student


class Fault(StrEnum):
    BIRTH_DATE_DIFFERS = "birth_date_differs"
    ID_DIGIT_WRONG = "id_digit_wrong"
    NAME_DIFFERS = "name_differs"
    ANOTHER_CHILD = "another_child"
    BLANK_BACK = "blank_back"
    BLURRED = "blurred"
    CUT_OFF = "cut_off"
    TINY = "tiny"
    DARK = "dark"
    DUPLICATE = "duplicate"
    TWO_CHILDREN = "two_children"
    NOT_A_PAPER = "not_a_paper"


# characters a clerk mistakes for one another
SAME_SOUND = {"子": "梓", "梓": "子", "浩": "皓", "欣": "鑫", "宇": "雨", "雨": "宇", "文": "雯", "雅": "娅", "晨": "辰", "静": "靖"}
BLUR_PX_AT_200_DPI = 4.2
TINY_LONG_SIDE_PX = 420
DARKNESS = 0.34
CUT_SHARES = (0.16, 0.24)


def misprint(student: Student, fault: Fault | None, dice: Dice) -> Student:
    """Return the student as a paper with this fault prints it."""
    if fault is Fault.BIRTH_DATE_DIFFERS:
        return replace(student, birth_on=student.birth_on + timedelta(days=dice.choice((1, -1, 10, 30))))
    if fault is Fault.ID_DIGIT_WRONG:
        return replace(student, id_no=wrong_digit(student.id_no, dice))
    if fault is Fault.NAME_DIFFERS:
        surname, given = student.name[0], student.name[1:]
        wrong = "".join(SAME_SOUND.get(character, character) for character in given)
        return replace(student, name=surname + (wrong if wrong != given else given[:-1] + "楠"))
    return student


def wrong_digit(id_no: str, dice: Dice) -> str:
    """Change one digit of the order code or region, so that the check character no longer fits."""
    place = dice.choice((3, 4, 5, 14, 15, 16))
    other = str((int(id_no[place]) + dice.whole(1, 9)) % 10)
    return id_no[:place] + other + id_no[place + 1 :]


def spoil(scan: Scan, fault: Fault | None, dice: Dice) -> Scan:
    """Return the scan as unusable as this fault makes it."""
    height, width = scan.pixels.shape[:2]
    if fault is Fault.BLURRED:
        spread = BLUR_PX_AT_200_DPI * (scan.dpi or 200) / 200
        return replace(scan, pixels=np.asarray(cv2.GaussianBlur(scan.pixels, (0, 0), spread), dtype=np.uint8))
    if fault is Fault.CUT_OFF:
        # the sheet lay too far to one side: the left of the picture is missing
        cut = round(width * dice.real(*CUT_SHARES))
        return replace(scan, pixels=np.ascontiguousarray(scan.pixels[:, cut:]))
    if fault is Fault.TINY:
        share = TINY_LONG_SIDE_PX / max(height, width)
        return replace(scan, pixels=np.asarray(cv2.resize(scan.pixels, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)), dpi=None)
    if fault is Fault.DARK:
        return replace(scan, pixels=np.asarray(cv2.convertScaleAbs(scan.pixels, alpha=DARKNESS), dtype=np.uint8))
    return scan


# the machine on which a fault of pixels happens
MACHINE_OF = {
    Fault.BLURRED: Profile.PHOTO,
    Fault.DARK: Profile.PHOTO,
    Fault.NOT_A_PAPER: Profile.PHOTO,
    Fault.CUT_OFF: Profile.OFFICE,
    Fault.TINY: Profile.OFFICE,
    Fault.BLANK_BACK: Profile.OFFICE,
    Fault.TWO_CHILDREN: Profile.OFFICE,
}
