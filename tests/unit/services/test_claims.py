"""The claim beside registry and papers, and the level an issuer's name tells."""

import pytest

from archive_service.models.record import FieldState, PageField
from archive_service.rules.vocabulary import Level
from archive_service.services.claims import Agreement, confirmed_values, issuer_level, table

SURE, DOUBTFUL, FAILED, CONFIRMED = FieldState.SURE, FieldState.DOUBTFUL, FieldState.FAILED_CHECK, FieldState.CONFIRMED


def read(name, value, state=SURE, record="r1"):
    return PageField(record_id=record, page_no=1, name=name, label=name, value=value, state=state, found_by="label", box=None)


def verdict(name, claimed, *fields):
    registry = {name: claimed} if claimed else {}
    return next(row.verdict for row in table(registry, registry, fields) if row.field == name)


@pytest.mark.parametrize(
    ("claimed", "fields", "expected"),
    [
        ("张三", [], Agreement.SILENT),
        ("张三", [read("name", "张三")], Agreement.AGREES),
        ("张三", [read("name", "张 三")], Agreement.AGREES),
        ("张三", [read("name", "张王")], Agreement.DISAGREES),
        ("张三", [read("name", "张王", DOUBTFUL)], Agreement.DOUBTFUL),
        ("张三", [read("name", "张三", DOUBTFUL)], Agreement.DOUBTFUL),
        ("张三", [read("name", "张三"), read("name", "张大")], Agreement.AGREES),  # a household page names the father too
        ("张三", [read("name", "张三"), read("name", "张王", record="r2")], Agreement.DISAGREES),
        ("张三", [read("name", "张三"), read("name", "张王", DOUBTFUL, record="r2")], Agreement.DOUBTFUL),
        ("张三", [read("name", "张王", CONFIRMED)], Agreement.DISAGREES),
    ],
)
def test_names(claimed, fields, expected):
    assert verdict("name", claimed, *fields) is expected


@pytest.mark.parametrize(
    ("name", "claimed", "paper", "expected"),
    [
        ("ethnicity", "汉", "汉族", Agreement.AGREES),
        ("id_no", "52010220130305001X", "52010220130305001x", Agreement.AGREES),
        ("birth_on", "2013-03-05", "2013-05-03", Agreement.DISAGREES),
        ("school", "第三中学", "观山湖区第三中学", Agreement.DOUBTFUL),
        ("address", "某路1号", "某区某路1号", Agreement.DOUBTFUL),
    ],
)
def test_other_fields(name, claimed, paper, expected):
    assert verdict(name, claimed, read(name, paper)) is expected


def test_what_nothing_can_be_compared_with_waits_for_a_person():
    assert verdict("hospital", None, read("hospital", "县医院")) is Agreement.DOUBTFUL
    assert verdict("hospital", None, read("hospital", "县医院", CONFIRMED)) is Agreement.AGREES
    assert verdict("period_to", None, read("period_to", "2027-01-01"), read("period_to", "2027-02-01", record="r2")) is Agreement.DISAGREES


def test_papers_of_different_issuers_do_not_contradict_each_other():
    assert (
        verdict("issued_on", None, read("issued_on", "2026-08-01", CONFIRMED), read("issued_on", "2026-08-09", CONFIRMED, "r2"))
        is Agreement.AGREES
    )


def test_only_confirmed_values_enter_a_claim():
    fields = [
        read("hospital", "县医院"),
        read("diagnosis", "肺炎", CONFIRMED),
        read("period_to", "2027-01-01", FAILED),
        read("name", "张三", CONFIRMED),
    ]
    assert confirmed_values(fields) == {"diagnosis": "肺炎"}


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("贵阳市观山湖区人民医院", Level.COUNTY),
        ("镇远县人民医院", Level.COUNTY),
        ("新乡市中心医院", Level.CITY),
        ("黔南州人民医院", Level.CITY),
        ("贵州省人民医院", Level.PROVINCE),
        ("贵州医科大学附属医院", Level.PROVINCE),
        ("广西壮族自治区人民医院", Level.PROVINCE),
        ("观山湖区金华镇卫生院", Level.SCHOOL),
        ("某社区卫生服务中心", Level.SCHOOL),
        ("康复医院", None),
    ],
)
def test_the_level_of_an_issuer(name, level):
    assert issuer_level([read("hospital", name, CONFIRMED)]) is level
    assert issuer_level([read("hospital", name)]) is None  # nobody has confirmed it
