"""Bureaus and schools: real districts, invented schools.

One county of Henan under its prefecture city, one district of Guiyang in Guizhou, and Yingkou, whose senior-high schools
stand directly under the city bureau. The registry authority follows requirements 1.3: stated per school in Henan, by
section in Guizhou, the city in Yingkou.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from demo.model import Level, Organisation, Section

FOUNDED_ON = date(2014, 5, 1)
PRIMARY, JUNIOR, SENIOR = Section.PRIMARY, Section.JUNIOR, Section.SENIOR

BUREAUS = (
    # code, name, level, profile, login prefix, parent
    ("410000", "河南省教育厅", Level.PROVINCE, "HN", "henan", None),
    ("411500", "信阳市教育体育局", Level.CITY, "HN", "xinyang", "410000"),
    ("411522", "光山县教育体育局", Level.COUNTY, "HN", "guangshan", "411500"),
    ("520000", "贵州省教育厅", Level.PROVINCE, "GZ", "guizhou", None),
    ("520100", "贵阳市教育局", Level.CITY, "GZ", "guiyang", "520000"),
    ("520111", "花溪区教育局", Level.COUNTY, "GZ", "huaxi", "520100"),
    ("210000", "辽宁省教育厅", Level.PROVINCE, "YK", "liaoning", None),
    ("210800", "营口市教育局", Level.CITY, "YK", "yingkou", "210000"),
)

SCHOOLS = (
    # code, name, profile, region, login prefix, parent, authority, sections
    ("2141900101", "光山县晨溪小学", "HN", "411522", "gsh1", "411522", "411522", (PRIMARY,)),
    ("3141900102", "光山县青禾初级中学", "HN", "411522", "gsh2", "411522", "411522", (JUNIOR,)),
    ("3141900103", "光山县云桥九年一贯制学校", "HN", "411522", "gsh3", "411522", "411522", (PRIMARY, JUNIOR)),
    ("3141900104", "信阳市湖畔初级中学", "HN", "411522", "xy1", "411500", "411500", (JUNIOR,)),
    ("2152900201", "花溪区溪畔小学", "GZ", "520111", "hx1", "520111", "520111", (PRIMARY,)),
    ("3152900202", "花溪区麦坪九年制学校", "GZ", "520111", "hx2", "520111", "520111", (PRIMARY, JUNIOR)),
    ("3152900203", "贵阳市望溪高级中学", "GZ", "520111", "gy1", "520111", "520100", (SENIOR,)),
    ("3121900301", "营口市海晏高级中学", "YK", "210802", "yk1", "210800", "210800", (SENIOR,)),
    ("3121900302", "营口市听潮高级中学", "YK", "210804", "yk2", "210800", "210800", (SENIOR,)),
    ("3121900303", "盖州市辰山高级中学", "YK", "210881", "yk3", "210800", "210800", (SENIOR,)),
)


@dataclass(frozen=True)
class District:
    """Where a household stands: what a hukou page prints for one region code."""

    region: str
    province: str
    place: str
    police: str
    townships: tuple[str, ...]
    hospital: str
    former_codes: tuple[tuple[int, str], ...] = ()  # last year of a region code, the code

    def code_in(self, year: int) -> str:
        """Return the region code an ID issued to someone born that year begins with."""
        return next((code for last_year, code in self.former_codes if year <= last_year), self.region)


DISTRICTS = {
    district.region: district
    for district in (
        District(
            "411522",
            "河南省",
            "光山县",
            "光山县公安局",
            ("弦山街道", "泼陂河镇", "白雀园镇", "寨河镇"),
            "光山县人民医院",
            ((1997, "413025"),),
        ),
        District(
            "520111", "贵州省", "贵阳市花溪区", "贵阳市公安局花溪分局", ("清溪街道", "贵筑街道", "青岩镇", "石板镇"), "贵阳市花溪区人民医院"
        ),
        District("210802", "辽宁省", "营口市站前区", "营口市公安局站前分局", ("跃进街道", "建设街道", "新兴街道"), "营口市中心医院"),
        District(
            "210804",
            "辽宁省",
            "营口市鲅鱼圈区",
            "营口市公安局鲅鱼圈分局",
            ("红海街道", "海星街道", "熊岳镇"),
            "营口市鲅鱼圈区中心医院",
            ((1985, "210812"),),
        ),
        District(
            "210881",
            "辽宁省",
            "盖州市",
            "盖州市公安局",
            ("鼓楼街道", "西城街道", "太阳升街道", "归州镇"),
            "盖州市中心医院",
            ((1991, "210824"),),
        ),
    )
}


def make_organisations() -> tuple[Organisation, ...]:
    """Return bureaus first, each after its parent, then the schools."""
    bureaus = [
        Organisation(
            code=code, name=name, level=level, profile=profile, region=code, login_prefix=prefix, parent=parent, valid_from_on=FOUNDED_ON
        )
        for code, name, level, profile, prefix, parent in BUREAUS
    ]
    schools = [
        Organisation(
            code=code,
            name=name,
            level=Level.SCHOOL,
            profile=profile,
            region=region,
            login_prefix=prefix,
            parent=parent,
            authority=authority,
            sections=sections,
            valid_from_on=FOUNDED_ON,
        )
        for code, name, profile, region, prefix, parent, authority, sections in SCHOOLS
    ]
    return (*bureaus, *schools)
