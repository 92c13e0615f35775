"""The made-up county: numbers that check, children a registry stumbles over, authorities as the three profiles say."""

from collections import Counter
from datetime import date

import pytest
from stdnum.cn import ric

from demo.cast import NAMESAKES, SIBLINGS, TWINS
from demo.model import Level, NumberKind, Role, World
from demo.world import AS_OF, make_world


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(7)


def test_the_same_seed_makes_the_same_world_and_another_seed_another(world: World):
    assert make_world(7) == world
    assert make_world(8).students != world.students


@pytest.mark.parametrize("seed", range(5))
def test_resident_ids_are_valid_agree_with_birthday_and_sex_and_are_nobody_elses(seed: int):
    world = make_world(seed)
    holders = [(s.id_no, s.birth_on, s.sex) for s in world.students if s.id_kind == "居民身份证"]
    for id_no, birth_on, sex in holders:
        assert ric.is_valid(id_no), id_no
        assert id_no[6:14] == f"{birth_on:%Y%m%d}"
        assert int(id_no[16]) % 2 == (sex == "男")
        assert int(id_no[14:17]) >= 900
    adults = {g.id_no for s in world.students for g in s.guardians}
    assert all(ric.is_valid(id_no) for id_no in adults)
    children = [id_no for id_no, _, _ in holders]
    assert len(set(children)) == len(children)
    assert not adults & set(children)


def test_registry_numbers_are_unique_and_every_form_occurs(world: World):
    numbers = [n for s in world.students for n in s.numbers]
    assert len({n.number for n in numbers}) == len(numbers)
    assert {n.number[0] for n in numbers} == {"G", "L", "J"}
    assert {n.kind for n in numbers} == set(NumberKind)
    assert all(ric.is_valid(n.number[1:]) for n in numbers if n.number[0] == "G")
    assert any(not s.numbers for s in world.students)


def test_a_student_has_at_most_one_number_in_force(world: World):
    for student in world.students:
        in_force = [n for n in student.numbers if n.valid_to_on is None and n.kind in {NumberKind.FORMAL, NumberKind.TEMPORARY}]
        assert len(in_force) <= 1
        assert student.student_no == (in_force[0].number if in_force else "")


def test_twins_have_neighbouring_order_codes_and_one_household(world: World):
    by_key = {s.key: s for s in world.students}
    for first, second in ((by_key[a], by_key[b]) for a, b in TWINS):
        assert int(second.id_no[14:17]) - int(first.id_no[14:17]) == 2
        assert (first.birth_on, first.guardians, first.grade, first.class_name) == (
            second.birth_on,
            second.guardians,
            second.grade,
            second.class_name,
        )
        assert first.name != second.name


def test_siblings_share_guardians_and_namesakes_share_a_class_but_not_a_number(world: World):
    by_key = {s.key: s for s in world.students}
    for a, b in SIBLINGS:
        assert by_key[a].guardians == by_key[b].guardians
        assert by_key[a].id_no != by_key[b].id_no
    for a, b in NAMESAKES:
        first, second = by_key[a], by_key[b]
        assert (first.name, first.grade, first.class_name) == (second.name, second.grade, second.class_name)
        assert first.id_no != second.id_no


def test_names_numbers_and_states_a_registry_stumbles_over_are_there(world: World):
    names = {s.name for s in world.students}
    assert "苏热提艾山江·阿布都热依木" in names
    assert {"𠮷", "䶮", "燚"} <= set("".join(names))
    assert {"居民身份证", "港澳居民来往内地通行证", "护照", "无证件"} == {s.id_kind for s in world.students}
    assert {"ENROLLED", "SUSPENDED", "TEMP", "PREPARING"} <= {s.state for s in world.students}
    assert sum(1 for s in world.students if s.former_name) == 4


def test_every_school_is_full_and_ages_fit_grades(world: World):
    assert set(Counter(s.school for s in world.students)) == {school.code for school in world.schools}
    assert all(len(world.students_of(school.code)) >= 25 for school in world.schools)
    first_graders = [s for s in world.students if s.grade == "一年级"]
    assert all(date(AS_OF.year - 7, 9, 1) <= s.birth_on <= date(AS_OF.year - 6, 8, 31) for s in first_graders)


def test_authority_is_stated_and_follows_the_profile(world: World):
    for school in world.schools:
        authority = world.by_code[school.authority]
        if school.profile == "YK":
            assert authority.level is Level.CITY
        if school.profile == "GZ":
            assert authority.level is (Level.CITY if "senior" in school.sections else Level.COUNTY)
    assert {world.by_code[s.authority].level for s in world.schools if s.profile == "HN"} == {Level.CITY, Level.COUNTY}
    assert any(s.authority != s.parent for s in world.schools)
    assert sum(1 for s in world.schools if len(s.sections) == 2) == 2


def test_every_unit_has_its_accounts_with_one_login_each(world: World):
    logins = [a.login for a in world.accounts]
    assert len(set(logins)) == len(logins)
    assert all(login.isascii() for login in logins)
    assert "gsh3-registrar" in logins
    assert {a.role for a in world.accounts} == set(Role)
    assert {a.organisation for a in world.accounts} == {o.code for o in world.organisations}
