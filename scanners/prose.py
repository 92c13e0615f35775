"""Values inside running text, as certificates and applications write them.

Lives here: prose_values, one table of patterns. Not here: forms with labels (scanners.labels).
The title 学籍证明 must not be taken for 证明 and a name: patterns ask for 兹证明, or a word that can only introduce a person.
"""

import re
from collections.abc import Iterator

from scanners.passage import Passage, Span

_PERSON = r"(?P<value>[\u3400-\u9fff]{2,4}|[\u3400-\u9fff]+[·•][\u3400-\u9fff·•]+)"
_UNIT = r"[\u4e00-\u9fff]{2,24}?(?:学校|中学|小学|幼儿园|[一二三四五六七八九十]中)"
_DATE = r"(?:19|20)\d\d[年./-]\d{1,2}[月./-]\d{1,2}日?"
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (field, re.compile(pattern))
    for field, pattern in (
        ("name", rf"兹(?:证明|有)[::]?(?:我校|本校|该校)?(?:在校)?(?:学生)?[::]?{_PERSON}(?=[,，、(（;；。]|同学|性别|系|于|在|,男|,女)"),
        ("name", rf"(?:授予|评为|奖给|表彰)[::]?{_PERSON}(?=同学)"),
        ("name", rf"(?:^|[。!])(?:学生)?{_PERSON}(?=同学[::,，]?(?:在|于|荣获|被评))"),
        ("name", rf"(?:证书|奖状|喜报){_PERSON}(?=同学)"),
        ("name", rf"学生{_PERSON}(?=[,，、(（]|性别|系|于\d)"),
        ("name", rf"(?:我叫|本人姓名){_PERSON}(?=[,，。])"),
        ("sex", r"(?:性别[::]?|[,，、])(?P<value>[男女])(?=[,，、。])"),
        ("ethnicity", r"[,，、](?P<value>[\u4e00-\u9fff]{1,4}族)(?=[,，、。])"),
        ("birth_on", r"(?P<value>(?:19|20)\d\d年\d{1,2}月\d{1,2}日)(?:出?生)(?!效)"),
        ("school", rf"(?:就读于|就读|系|在|为)(?P<value>{_UNIT})(?=[,，。就上读在(（学]|[一二三四五六七八九初高小])"),
        ("grade", r"(?P<value>(?:[小初高]学?中?)?[一二三四五六七八九]年级|[初高][一二三](?:年级)?|20\d\d级)"),
        ("class", r"(?:年级|[初高][一二三]|20\d\d级)(?P<value>[(（]?[0-9一二三四五六七八九十]{1,3}[)）]?班)"),
        ("diagnosis", r"(?:诊断为|确诊为|患有)[::]?(?P<value>[\u4e00-\u9fffA-Za-z0-9()（）、]{2,30}?)(?=[,，。;；]|建议|需|$)"),
        ("period_from", rf"自(?P<value>{_DATE})起?(?:至|到|-)"),
        ("period_to", rf"自{_DATE}起?(?:至|到|-)(?P<value>{_DATE})"),
        ("reason", r"因(?P<value>[\u4e00-\u9fff]{2,20}?)(?=[,，](?:特|现|需|申|故))"),
    )
)


def prose_values(passage: Passage) -> Iterator[tuple[str, Span]]:
    """The first match of each pattern; earlier patterns of a field are the surer ones."""
    for field, pattern in _PATTERNS:
        match = pattern.search(passage.text)
        if match:
            yield field, passage.span(*match.span("value"))
