"""Hands papers in through the API from a process of its own, and writes down every answer before it goes on.

    python -m tests.faults.sender PORT TOKEN ID_NO LOG

Sends as many papers as its standard input asks for, a number a line, until that closes. Each paper is sent once, several at a time; what was answered 201 is on the disk of the log
before that hand sends the next: that is what may never be lost.
"""

import hashlib
import itertools
import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import TracebackType
from typing import Self

from archive_service.settings import ROOT
from tests.papers import hukou, jpeg

BOUNDARY = "paper"
ENDLESS = 1_000_000
PAUSE_SECONDS = 0.4
HANDS = 4  # several papers are always between the door and the answer, each at another step
UNANSWERED = 0


@dataclass(frozen=True)
class Sent:
    """One paper and what was said of it; `status` 0 when nobody answered."""

    number: int
    sha256: str
    status: int
    code: str = ""
    record_id: str = ""


def word_of(number: int) -> str:
    """A word that stands on this paper alone."""
    return f"查验码{number:05d}"


def paper(number: int, id_no: str) -> bytes:
    """A page of the student's that no other is equal to."""
    return jpeg(f"{hukou('张三', id_no)}\n{word_of(number)}")


def send(port: int, token: str, number: int, content: bytes) -> Sent:
    """Send one paper, once."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{number:05d}.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    body = head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    digest = hashlib.sha256(content).hexdigest()
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", "/api/v1/records", body, headers)
        answer = connection.getresponse()
        told = json.loads(answer.read())
    except (OSError, HTTPException, ValueError):
        return Sent(number, digest, UNANSWERED)
    finally:
        connection.close()
    return Sent(number, digest, answer.status, told.get("code", ""), told.get("id", ""))


class Sending(AbstractContextManager["Sending"]):
    """A sender that works as long as the block runs."""

    def __init__(self, port: int, token: str, id_no: str, log: Path, *, papers: int = ENDLESS) -> None:
        self._log = log
        arguments = [str(port), token, id_no, str(log)]
        self._process = subprocess.Popen([sys.executable, "-m", "tests.faults.sender", *arguments], stdin=subprocess.PIPE, cwd=ROOT)
        if papers:
            self.more(papers)

    def more(self, papers: int) -> None:
        """Let it send so many more."""
        assert self._process.stdin
        self._process.stdin.write(f"{papers}\n".encode())
        self._process.stdin.flush()

    @property
    def answers(self) -> list[Sent]:
        """All answers so far."""
        lines = self._log.read_text("utf-8").splitlines() if self._log.exists() else []
        return [Sent(**json.loads(line)) for line in lines if line.endswith("}")]

    def acknowledged(self) -> int:
        """How many papers were taken in."""
        return sum(sent.status == 201 for sent in self.answers)

    def close(self) -> list[Sent]:
        """Let each hand finish its paper and go; all answers."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(60)
        return self.answers

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def main(port: int, token: str, id_no: str, log: Path) -> None:
    """Send papers as they are asked for, until standard input closes."""
    over, lock, numbers, wanted = threading.Event(), threading.Lock(), itertools.count(1), threading.Semaphore(0)

    def work() -> None:
        while wanted.acquire() and not over.is_set():
            number = next(numbers)
            sent = send(port, token, number, paper(number, id_no))
            with lock:
                file.write(json.dumps(asdict(sent)) + "\n")
                file.flush()
                os.fsync(file.fileno())
            over.wait(PAUSE_SECONDS)

    with log.open("a", encoding="utf-8") as file, ThreadPoolExecutor(HANDS) as pool:
        for _ in range(HANDS):
            pool.submit(work)
        try:
            for line in sys.stdin:
                wanted.release(int(line))
        finally:
            over.set()
            wanted.release(HANDS)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4]))
