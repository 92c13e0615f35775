"""As little of a browser as the load needs: one request on a connection of its own, cookies, hidden form fields. Standard library, asyncio.

A library would cost more processor time than the whole crowd; the generator must not take from the two cores it measures.
"""

import asyncio
import re
from dataclasses import dataclass, field
from urllib.parse import urlencode

WAIT_SECONDS = 30
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    """What came back; `location` where it sends one on."""

    status: int
    body: bytes
    location: str = ""

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


@dataclass
class Browser:
    """A person's browser: it keeps cookies and nothing else."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str) -> Answer:
        return await asyncio.wait_for(self._call("GET", path, b""), WAIT_SECONDS)

    async def post(self, path: str, **form: str) -> Answer:
        return await asyncio.wait_for(self._call("POST", path, urlencode(form).encode()), WAIT_SECONDS)

    async def sign_in(self, login: str, password: str) -> None:
        """Through the form, as anybody. Raises ConnectionError where that is refused."""
        found = _TOKEN.search((await self.get("/sign-in")).text)
        answer = await self.post("/sign-in", csrf_token=found.group(1) if found else "", account=login, password=password)
        if answer.status != 302 or "xueji_session" not in self.cookies:
            raise ConnectionError(f"{login} cannot sign in: {answer.status}")

    async def _call(self, method: str, path: str, body: bytes) -> Answer:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(self._head(method, path, len(body)) + body)
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            content = await reader.read()
        finally:
            writer.close()
        return self._answer(head, content)

    def _head(self, method: str, path: str, length: int) -> bytes:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", "Connection: close", f"Cookie: {cookies}"]
        if method == "POST":
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {length}"]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def _answer(self, head: list[str], content: bytes) -> Answer:
        location, length = "", len(content)
        for line in head[1:]:
            name, _, value = line.partition(": ")
            if name.lower() == "set-cookie":
                key, _, kept = value.partition(";")[0].partition("=")
                self.cookies[key] = kept
            elif name.lower() == "location":
                location = value
            elif name.lower() == "content-length":
                length = int(value)
        if length != len(content):
            raise ConnectionError(f"{len(content)} bytes of {length} came")
        return Answer(int(head[0].split(" ")[1]), content, location)
