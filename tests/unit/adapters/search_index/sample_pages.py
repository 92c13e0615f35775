"""Pages for the contract test: hand-made ones with known answers, and generated ones that are checked against a scan."""

import random
from dataclasses import replace

from archive_service.adapters.search_index.entries import FoldedPage, PageEntry, Scope

SCHOOLS = range(1, 11)
EVERYWHERE = Scope(frozenset(SCHOOLS), frozenset({0, 1}))

LONG_PHRASE = "该生于二〇一九年九月经县教育局批准由实验小学转入第二中学初中一年级三班就读手续齐全准予注册学籍"


def page(page_id: int, text: str = "", **values: object) -> PageEntry:
    defaults = PageEntry(page_id, text, (), (), 1, 1, 1, 0, 20200101, 5)
    return replace(defaults, **values)


HAND_MADE = (
    page(1, "学生姓名王丽 已毕业", names=("王丽",), numbers=("G410105201001010012", "41010520100101001X")),
    page(2, "欧阳建国的休学申请", names=("欧阳建国",), numbers=("L11010820080808123X",)),
    page(3, "李*明 转学申请表", names=("李小明",), numbers=("J440301200912120034",), made_on=20210301),
    page(4, f"申请书 {LONG_PHRASE}。", made_on=20210302),
    page(5, "毕业的学生另有证书，说明如下", made_on=20190301),  # 毕业 and 业证 never meet as 毕业证书
    page(6, "丽丽丽 AAAA B"),
    page(7, "2019年3月 A型 3班", made_on=20190302),
    page(8, "2019年12月 B型 13班 7"),
    page(9, "ABC123 全角"),
    page(10, "證件號 11010820080808123x", numbers=("11010820080808123x",)),
    page(11, "轉學證明書 與 转学证明书"),
    page(12, "休 学 证\n明 因病，住院。治疗"),
    page(13, "𠮷野家 䶮 二○一九年 café 😀"),
    page(14, "", numbers=("G610102201505050099",), made_on=20230909),
    page(15, "甲" * 99_990 + "页尾的暗语"),
    page(16, "两个号码", numbers=("41010512", "34567890")),
    page(17, "他校的毕业生王丽", names=("王丽",), school=2),
    page(18, "保密的毕业生王丽", names=("王丽",), sensitivity=1),
    page(19, "三李的家长会 张三，李四", names=("张三", "李四")),
    page(20, "同日甲 排序样张", made_on=20220505),
    page(21, "同日乙 排序样张", made_on=20220505),
    page(22, "较新 排序样张", made_on=20220506, numbers=("B2",)),
    page(23, "较旧 排序样张", made_on=20220504, numbers=("A9", "A1")),
    page(24, "日期不明 排序样张", made_on=0, numbers=("A10",)),
    page(25, "毕业证明（复印件）", kind=2, status=2),
    page(26, "毕业证朋（识别有误）", kind=2),
    page(27, "王丽的成绩单", names=("王丽娟",)),
    page(28, "籍贯相同的 转 学 证 明 书", kind=3, school=3),
)

_COMMON = "学籍档案毕业证明张王李赵刘陈转休复退申请表县市区中小校年级班月日"


def generated(count: int = 500, seed: int = 7) -> list[PageEntry]:
    """Pages of few distinct characters, so that pieces meet and part in every way."""
    chance = random.Random(seed)  # noqa: S311 - test data, the same each time
    return [_random_page(1_000 + place, chance) for place in range(count)]


def _random_page(page_id: int, chance: random.Random) -> PageEntry:
    words = ["".join(chance.choices(_COMMON + "0129AGX" * 2, k=chance.randint(1, 9))) for _ in range(12)]
    number = chance.choice("GLJ") + "".join(chance.choices("0123", k=17)) + chance.choice("3X")
    name = "".join(chance.choices("张王李赵刘陈小明丽", k=chance.randint(2, 4)))
    return page(
        page_id,
        " ".join(words),
        names=(name,) if chance.random() < 0.8 else (),
        numbers=(number, number[1:]) if chance.random() < 0.7 else (),
        school=chance.choice(SCHOOLS),
        kind=chance.randint(1, 4),
        sensitivity=chance.randint(0, 1),
        made_on=chance.choice((0, 20200105, 20210203, 20220304)),
    )


ENTRIES = (*HAND_MADE, *generated())
PAGES = [FoldedPage.of(entry) for entry in ENTRIES]
