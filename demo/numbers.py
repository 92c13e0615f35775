"""Made-up official numbers that pass every check a real one passes.

Resident IDs (GB 11643), registry numbers (G, J, L) and the numbers of other papers. The order codes of invented IDs
start at 900, which registration offices do not reach for one district and day, so that no number here is meant for a
living person. Checking numbers is not done here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stdnum.cn import ric

from demo.model import Sex

if TYPE_CHECKING:
    from datetime import date

FIRST_ORDER_CODE = 900
LAST_ORDER_CODE = 998


def resident_id(region: str, birth_on: date, order: int) -> str:
    """Return the 18 characters for a district, birthday and order code (odd for boys)."""
    body = f"{region}{birth_on:%Y%m%d}{order:03d}"
    return body + str(ric.calc_check_digit(body + "0"))  # it leaves the last character out of the sum


def order_code(sex: Sex, index: int) -> int:
    """Return the order code of the index-th child of this sex of one district and day."""
    order = FIRST_ORDER_CODE + 2 * index + (sex is Sex.MALE)
    if order > LAST_ORDER_CODE:
        raise ValueError(f"no order code left: {index} children of one sex in one district on one day")
    return order


def formal_number(id_no: str) -> str:
    """Return the formal registry number, G and the resident ID."""
    return f"G{id_no}"


def born_abroad_number(region: str, birth_on: date, index: int) -> str:
    """Return a registry number for a child without resident ID: J and an 18-character body with a check character."""
    return f"J{resident_id(region, birth_on, FIRST_ORDER_CODE + index)}"


def temporary_number(region: str, birth_on: date, index: int) -> str:
    """Return a temporary registry number: L and 18 digits, the last of which checks nothing."""
    return f"L{region}{birth_on:%Y%m%d}{index:04d}"


def mobile_number(index: int) -> str:
    """Return a mobile number of a block that no operator has given out."""
    return f"1380000{index % 10_000:04d}"
