"""Which unit issued a paper: letterhead, signature block, seal.

Lives here: find_issuer, find_hospital, letterheads. Not here: reading seals (scanners.ring_text), checking the unit against
the registry (services).
"""

import re
from collections.abc import Iterator, Sequence

from scanners.dates import find_dates
from scanners.labels import LABEL_NAMES
from scanners.passage import Passage, Span
from scanners.rows import Row, rows_of
from scanners.words import TextPage

_ENDINGS = """
医院 妇幼保健院 保健院 卫生院 疾病预防控制中心 服务中心 学校 中学 小学 幼儿园 学院 教育和体育局 教育体育局 教育局 教体局 教育厅
派出所 公安分局 公安局 居民委员会 村民委员会 居委会 村委会 街道办事处 人民政府 有限公司 委员会
"""
_NAME = r"(?P<unit>[\u4e00-\u9fff()0-9]{2,28}(?:" + "|".join(_ENDINGS.split()) + "))"
_BEFORE = r"(?:(?:出具单位|学校|单位|签发机关|发证机关|承办单位)?(?:[(（](?:盖章|公章|签章)[)）])?[:：])?"
_ALONE = re.compile(_BEFORE + _NAME + r"(?:[(（]?(?:盖章|公章|签章|章|印)[)）]?)?[:：]?(?:(?:19|20)\d\d年.*)?")
_PAPER = r"(?:.{0,12}(?:证明|证|书|表|通知|决定|文件|病历|记录|小结|单|卡|函|笺|票据|报告|公告|公示))?"
_LEADING = re.compile(r"(?!尊敬|我们?校)" + _NAME + "(?!生)" + _PAPER)  # 某市普通高中学生休学申请表 names no school
HOSPITAL = re.compile(r"医院|卫生院|保健院")
_SEAL_LETTERS = 2  # of a seal's lettering that the page's reading took for text
_HEAD, _FOOT = 4, 8  # lines


def find_issuer(pages: Sequence[TextPage]) -> tuple[Span, int] | None:
    """The unit that stands alone in the signature block, else the one that begins the letterhead, with its page."""
    for page in reversed(pages):
        for row in reversed(rows_of(page.lines)[-_FOOT:]):
            span = _signed_in(row)
            if span:
                return span, page.no
    return next(letterheads(pages[:1]), None)


def find_hospital(pages: Sequence[TextPage]) -> tuple[Span, int] | None:
    """The hospital whose letterhead any page bears: a certificate is often the second sheet of an application."""
    return next((found for found in letterheads(pages) if HOSPITAL.search(found[0].text)), None)


def letterheads(pages: Sequence[TextPage]) -> Iterator[tuple[Span, int]]:
    """The unit that begins one of the first lines, of each page that has one."""
    for page in pages:
        for row in rows_of(page.lines)[:_HEAD]:
            passage = Passage(row)
            match = _LEADING.fullmatch(passage.text) if len(row) == 1 else None
            if match and match["unit"] not in LABEL_NAMES:
                yield passage.span(*match.span("unit")), page.no
                break


def _signed_in(row: Row) -> Span | None:
    """The unit of a row that holds nothing else but a date: in a form's row a unit is some label's value."""
    cells = [cell for line in row if len((cell := Passage([line])).text) > _SEAL_LETTERS]
    units = [(cell, match) for cell in cells if (match := _ALONE.fullmatch(cell.text))]
    dates = [cell for cell in cells if find_dates(cell.text)]
    if len(units) != 1 or len(units) + len(dates) < len(cells):
        return None
    cell, match = units[0]
    return cell.span(*match.span("unit"))
