"""The list that travels with a custody transfer."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.manifest import Entry, FindingCode, ManifestError, build, dump, parse, verify

A = Entry("S1/C2/0001.pdf", "a" * 64, 1000, 2)
B = Entry("S1/C2/0002.pdf", "b" * 64, 500, 1)


def test_order_does_not_matter() -> None:
    one, other = build("T1", [A, B]), build("T1", [B, A])
    assert dump(one) == dump(other)
    assert one.sha256 == other.sha256
    assert (one.size_bytes, one.page_count) == (1500, 3)
    assert build("T2", [A, B]).sha256 != one.sha256


names = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=8)
entries = st.builds(
    Entry,
    st.lists(names, min_size=1, max_size=3).map("/".join),
    st.text("0123456789abcdef", min_size=64, max_size=64),
    st.integers(0, 10**12),
    st.integers(0, 5000),
)


@given(st.lists(entries, max_size=5, unique_by=lambda entry: entry.path))
def test_what_is_written_is_read_back(listed: list[Entry]) -> None:
    manifest = build("移交〔2026〕1号", listed)
    assert parse(dump(manifest)) == manifest
    assert verify(manifest, reversed(listed)) == []


@pytest.mark.parametrize(
    "entry",
    [
        replace(A, path="../etc"),
        replace(A, path="/abs"),
        replace(A, path="a//b"),
        replace(A, path="a\\b"),
        replace(A, path=""),
        replace(A, sha256="a" * 63),
        replace(A, sha256="A" * 64),
        replace(A, size_bytes=-1),
        replace(A, page_count=-1),
    ],
)
def test_improper_entries(entry: Entry) -> None:
    with pytest.raises(ManifestError, match="not a proper entry"):
        build("T1", [entry])


def test_a_path_stands_once() -> None:
    with pytest.raises(ManifestError, match="given twice"):
        build("T1", [A, replace(B, path=A.path)])


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b'{"version": 2}', b'{"version": 1}', b"\xff\xfe", dump(build("T1", [A])).replace(b"1000", b'"x"')],
)
def test_bytes_that_are_no_manifest(content: bytes) -> None:
    with pytest.raises(ManifestError):
        parse(content)


@pytest.mark.parametrize(
    ("received", "codes"),
    [
        ([A, B], []),
        ([A], [FindingCode.MISSING]),
        ([A, B, replace(B, path="z.pdf")], [FindingCode.UNLISTED]),
        ([A, replace(B, sha256="c" * 64)], [FindingCode.DIGEST_DIFFERS]),
        ([A, replace(B, size_bytes=1, page_count=9)], [FindingCode.SIZE_DIFFERS, FindingCode.PAGES_DIFFER]),
        ([], [FindingCode.MISSING, FindingCode.MISSING]),
    ],
)
def test_verify(received: list[Entry], codes: list[FindingCode]) -> None:
    findings = verify(build("T1", [A, B]), received)
    assert [finding.code for finding in findings] == codes
    assert all(finding.path in finding.text for finding in findings)


def test_a_finding_shows_both_values() -> None:
    finding = verify(build("T1", [A]), [replace(A, page_count=3)])[0]
    assert (finding.listed, finding.found) == ("2", "3")
