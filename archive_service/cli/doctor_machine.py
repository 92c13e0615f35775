"""What the doctor looks at on the machine: Python, libraries, programs, fonts, models, digests, settings, port, built pages."""

import hashlib
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from cryptography.hazmat.primitives import hashes
from packaging.requirements import Requirement

from archive_service.adapters.reader import engine_name
from archive_service.adapters.sandbox import Crashed, Sandbox, TimedOut
from archive_service.cli.running import answers
from archive_service.cli.single import free_port, holder
from archive_service.errors import Conflict
from archive_service.services.doctor_model import Finding, State, judged
from archive_service.settings import ROOT, Settings

PYTHON_LEAST = (3, 11)
CHINESE = "chi_sim"
FONT_PATTERN = ":lang=zh-cn"
ABC_SM3 = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"  # GB/T 32905-2016, example 1
MODEL_SECONDS = 60
SETUP = "运行 make setup"


def machine_checks(settings: Settings, *, thorough: bool) -> Iterator[Finding]:
    """One after another; the slow one, loading the models, comes late."""
    yield _python()
    yield _libraries()
    yield _tesseract()
    yield _fonts()
    yield _sm3()
    yield _pages()
    yield _mode(settings)
    yield _port(settings)
    if thorough:
        yield _models(settings)


def _python() -> Finding:
    return judged(("python_old", "Python"), sys.version_info >= PYTHON_LEAST, platform.python_version(), "安装 Python 3.11 或更新版本")


def _libraries() -> Finding:
    try:
        wanted = [Requirement(line) for line in requires("xueji-archive") or []]
    except PackageNotFoundError:
        return Finding("library_missing", "程序库", State.WARN, "xueji-archive 没有安装到这个 Python", SETUP)
    faults = [fault for fault in map(_library_fault, wanted) if fault]
    return judged(("library_missing", "程序库"), not faults, "、".join(faults) or f"{len(wanted)} 个都在", SETUP)


def _library_fault(wanted: Requirement) -> str:
    if wanted.marker is not None and not wanted.marker.evaluate():
        return ""
    try:
        found = version(wanted.name)
    except PackageNotFoundError:
        return f"缺 {wanted.name}"
    return "" if wanted.specifier.contains(found, prereleases=True) else f"{wanted.name} {found} 不合要求"


def _tesseract() -> Finding:
    advice = "安装 tesseract-ocr 和 tesseract-ocr-chi-sim"
    if not shutil.which("tesseract"):
        return Finding("tesseract_missing", "Tesseract", State.FAULT, "没有安装", advice)
    said = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, check=False, timeout=20).stdout.split()
    return judged(("tesseract_missing", "Tesseract"), CHINESE in said, "有简体中文" if CHINESE in said else "没有简体中文", advice)


def _fonts() -> Finding:
    if not shutil.which("fc-list"):
        return Finding("fonts_missing", "中文字体", State.WARN, "没有 fontconfig，无法查看", "安装 fontconfig 和 fonts-noto-cjk")
    found = subprocess.run(["fc-list", FONT_PATTERN, "family"], capture_output=True, text=True, check=False, timeout=20).stdout.splitlines()
    return judged(("fonts_missing", "中文字体"), bool(found), f"{len(set(found))} 种", "安装 fonts-noto-cjk", otherwise=State.WARN)


def _sm3() -> Finding:
    digest = hashes.Hash(hashes.SM3())
    digest.update(b"abc")
    ok = digest.finalize().hex() == ABC_SM3 and bool(hashlib.sha256(b""))
    return judged(("sm3_wrong", "国密 SM3"), ok, "与国标算例一致" if ok else "与国标算例不符", "重新安装 cryptography")


def _pages() -> Finding:
    built = (ROOT / "build" / "static" / "manifest.json").exists()
    return judged(("pages_missing", "网页样式与脚本"), built, "已生成" if built else "没有生成", SETUP)


def _mode(settings: Settings) -> Finding:
    if settings.is_production:
        return Finding("mode", "运行方式", State.OK, "production，各项安全设置齐全")
    return Finding("mode", "运行方式", State.OK, "office；正式对外服务时把 service.mode 设为 production，并在前面加 TLS")


def _port(settings: Settings) -> Finding:
    place = f"{settings.service.host}:{settings.service.port}"
    if holder(settings):
        ok = answers(settings)
        return judged(("web_silent", "网页地址"), ok, f"{place} {'有应答' if ok else '没有应答'}", "看 XUEJI_HOME/logs/service.log")
    try:
        free_port(settings)
    except Conflict as error:
        return Finding("port_taken", "网页地址", State.FAULT, f"{place} 被占用", error.message)
    return Finding("web_silent", "网页地址", State.OK, f"{place} 空闲，服务没有运行")


def _models(settings: Settings) -> Finding:
    """In a child with the reader's limits, since that is where they have to load."""
    engine = engine_name(settings)
    sandbox = Sandbox(memory_bytes=settings.reading.memory_bytes, recycle_calls=1)
    try:
        said = sandbox.call("archive_service.cli.doctor_models:load_engine", engine, timeout_seconds=MODEL_SECONDS)
    except (TimedOut, Crashed) as error:
        return Finding("reader_missing", "识别模型", State.FAULT, f"{engine} 没有装入：{error}", f"内存要有 1.5 GB 空闲；{SETUP}")
    finally:
        sandbox.close()
    return judged(("reader_missing", "识别模型"), not said, f"{engine} {said or '可用'}", SETUP)
