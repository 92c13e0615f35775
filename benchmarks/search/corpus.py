"""Generated pages as a county's readers would leave them: labels, values, free text, and the faults of reading. The same ones every time.

Lives here: children, the pages about them, and the units they belong to. Not here: rows (instance), what is asked (questions).
Nothing of it is taken from the demo's papers, and no engine may be tuned to it: it only has the right frequencies. Characters and words
follow Zipf's law, a child has five pages, one page in thirty has a character of the name misread.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

CITIES, COUNTIES, SCHOOLS = 2, 50, 500  # the first city has four fifths of the counties
PAGES_A_CHILD = 5
HAN = [chr(code) for code in range(0x4E00, 0x4E00 + 3_500)]
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金"
    "石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
TITLES = (
    "学籍卡片",
    "转学申请表",
    "休学申请表",
    "户口登记卡",
    "毕业证明",
    "学生健康情况登记表",
    "居民户口簿",
    "复学申请表",
    "出生医学证明",
)
LABELS = ("姓名", "性别", "民族", "出生日期", "身份证件号", "学籍号", "监护人", "联系电话", "家庭住址", "就读学校", "班级", "入学时间")
ENDINGS = ("情况属实准予办理", "经审核同意上报", "学校意见盖章", "县教育局审核意见", "以上信息核对无误", "监护人签字确认")
KINDS = ("registry_card", "transfer_application", "written_application", "truth_commitment")
KEPT_EACH = 37
FIRST_DAY = date(2016, 9, 1)


@dataclass(frozen=True, slots=True)
class Child:
    """Of the registry; `number` counts from 0."""

    number: int
    name: str
    id_no: str
    student_no: str
    school: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page as it was read."""

    number: int
    child: Child
    text: str
    kind: int
    status: int
    made_on: date


class Corpus:
    """All pages, in the order they came in; some are kept, to be asked about."""

    def __init__(self, pages: int) -> None:
        self._chance = random.Random(20260901)  # noqa: S311 - the same pages every time
        self._words = [self._word() for _ in range(20_000)]
        self._weights = _cumulative(len(self._words))
        self.children = [self._child(number) for number in range(-(-pages // PAGES_A_CHILD))]
        self.pages = pages
        self.kept: list[Sheet] = []

    def sheets(self) -> Iterator[Sheet]:
        """Every page; once, since chance goes on."""
        for number in range(self.pages):
            child = self.children[(number * 7919) % len(self.children)]
            made_on = FIRST_DAY + timedelta(days=number * 3_650 // self.pages)
            sheet = Sheet(number, child, self._text(child, made_on), self._chance.randrange(len(KINDS)), self._chance.randrange(3), made_on)
            if number % KEPT_EACH == 0:
                self.kept.append(sheet)
            yield sheet

    def _word(self) -> str:
        return "".join(self._chance.choices(HAN, cum_weights=_HAN_WEIGHTS, k=self._chance.choice((1, 2, 2, 2, 3))))

    def _child(self, number: int) -> Child:
        given = "".join(self._chance.choices(HAN[:900], k=self._chance.choice((1, 2, 2, 2))))
        name = self._chance.choice(SURNAMES) + given
        born = date(2004, 1, 1) + timedelta(days=self._chance.randrange(6_000))
        id_no = f"41{self._chance.randrange(CITIES * 10):02}{self._chance.randrange(30):02}{born:%Y%m%d}{self._chance.randrange(1_000):03}X"
        return Child(number, name, id_no, f"G{41_000_000 + number:08}{self._chance.randrange(10**10):010}", self._chance.randrange(SCHOOLS))

    def _text(self, child: Child, made_on: date) -> str:
        values = self._chance.sample(LABELS, 7)
        free = self._chance.choices(self._words, cum_weights=self._weights, k=110)
        lines = [
            f"第{child.school}中学{self._chance.choice(TITLES)}",
            *(f"{label} {self._value(label, child, made_on)}" for label in values),
            *("".join(free[start : start + 14]) for start in range(0, len(free), 14)),
            f"{self._chance.choice(ENDINGS)} {made_on.year}年{made_on.month}月{made_on.day}日",
        ]
        return self._misread("\n".join(lines), child.name)

    def _value(self, label: str, child: Child, made_on: date) -> str:
        known = {
            "姓名": child.name,
            "身份证件号": child.id_no,
            "学籍号": child.student_no,
            "班级": f"{made_on.year - 2010}年级{made_on.day % 9 + 1}班",
        }
        return known.get(label) or "".join(self._chance.choices(self._words, cum_weights=self._weights, k=2))

    def _misread(self, text: str, name: str) -> str:
        if self._chance.random() < 1 / 30:
            text = text.replace(name, self._chance.choice(HAN) + name[1:])
        at = self._chance.randrange(len(text))
        return f"{text[:at]} {self._chance.choice(HAN)}{text[at + 1 :]}"


def county_of(school: int) -> int:
    """Ten schools a county."""
    return school * COUNTIES // SCHOOLS


def city_of(county: int) -> int:
    """Four fifths of the counties lie in the first city."""
    return int(county >= COUNTIES * 4 // 5)


def _cumulative(count: int) -> list[float]:
    total, sums = 0.0, []
    for rank in range(1, count + 1):
        total += 1 / (rank + 20)  # the commonest character of Chinese is one in twenty-five
        sums.append(total)
    return sums


_HAN_WEIGHTS = _cumulative(len(HAN))
