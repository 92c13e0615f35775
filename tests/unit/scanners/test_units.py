"""The issuing unit is told from units that are only spoken of."""

import pytest

from scanners.units import find_issuer
from tests.unit.scanners.drawing import text_page


@pytest.mark.parametrize(
    ("rows", "unit"),
    [
        (["证明", "遵义市第一中学（公章）"], "遵义市第一中学"),
        (["证明", ["红花岗区教育局", "2024年3月5日"]], "红花岗区教育局"),
        (["证明", "签发机关：遵义市公安局红花岗分局"], None),
        (["证明", "张伟系遵义市第一中学学生"], None),
        (["转学申请表", ["转出学校", "遵义市第二小学"]], None),
        (["贵州省人民医院门诊病历", "姓名"], "贵州省人民医院"),
        (["营口市普通高中学生休学申请表"], None),
        (["证明", ["溪", "花溪区溪畔小学"], "2024年3月5日"], "花溪区溪畔小学"),
        ([], None),
    ],
)
def test_issuer(rows, unit):
    found = find_issuer([text_page(rows)])
    assert (found[0].text if found else None) == unit


def test_the_last_page_is_signed():
    found = find_issuer([text_page(["遵义市第一中学", "甲"]), text_page(["乙", "红花岗区教育局"], no=2)])
    assert (found[0].text, found[1]) == ("红花岗区教育局", 2)
