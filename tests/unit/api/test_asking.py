"""Headers beside a call: versions, purposes in Chinese, cursors. Each is read in a request of its own, without an archive."""

import pytest
from flask import Flask

from archive_service.api import asking
from archive_service.errors import Rejected
from archive_service.ids import new_id

app = Flask(__name__)


def version(header):
    with app.test_request_context(headers={"If-Match": header}):
        return asking.version_wanted()


@pytest.mark.parametrize(("header", "wanted"), [('"3"', 3), ("3", 3), ('W/"12"', 12), ("*", None), ("", None), ('""', None)])
def test_a_version_as_programs_write_it(header, wanted):
    assert version(header) == wanted


@pytest.mark.parametrize("header", ['"x"', "-1", "1.0", "9" * 12])
def test_what_is_no_version(header):
    with pytest.raises(Rejected):
        version(header)


@pytest.mark.parametrize("header", ["核对".encode().decode("latin-1"), "%E6%A0%B8%E5%AF%B9"])
def test_a_purpose_in_chinese(header):
    assert asking._readable(header) == "核对"


@pytest.mark.parametrize("header", ["\xff\xfe", "%ff"])
def test_a_purpose_nobody_can_read(header):
    with pytest.raises(Rejected):
        asking._readable(header)


def test_cursors_are_ids_of_ours():
    mine = new_id()
    assert (asking.cursor_id(mine), asking.cursor_id(""), asking.cursor_id(None)) == (mine, None, None)
    with pytest.raises(Rejected):
        asking.cursor_id("../etc")
