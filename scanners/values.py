"""What a field's value must look like to be believed.

Lives here: parsed, a table of checks by field. Not here: finding values (scanners.labels, prose), numbers with check
characters (scanners.identity_numbers). A value that breaks its rule is handed back as read and marked doubtful.
"""

import re
from collections.abc import Callable

from scanners.dates import find_dates

Parsed = tuple[str, bool]  # the value in its proper form, and whether it keeps its rule

_PEOPLES = """
汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇 柯尔克孜
土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 赫哲
门巴 珞巴 基诺 穿青人
"""
_ETHNICITIES = frozenset(_PEOPLES.split())
_NAME = re.compile(r"[\u3400-\u9fff](?:[\u3400-\u9fff·•]{1,14})")
_NOT_A_NAME = re.compile(r"证明|学校|姓名|性别|医院|身份|签字|盖章|日期|申请|意见")
_LONGEST_PLAIN_NAME = 4
_PHONE = re.compile(r"1\d{10}|0\d{2,3}-?\d{7,8}|\d{7,8}")
_FULL_WIDTH = str.maketrans("(),;:?!", "（），；：？！")  # what folding took from Chinese wording
_BRACKETED = re.compile(r"[(（][^()（）]*[)）]$")


def _name(text: str) -> Parsed:
    bare = _BRACKETED.sub("", text)
    fits = bool(_NAME.fullmatch(bare)) and not _NOT_A_NAME.search(bare)
    is_usual = len(bare) <= _LONGEST_PLAIN_NAME or "·" in bare or "•" in bare
    return bare, fits and is_usual


def _sex(text: str) -> Parsed:
    return (text[0], len(text) <= 2) if text[0] in "男女" else (text, False)  # noqa: PLR2004  # 男 or 男性


def _ethnicity(text: str) -> Parsed:
    bare = text.removesuffix("族")
    is_known = bare in _ETHNICITIES
    return (bare if bare == "穿青人" else f"{bare}族", True) if is_known else (text, False)


def _date(text: str) -> Parsed:
    whole = [hit for hit in find_dates(text) if hit.value]
    return (whole[0].value or text, whole[0].is_whole) if whole else (text, False)


def _phone(text: str) -> Parsed:
    number = _PHONE.search(text)
    return (number[0], True) if number else (text, False)


def _free(text: str) -> Parsed:
    return text, len(text) > 1


def _wording(text: str) -> Parsed:
    return text.translate(_FULL_WIDTH), len(text) > 1


def _grade(text: str) -> Parsed:
    return text, bool(re.search(r"年级|[初高][一二三]|\d{4}级|^[一二三四五六七八九1-9]$", text))


def _class(text: str) -> Parsed:
    return text, bool(re.search(r"班|^[(（]?\d{1,2}[)）]?$", text))


def _household(text: str) -> Parsed:
    return text, bool(re.fullmatch(r"[0-9A-Za-z-]{4,18}", text))


_RULES: dict[str, Callable[[str], Parsed]] = {
    "name": _name,
    "former_name": _name,
    "head_of_household": _name,
    "guardian_name": _name,
    "sex": _sex,
    "ethnicity": _ethnicity,
    "birth_on": _date,
    "issued_on": _date,
    "period_from": _date,
    "period_to": _date,
    "diagnosis": _wording,
    "reason": _wording,
    "phone": _phone,
    "grade": _grade,
    "class": _class,
    "household_no": _household,
}


def parsed(field: str, text: str) -> Parsed:
    """The value of a field from what stands on the paper, and whether it is of the right form."""
    return _RULES.get(field, _free)(text)
