"""The reader's child processes: a hurried door looks twice, a hostile file costs a child and a plain answer."""

import pytest

from archive_service.adapters.reader import SandboxedReader
from archive_service.adapters.sandbox import Crashed, TimedOut
from archive_service.errors import OcrFailed, Rejected
from scanners.sources import Sniffed
from tests.papers import jpeg

TAKEN = Sniffed("image/jpeg", ())


class Door:
    """Stands in for the child at the door: gives the answers it was told, and remembers how long it was allowed."""

    def __init__(self, *answers):
        self.answers, self.allowed = list(answers), []

    def call(self, *_, timeout_seconds):
        self.allowed.append(timeout_seconds)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self):
        pass


@pytest.fixture
def reader(make_settings):
    reader = SandboxedReader(make_settings())
    yield reader
    reader.close()


def test_a_slow_machine_gets_a_second_and_longer_look(reader):
    reader._door = Door(TimedOut("slow"), TAKEN)
    assert reader.sniff(b"x") is TAKEN
    assert reader._door.allowed[1] > reader._door.allowed[0]


@pytest.mark.parametrize("answers", [(TimedOut("slow"), TimedOut("slow")), (Crashed("died"),)])
def test_what_hangs_or_kills_the_door_is_not_taken(reader, answers):
    reader._door = Door(*answers)
    with pytest.raises(Rejected) as caught:
        reader.sniff(b"x")
    assert (caught.value.this_code, caught.value.this_status) == ("not_openable", 422)


def test_the_real_door_takes_a_page_and_judges_it(reader):
    content = jpeg("一页")
    assert reader.sniff(content).media_type == "image/jpeg"
    assert len(reader.judge(content, "image/jpeg").pages) == 1


def test_a_file_that_is_no_picture_is_told(reader):
    with pytest.raises(Rejected):
        reader.judge(b"\xff\xd8\xff" + b"x" * 100, "image/jpeg")


def test_an_engine_that_dies_costs_a_child_and_a_reason(reader):
    reader._engine = "failing-crash"
    with pytest.raises(OcrFailed) as caught:
        reader.read(jpeg("一页"), "image/jpeg", {1: 0})
    assert caught.value.this_code == "crashed"
    reader._engine = "canned"
    assert "一页" in reader.read(jpeg("一页"), "image/jpeg", {1: 0}).pages[0].text
