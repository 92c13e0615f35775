"""The scorer of readings, held against cases one can count by hand."""

import json

import pytest

from benchmarks.accuracy.score import Score, bare, errors_of, score, verdict
from benchmarks.accuracy.show import fields, interval, summary
from benchmarks.accuracy.truth import PaperTruth, papers_of
from scanners.fields import FieldState
from scanners.proposals import Field, FoundBy


@pytest.mark.parametrize(
    ("line", "text", "wrong"),
    [
        ("休学申请表", "光山县休学申请表姓名", 0),
        ("休学申请表", "光山县休学甲请表姓名", 1),
        ("休学申请表", "光山县休学请表姓名", 1),
        ("休学申请表", "休学之申请表", 1),
        ("休学申请表", "", 5),
        ("休学申请表", "姓名", 5),
        ("2024", "年2024年", 0),
        ("A1B2", "A1X", 2),
    ],
)
def test_a_line_is_held_against_the_part_most_like_it(line, text, wrong):
    assert errors_of(line, text) == wrong


def test_signs_and_widths_do_not_count():
    assert bare("Ｇ４１１ 5-22（正）。") == "G411522正"


@pytest.mark.parametrize(
    ("hits", "tries", "low", "high"), [(0, 100, 0.0, 3.7), (100, 100, 96.3, 100.0), (50, 100, 40.4, 59.6), (0, 0, 0, 100)]
)
def test_a_rate_has_the_interval_of_wilson(hits, tries, low, high):
    assert interval(hits, tries) == pytest.approx((low, high), abs=0.05)


def seen(name, value, state=FieldState.SURE):
    return Field(name, name, value, value, 0.9, state, None, FoundBy.LABEL, 1, (0, 0, 1, 1))


@pytest.mark.parametrize(
    ("name", "fields", "right", "sure"),
    [
        ("id_no", [seen("id_no", "41152220120101001X")], True, True),
        ("id_no", [seen("id_no", "411522201201010018")], False, True),
        ("id_no", [seen("id_no", "411522201201010018", FieldState.FAILED_CHECK)], False, False),
        ("id_no", [seen("id_no", "9"), seen("id_no", "41152220120101001X")], False, True),  # the first is the student's
        ("seal_unit", [seen("seal_unit", "9"), seen("seal_unit", "41152220120101001X")], True, True),  # of seals any may be
        ("id_no", [], False, False),
    ],
)
def test_a_value_is_right_and_the_reader_sure_of_it(name, fields, right, sure):
    found = verdict(name, "41152220120101001x".upper(), fields)
    assert (found.is_right, found.is_sure) == (right, sure)


def test_a_wrong_number_the_reader_was_sure_of_stands_in_the_table(tmp_path):
    one = Score(PaperTruth(tmp_path, True, "hukou_page", {}, "fax", ()), kind="hukou_page", kind_sure=True)
    one.fields = [verdict("id_no", "1", [seen("id_no", "2")])]
    [line] = fields([one])
    assert "0.00 %" in line
    assert "1 wrong while sure" in line
    assert any(line.startswith("kind ") and "100.00 %" in line for line in summary([one]))


def test_a_folder_without_truth_or_with_a_missing_file_is_said(tmp_path):
    with pytest.raises(ValueError, match="holds no truth"):
        list(papers_of(tmp_path))
    (tmp_path / "truth.json").write_text(json.dumps({"a.jpg": {}}))
    with pytest.raises(ValueError, match=r"a\.jpg"):
        list(papers_of(tmp_path))


def test_what_is_refused_at_the_door_is_a_result(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"not a picture")
    (tmp_path / "truth.json").write_text(json.dumps({"a.jpg": {"values": {"name": "王二"}}}))
    [paper] = papers_of(tmp_path)
    assert score(paper, None, None, ()).failure == "refused at the door"
