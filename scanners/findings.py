"""What a check saw on a scan: code, figure, limit, and what the clerk should do.

Lives here: Finding and the one table of codes, each with the clause it rests on.
Not here: the measuring (scanners.sources, images, quality, reading). The service stores findings as they are.
"""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    NOTE = "note"
    WARN = "warn"
    REFUSE = "refuse"


@dataclass(frozen=True)
class Finding:
    """One check's result; value and limit are in `unit` and None where there is nothing to measure."""

    code: str
    page: int | None
    value: float | None
    limit: float | None
    unit: str
    severity: Severity
    advice: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Check:
    """A row of the table: its unit, usual severity, advice with {value} and {limit}, and the clause behind it."""

    unit: str
    severity: Severity
    advice: str
    clause: str


_DOOR = "house rule: the door only takes what can be shown and kept"
_DAT31 = "DA/T 31-2017"
_DAT70 = "DA/T 70-2018"
_OURS = "house rule, measured"
_N, _W, _R = Severity.NOTE, Severity.WARN, Severity.REFUSE

CHECKS: dict[str, Check] = {
    "empty_file": Check("字节", _R, "文件是空的（0 字节），未接收。请重新导出或重新扫描后再上传。", _DOOR),
    "too_large": Check("字节", _R, "文件 {value:.0f} 字节，超过上限 {limit:.0f} 字节，未接收。请分件上传或降低分辨率。", _DOOR),
    "unknown_type": Check(
        "",
        _R,
        "文件内容不是 JPEG、PNG、TIFF、PDF、HEIC 或 WebP（只看内容，不看扩展名），未接收。请另存为这些格式后再上传。",
        f"{_DAT31} 存储格式；{_DAT70} GD-3-8",
    ),
    "too_many_pixels": Check("像素", _R, "图像 {value:.0f} 像素，超过上限 {limit:.0f}，未打开。请按 300 dpi 重新扫描。", _DOOR),
    "too_small": Check("像素", _R, "图像最短边只有 {value:.0f} 像素（至少 {limit:.0f}），看不出内容。请重新扫描。", _DOOR),
    "too_many_pages": Check("页", _R, "共 {value:.0f} 页，超过每件 {limit:.0f} 页的上限，未接收。请拆分后上传。", _DOOR),
    "encrypted_pdf": Check(
        "",
        _R,
        "PDF 有加密或口令，无法长期保存，未接收。请去除加密后重新导出。",
        f"{_DAT70} 可用性：不含加密；GB/T 18894-2016",
    ),
    "damaged_file": Check("", _R, "文件已损坏，打不开。原文件仍保留，请重新扫描或重新导出后再上传。", f"{_DAT70} 可用性：可打开"),
    "truncated_image": Check("", _W, "图像数据不完整，下方可能缺失。已保留能看到的部分，请核对并重新扫描。", f"{_DAT70} 完整性"),
    "pdf_script": Check("", _W, "PDF 含脚本或自动动作，不会被执行。建议打印为普通 PDF 后重新上传。", f"{_DAT70} 安全性"),
    "pdf_embedded_file": Check("个", _W, "PDF 内嵌 {value:.0f} 个附件，不会被打开。请把附件单独上传。", f"{_DAT70} GD-4-3"),
    "blank_page": Check("处", _N, "本页空白，不做识别。如正面有字，请检查是否放反。", f"{_DAT31} 扫描完整性"),
    "nearly_blank": Check("处", _N, "本页几乎空白，只有 {value:.0f} 处笔迹。请核对是否只有签名或盖章。", f"{_DAT31} 扫描完整性"),
    "blurred": Check("", _W, "清晰度 {value:.2f}，低于 {limit:.2f}，文字可能读错。请擦净玻璃或拿稳手机后重拍。", _OURS),
    "skewed": Check("度", _W, "倾斜 {value:.1f} 度，超过 {limit:.1f} 度。请放正后重新扫描。", f"{_DAT31} 纠偏；度数为本系统规定"),
    "dark": Check("", _W, "亮度 {value:.0f}，低于 {limit:.0f}，图像偏暗。请调亮或换到明处重拍。", _OURS),
    "low_dpi": Check("dpi", _W, "分辨率 {value:.0f} dpi，低于 {limit:.0f} dpi。请按 300 dpi 重新扫描。", f"{_DAT31} 扫描分辨率 ≥200 dpi"),
    "unknown_dpi": Check("", _N, "文件没有可信的分辨率，也对不上常用纸张尺寸，尺寸只能估算。建议用扫描仪按 300 dpi 扫描。", _DAT31),
    "not_colour": Check("", _W, "本页疑有印章，但扫描成了灰度或黑白。有印章的材料请用彩色重新扫描。", f"{_DAT31} 色彩模式：有印章的应彩色"),
    "cut_off": Check("处", _W, "有 {value:.0f} 处文字紧贴图像边缘，可能没有扫全。请检查四边后重新扫描。", f"{_DAT31} 图像完整"),
    "unsure_reading": Check("", _W, "识别可信度 {value:.2f}，低于 {limit:.2f}。识别文本仅供参考，请对照原图。", "DA/T 77-2019 识别质量"),
    "laid_flat": Check("度", _N, "照片已按纸的四边拉平（原图四角偏离直角 {value:.1f} 度），原文件未改动。请核对四边是否完整。", _OURS),
    "photo_not_flat": Check("", _W, "照片里纸的边缘没有拍全，无法拉平。请退后一些，把纸的四条边都拍进来再上传。", f"{_DAT31} 图像完整"),
    "several_papers": Check(
        "张",
        _W,
        "图中约有 {value:.0f} 张同样大小的证件或纸张，系统不会自动拆开。如不是复印在同一张纸上，请一张一张分别扫描。",
        f"{_DAT31} 图像与原件逐页对应",
    ),
    "turned_again": Check("度", _N, "按文字方向把本页又转了 {value:.0f} 度。请核对方向是否正确。", _OURS),
}


def found(
    code: str,
    *,
    page: int | None = None,
    value: float | None = None,
    limit: float | None = None,
    severity: Severity | None = None,
) -> Finding:
    """Write up what a check saw, in the words of the table; `severity` departs from the table's usual one."""
    check = CHECKS[code]
    advice = check.advice.format(value=value, limit=limit)
    value = None if value is None else round(float(value), 4)
    return Finding(code, page, value, limit, check.unit, severity or check.severity, advice)
