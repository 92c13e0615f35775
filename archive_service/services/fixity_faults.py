"""What can be wrong with what the service keeps, named down to the record and page.

Lives here: the codes with their words, and `StoreFault`. Not here: finding them (fixity, fixity_rows).
"""

from dataclasses import asdict, dataclass
from typing import Any

MISSING, FLIPPED, ANOTHER, EXTRA, LOOSE, LEFTOVER = "missing", "flipped", "another", "extra", "loose", "leftover"
STALE, NO_PLACE, NO_MASTER, NO_PICTURE, NO_RECORD = "stale", "no_place", "no_master", "no_picture", "no_record"
WORDS = {
    MISSING: "存储中没有内容",
    FLIPPED: "内容已损坏",
    ANOTHER: "内容完好，但不是登记的那一份",
    EXTRA: "存储中多出的内容，没有登记",
    LOOSE: "存储目录里不属于任何材料的文件",
    LEFTOVER: "接收或识别中断留下的内容，没有登记，可以清理",
    STALE: "材料登记的大小或摘要与其原件的登记不符",
    NO_PLACE: "登记的存放位置不是存储里的位置，内容没有核对",
    NO_MASTER: "材料没有登记原件",
    NO_PICTURE: "这一页没有登记图像",
    NO_RECORD: "台账或存储登记里有这份材料，材料登记里没有",
}


@dataclass(frozen=True)
class StoreFault:
    """A blob or row that is not as it should be, down to the page."""

    code: str
    bucket: str = ""
    key: str = ""
    record_id: str | None = None
    name: str | None = None
    role: str | None = None
    page_no: int | None = None

    @property
    def message(self) -> str:
        """For the operator."""
        place = f"材料 {self.record_id}" if self.record_id else self.key
        page = f" 第 {self.page_no} 页" if self.page_no else ""
        where = f"（{self.bucket}/{self.key}）" if self.key else ""
        return f"{place}{page}{f' {self.role}' if self.role else ''}：{WORDS[self.code]}{where}"

    def as_json(self) -> dict[str, Any]:
        """With its sentence."""
        return {**asdict(self), "message": self.message}
