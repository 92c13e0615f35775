"""Opening, judging and reading papers, away from the process that asks.

Lives here: the `PaperReader` protocol, the sandboxed reader of the product, and the local reader for tests.
Not here: what is seen (`scanners`), what is kept of it (services). Bytes from outside are only ever opened by a child process with
limits on memory and time; one that dies or hangs is replaced, and its work reported as failed with the reason.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from archive_service.adapters import reader_work
from archive_service.adapters.sandbox import Crashed, Sandbox, TimedOut
from archive_service.errors import OcrFailed, Rejected
from archive_service.settings import IntakeSettings, Settings
from scanners.images import ScanError
from scanners.judging import Judgement
from scanners.limits import Limits
from scanners.ocr import OcrError
from scanners.reading import Reading
from scanners.sources import Sniffed

_WORK = "archive_service.adapters.reader_work"
_PATIENCE = 8  # how much longer the second look at the door may take
_START_SECONDS = 30  # loading an engine on a busy machine


class PaperReader(Protocol):
    """What services ask of a paper's bytes."""

    def sniff(self, content: bytes) -> Sniffed:
        """What it is, and whether the door takes it."""

    def judge(self, content: bytes, media_type: str) -> Judgement:
        """Its pages, upright and measured. Raises Rejected when not one page opens, OcrFailed when judging failed."""

    def read(self, content: bytes, media_type: str, rotations: Mapping[int, int]) -> Reading:
        """Its words and what they mean. Raises OcrFailed."""

    def close(self) -> None:
        """Let go of child processes."""


def limits_of(intake: IntakeSettings) -> Limits:
    """The bounds of one file, from the settings."""
    return Limits(max_bytes=intake.max_bytes, max_pixels=intake.max_pixels, max_pages=intake.max_pages)


def engine_name(settings: Settings) -> str:
    """The engine's name as `scanners.engines` knows it."""
    reading = settings.reading
    return "rapidocr-onnx" if (reading.engine, reading.backend) == ("rapidocr", "onnxruntime") else reading.engine


def open_reader(settings: Settings) -> "SandboxedReader":
    """The product's reader; child processes start at first use."""
    return SandboxedReader(settings)


class SandboxedReader:
    """Child processes: one for the door, one for judging, one for reading, so that a slow page never keeps the door waiting."""

    def __init__(self, settings: Settings) -> None:
        intake, reading = settings.intake, settings.reading
        self._limits, self._reading, self._intake = limits_of(intake), reading, intake
        self._engine, self._kinds = engine_name(settings), str(settings.law_folder / "kinds")
        self._door = Sandbox(memory_bytes=intake.sniff_memory_bytes, recycle_calls=10_000)
        self._judging = Sandbox(memory_bytes=reading.memory_bytes, recycle_calls=reading.recycle_pages)
        self._pages = Sandbox(memory_bytes=reading.memory_bytes, recycle_calls=reading.recycle_pages)

    def sniff(self, content: bytes) -> Sniffed:
        """Look at the head only; a helper that dies over a file, or hangs twice, means that the file is not taken.

        The second look has more time: on a busy machine a good paper must not be turned away for the machine's sake.
        """
        for patience in (1, _PATIENCE):
            try:
                return self._sniffed(content, self._intake.sniff_seconds * patience)
            except TimedOut:
                continue
            except Crashed as error:
                raise _not_openable() from error
        raise _not_openable()

    def _sniffed(self, content: bytes, seconds: float) -> Sniffed:
        found: Sniffed = self._door.call(f"{_WORK}:sniff_content", content, self._limits, timeout_seconds=seconds)
        return found

    def judge(self, content: bytes, media_type: str) -> Judgement:
        """Open and judge every page within the time limit of one file."""
        seconds = self._reading.judge_seconds
        judged: Judgement = _asked(self._judging, "judge_content", content, media_type, self._limits, seconds=seconds)
        return judged

    def read(self, content: bytes, media_type: str, rotations: Mapping[int, int]) -> Reading:
        """Read every page; the time limit grows with the number of pages."""
        seconds = _START_SECONDS + self._reading.page_seconds * max(len(rotations), 1)
        arguments = (content, media_type, self._limits, dict(rotations), self._engine, self._kinds)
        reading: Reading = _asked(self._pages, "read_content", *arguments, seconds=seconds)
        return reading

    def close(self) -> None:
        """End the child processes."""
        for sandbox in (self._door, self._judging, self._pages):
            sandbox.close()


class LocalReader:
    """Reads in the calling process, with an engine by name; for tests and for looking at single papers."""

    def __init__(self, settings: Settings, engine: str = "canned") -> None:
        self._limits, self._engine = limits_of(settings.intake), engine
        self._kinds = str(settings.law_folder / "kinds")

    def sniff(self, content: bytes) -> Sniffed:
        """As the product's reader, without its limits."""
        return reader_work.sniff_content(content, self._limits)

    def judge(self, content: bytes, media_type: str) -> Judgement:
        """As the product's reader, without its limits."""
        try:
            return reader_work.judge_content(content, media_type, self._limits)
        except ScanError as error:
            raise _unopenable(error) from error

    def read(self, content: bytes, media_type: str, rotations: Mapping[int, int]) -> Reading:
        """As the product's reader, without its limits."""
        try:
            return reader_work.read_content(content, media_type, self._limits, rotations, self._engine, self._kinds)
        except OcrError as error:
            raise OcrFailed(error.message) from error
        except ScanError as error:
            raise _unopenable(error) from error

    def close(self) -> None:
        """Nothing to let go of."""


def _not_openable() -> Rejected:
    message = "无法安全地打开这个文件，没有保存。请重新扫描，或另存为 PDF、JPEG 后再上传。"
    return Rejected(message, code="not_openable", status=422)


def _asked(sandbox: Sandbox, work: str, *arguments: object, seconds: float) -> Any:  # noqa: ANN401 (what the named function returns)
    try:
        return sandbox.call(f"{_WORK}:{work}", *arguments, timeout_seconds=seconds)
    except ScanError as error:
        raise _unopenable(error) from error
    except OcrError as error:
        raise OcrFailed(error.message, code=error.code) from error
    except TimedOut as error:
        raise OcrFailed(f"超过 {seconds:.0f} 秒没有完成，已中止", code="timeout") from error
    except Crashed as error:
        raise OcrFailed(f"处理进程意外退出（{error}）", code="crashed") from error


def _unopenable(error: ScanError) -> Rejected:
    return Rejected(error.finding.advice, code=error.finding.code, findings=[error.finding.to_json()])
