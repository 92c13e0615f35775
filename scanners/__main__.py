"""Look at a scan from the command line: `python -m scanners PAGE [--json] [--engine NAME]`.

Lives here: the printing. Not here: any looking. For operators and for whoever tunes the reading.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from scanners.engines import ENGINES, load_engine
from scanners.images import ScanError
from scanners.judging import Judgement, judge
from scanners.kinds import load_kinds
from scanners.limits import Limits
from scanners.ocr import OcrError
from scanners.reading import Reading, read
from scanners.sources import sniff

_PAGE_LINE = "第 {no} 页  {width_px}×{height_px}  {dpi} dpi  转 {rotation}°  斜 {skew_deg}°"
_KINDS = Path(__file__).parent.parent / "config" / "kinds"


def main(arguments: list[str] | None = None) -> int:
    """0 read; 1 refused or not readable; 2 wrong use."""
    parser = argparse.ArgumentParser(prog="python -m scanners", description="看一份扫描件：文字、种类、字段、检查结果")
    parser.add_argument("scan", type=Path, help="扫描件：JPEG、PNG、TIFF、PDF、HEIC、WebP")
    parser.add_argument("--json", action="store_true", help="输出 JSON")
    parser.add_argument("--engine", choices=sorted(ENGINES), default="rapidocr", help="识别引擎")
    parser.add_argument("--kinds", type=Path, default=_KINDS, help="材料种类目录")
    options = parser.parse_args(arguments)
    try:
        seen = _look(options.scan.read_bytes(), options.engine, options.kinds)
    except (OSError, ScanError, OcrError) as error:
        sys.stderr.write(f"{options.scan}：{error}\n")
        return 1
    sys.stdout.write(json.dumps(seen, ensure_ascii=False, indent=1) + "\n" if options.json else _as_text(seen))
    return 0 if "text" in seen else 1


def _look(content: bytes, engine_name: str, kinds_folder: Path) -> dict[str, Any]:
    limits = Limits()
    sniffed = sniff(content, limits=limits)
    if sniffed.media_type is None or not sniffed.is_taken:
        return {"media_type": sniffed.media_type, "findings": [finding.to_json() for finding in sniffed.findings]}
    judgement = judge(content, sniffed.media_type, limits)
    reading = read(
        content,
        sniffed.media_type,
        engine=load_engine(engine_name),
        kinds=load_kinds(kinds_folder),
        limits=limits,
        rotations={page.no: page.rotation for page in judgement.pages if page.rotation_sure},
    )
    return {"media_type": sniffed.media_type} | _as_json(judgement, reading)


def _as_json(judgement: Judgement, reading: Reading) -> dict[str, Any]:
    pages = {page.no: page for page in (*judgement.pages, *reading.corrected)}.values()
    findings = [*judgement.findings, *(finding for page in pages for finding in page.findings), *reading.findings]
    shown = ("no", "width_px", "height_px", "dpi", "rotation", "skew_deg", "blank")
    return {
        "engine": f"{reading.engine} {reading.engine_version}",
        "kind": reading.kind.to_json(),
        "pages": [{name: getattr(page, name) for name in shown} for page in pages],
        "fields": [field.to_json() for field in reading.fields],
        "seals": [seal.to_json() for seal in reading.seals],
        "codes": [code.to_json() for code in reading.codes],
        "findings": [finding.to_json() for finding in findings],
        "text": [page.text for page in reading.pages],
    }


def _as_text(seen: dict[str, Any]) -> str:
    out = [f"格式    {seen['media_type'] or '不认识'}"]
    if "kind" in seen:
        kind = seen["kind"]
        out.append(f"种类    {kind['label']}  {kind['confidence']:.2f}  {kind['state']}")
    out += [_PAGE_LINE.format(**page) for page in seen.get("pages", ())]
    out += [_field_line(field) for field in seen.get("fields", ())]
    out += [f"印章    {seal['text'] or '（未读出）'}  {seal['confidence']:.2f}" for seal in seen.get("seals", ())]
    out += [f"条码    {code['format']}  {code['text']}" for code in seen.get("codes", ())]
    out += [f"{finding['severity']:7} {finding['code']}  {finding['advice']}" for finding in seen["findings"]]
    out += ["", *seen.get("text", ())]
    return "\n".join(out) + "\n"


def _field_line(field: dict[str, Any]) -> str:
    advice = f"  建议 {field['suggestion']}" if field["suggestion"] else ""
    return f"{field['label']}  {field['value']}  [{field['state']} {field['confidence']:.2f}]{advice}"


if __name__ == "__main__":
    raise SystemExit(main())
