"""Values inside running text, as certificates and applications write them.

Lives here: prose_values, tables of patterns. Not here: forms with labels (scanners.labelled).
The title 学籍证明 must not be taken for 证明 and a name: patterns ask for 兹证明, or a word that can only introduce a person.
"""

import re
from collections.abc import Iterator

from scanners.passage import Passage, Span

_HAN = r"[\u3400-\u9fff]"
_PERSON = rf"(?P<value>{_HAN}{{2,4}}|{_HAN}+[·•][\u3400-\u9fff·•]+)"
_SHORTEST = _PERSON.replace("{2,4}", "{2,4}?")
_NO_VERB = "(?![现就随均已共由本或及和女])"  # 其子女现就读于 and 学生本人及 name nobody
_UNIT = r"[\u4e00-\u9fff]{2,24}?(?:学校|中学|小学|幼儿园|[一二三四五六七八九十]中)"
_PLACE = r"[\u4e00-\u9fffA-Za-z0-9#-]{3,40}?(?:号|室|组|村|社区|小区)[\u4e00-\u9fffA-Za-z0-9#-]{0,16}"
_DATE = r"(?:19|20)\d\d[年./-]\d{1,2}[月./-]\d{1,2}日?"
_TO = r"起?(?:至|到|止|-|—|~|～)+"
_OF_A_PERIOD = r"(?:自|从|休学|休息|休养|治疗|时间|期限|期间)"
_WHO = r"(?:我|本|该|贵)(?:校|单位|公司|厂|社区|村|辖区)(?:在职|在校)?"
_OF_A_PAGE = r"(?=[,，、(（;；。:：]|同学|同志|先生|女士|性别|系|于|在|,男|,女)"

_OF_A_CHILD = r"(?=[,，、(（;；。]|现|就读|在|系|于|同学|随|均|需|因)"

Table = tuple[tuple[str, re.Pattern[str]], ...]


def _table(*rows: tuple[str, str]) -> Table:
    return tuple((field, re.compile(pattern)) for field, pattern in rows)


# A child spoken of by its parent's side: whoever the paper speaks of first is then the parent.
_CHILD = _table(
    ("name", rf"(?:其|之|我的?)(?:子女|儿子|女儿|孩子|子|女)(?:姓名)?[:：]?{_NO_VERB}{_SHORTEST}{_OF_A_CHILD}"),
    ("name", rf"学生{_NO_VERB}{_SHORTEST}(?:同学)?(?=的(?:父亲|母亲|爸爸|妈妈|家长|监护人|爷爷|奶奶)|之[父母])"),
)
_PARENT = _table(("guardian_name", rf"兹(?:证明|有)[:：]?(?:{_WHO})?(?:职工|员工|居民|村民|业主|住户)?[:：]?{_PERSON}{_OF_A_PAGE}"))
_STUDENT = _table(
    ("name", rf"兹(?:证明|有)[:：]?(?:{_WHO})?(?:学生)?[:：]?{_PERSON}{_OF_A_PAGE}"),
    ("name", rf"(?:授予|评为|奖给|表彰){_PERSON}(?=同学)"),
    ("name", rf"(?:给予|解除|撤销|将){_SHORTEST}(?=同学)"),
    ("name", rf"(?:^|[。!])(?:学生)?{_PERSON}(?=同学[:：,，]?(?:在|于|荣获|被评))"),
    ("name", rf"(?:证书|奖状|喜报){_PERSON}(?=同学)"),
    ("name", rf"学生{_PERSON}(?=[,，、(（]|性别|系|于\d)"),
    ("name", rf"(?:我叫|本人姓名|我是){_PERSON}(?=[,，。])"),
    ("name", rf"本人{_SHORTEST}(?=[,，(（]?(?:男|女|性别|身份证|学籍号|现就读|系))"),
)
_PERSONAL = _table(
    ("sex", r"(?:性别[:：]?|[,，、])(?P<value>[男女])(?=[,，、。])"),
    ("ethnicity", r"[,，、](?P<value>[\u4e00-\u9fff]{1,4}族)(?=[,，、。])"),
    ("birth_on", r"(?P<value>(?:19|20)\d\d年\d{1,2}月\d{1,2}日)(?:出?生)(?!效)"),
)
_OTHERS = _table(
    ("school", rf"(?:就读于|就读|系|在|为)(?P<value>{_UNIT})(?=[,，。就上读在(（学]|[一二三四五六七八九初高小])"),
    ("grade", r"(?P<value>(?:[小初高]学?中?)?[一二三四五六七八九]年级|[初高][一二三](?:年级)?|20\d\d级)"),
    ("class", r"(?:年级|[初高][一二三]|20\d\d级)(?P<value>[(（]?[0-9一二三四五六七八九十]{1,3}[)）]?班)"),
    ("address", rf"(?:居住在|居住于|现住于?|家住)(?P<value>{_PLACE})(?=[,，。;；])"),
    ("diagnosis", r"(?:诊断为|确诊为|患有)[:：]?(?P<value>[\u4e00-\u9fffA-Za-z0-9()（）、]{2,30}?)(?=[,，。;；]|建议|需|$)"),
    ("period_from", rf"{_OF_A_PERIOD}[^。;；]{{0,12}}?(?P<value>{_DATE}){_TO}{_DATE}"),
    ("period_to", rf"{_OF_A_PERIOD}[^。;；]{{0,12}}?{_DATE}{_TO}(?P<value>{_DATE})"),
    ("reason", r"因(?P<value>[\u4e00-\u9fff]{2,20}?)(?=[,，](?:特|现|需|申|故))"),
)


def prose_values(passage: Passage) -> Iterator[tuple[str, Span]]:
    """The first match of each pattern; earlier patterns of a field are the surer ones.

    Where a parent speaks of a child, facts of a person count for the child only after its name.
    """
    child = next(_matches(passage.text, _CHILD), None)
    if child is None:
        yield from _values(passage, (*_STUDENT, *_PERSONAL, *_OTHERS))
        return
    field, match = child
    yield field, passage.span(*match.span("value"))
    yield from _values(passage, (*_PARENT, *_OTHERS))
    yield from _values(passage, _PERSONAL, start=match.end())


def _values(passage: Passage, table: Table, start: int = 0) -> Iterator[tuple[str, Span]]:
    for field, match in _matches(passage.text, table, start):
        yield field, passage.span(*match.span("value"))


def _matches(text: str, table: Table, start: int = 0) -> Iterator[tuple[str, re.Match[str]]]:
    for field, pattern in table:
        match = pattern.search(text, start)
        if match:
            yield field, match
