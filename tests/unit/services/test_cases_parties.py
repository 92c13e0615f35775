"""From actors of the law to units of a tree."""

import pytest

from archive_service.errors import Refused
from archive_service.rules.access import Right
from archive_service.rules.chain import Station
from archive_service.rules.vocabulary import Actor
from archive_service.services.cases_parties import Parties, unit_for, unit_of
from archive_service.services.scope import Tree, Unit


def unit(name, level, parent=None, authority=None):
    return Unit(name, 1, name, name, level, parent, authority, None)


TREE = Tree({
    each.id: each
    for each in (
        unit("province", "province"), unit("city", "city", "province"), unit("county", "county", "city"), unit("other", "county", "city"),
        unit("home", "school", "county", "county"), unit("far", "school", "other", "city"), unit("lost", "school"),
    )
})  # fmt: skip
TRANSFER = Parties("home", receiving_id="home", sending_id="far")


def station(actor, right=Right.REVIEW_CASE):
    return Station(1, "act", "审核", actor, right, None, ())


@pytest.mark.parametrize(
    ("actor", "expected"),
    [
        (Actor.REG, "home"),
        (Actor.PRIN, "home"), (Actor.GUARD, "home"), (Actor.AUTH, "county"), (Actor.CNTY, "county"), (Actor.CITY, "city"),
        (Actor.PREF, "city"), (Actor.PROV, "province"), (Actor.SCH_IN, "home"), (Actor.AUTH_IN, "county"), (Actor.SCH_OUT, "far"),
        (Actor.AUTH_OUT, "city"), (Actor.PROV_OUT, "province"), (Actor.PSB, None), (Actor.MOE, None),
    ],
)  # fmt: skip
def test_who_stands_for_whom(actor, expected):
    assert unit_of(actor, TRANSFER, TREE) == expected


def test_a_sender_outside_is_recorded_by_the_school_that_opened_the_case():
    outside = Parties("home", receiving_id="home", sending_name="外省某校")
    assert unit_of(Actor.AUTH_OUT, outside, TREE) is None
    assert unit_for(station(Actor.AUTH_OUT), outside, TREE) == "home"


def test_nobody_to_do_it_is_refused_unless_it_happens_on_paper():
    alone = Parties("lost")
    with pytest.raises(Refused):
        unit_for(station(Actor.AUTH), alone, TREE)
    assert unit_for(station(Actor.PSB, None), alone, TREE) is None


def test_a_circle_in_the_tree_ends():
    tree = Tree({"a": unit("a", "school", "b"), "b": unit("b", "county", "a")})
    assert unit_of(Actor.PROV, Parties("a"), tree) is None
