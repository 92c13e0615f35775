"""Joins bureaus, schools, accounts and children into one world. The same seed and day give the same world."""

from __future__ import annotations

from datetime import date

from demo.accounts import make_accounts
from demo.cast import recast
from demo.dice import Dice
from demo.model import Level, World
from demo.people import Census, seats
from demo.places import make_organisations

AS_OF = date(2026, 11, 20)


def make_world(seed: int, *, as_of: date = AS_OF) -> World:
    """Return the demo county: three provinces, ten schools, 28 children a school.

    `as_of` decides who is in which grade; it stands in for today, which the demo never asks for.
    """
    organisations = make_organisations()
    census = Census(Dice(seed, "census"))
    children = {
        seat.key: census.child(seat, census.household(school.region, school.profile))
        for school in organisations
        if school.level is Level.SCHOOL
        for seat in seats(school, as_of)
    }
    return World(
        seed=seed,
        as_of=as_of,
        organisations=organisations,
        accounts=make_accounts(organisations, Dice(seed, "accounts")),
        students=tuple(recast(children, census).values()),
    )
