"""The law data of the project, and what the loader says about faulty data."""

from datetime import date
from pathlib import Path
from shutil import copytree

import pytest

from archive_service.rules.law import Law, LawGap, load_law
from archive_service.rules.law_files import LawError
from archive_service.rules.vocabulary import Series, Stage

CONFIG = Path(__file__).parents[3] / "config"
IN_FORCE = date(2026, 9, 10)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for part in ("profiles", "procedures", "evidence", "forms", "calendar"):
        copytree(CONFIG / part, tmp_path / part)
    return tmp_path


def test_evidence_and_forms_of_part_3_are_complete(law: Law) -> None:
    codes = list(law.evidence)
    assert sum(code.startswith("E-") for code in codes) == 79
    assert sum(code.startswith("F-") for code in codes) == 15


@pytest.mark.parametrize("profile", ["HN", "GZ", "YK", "NAT"])
def test_every_profile_offers_its_enabled_procedures(law: Law, profile: str) -> None:
    offered = [procedure.code for procedure in law.procedures(profile, IN_FORCE)]
    moves = ["transfer_in_yk", "transfer_out_yk"] if profile == "YK" else ["transfer"]
    assert offered == ["enrol", *moves, "suspend"]


@pytest.mark.parametrize("profile", ["HN", "GZ", "YK", "NAT"])
def test_every_profile_names_all_series(law: Law, profile: str) -> None:
    assert set(law.profile(profile, IN_FORCE).series) == set(Series)


@pytest.mark.parametrize(
    ("profile", "stage", "level"),
    [
        pytest.param("HN", Stage.JUNIOR, None, id="HN-3.2 the school's own field"),
        pytest.param("GZ", Stage.SENIOR, "city", id="GZ-7.4 senior"),
        pytest.param("GZ", Stage.PRIMARY, "county", id="GZ-7.4 primary"),
        pytest.param("YK", Stage.SENIOR, "city", id="YK-3.1"),
    ],
)
def test_authority(law: Law, profile: str, stage: Stage, level: str | None) -> None:
    assert law.profile(profile, IN_FORCE).authority.level(stage) == level


@pytest.mark.parametrize(
    ("profile", "paper"),
    [
        pytest.param("HN", {"C1", "C2", "C3", "C5"}, id="HN-9.2"),
        pytest.param("GZ", {"C1", "C2"}, id="GZ-12.3"),
    ],
)
def test_series_that_need_paper(law: Law, profile: str, paper: set[str]) -> None:
    series = law.profile(profile, IN_FORCE).series
    assert {str(code) for code, rule in series.items() if rule.needs_paper} == paper


def test_law_holds_from_its_first_day(law: Law) -> None:
    assert law.profile("HN", date(2014, 5, 1)).number == "教基一〔2014〕310号"
    with pytest.raises(LawGap, match="没有适用"):
        law.profile("HN", date(2014, 4, 30))


def test_unknown_names_are_gaps_not_defaults(law: Law) -> None:
    with pytest.raises(LawGap):
        law.profile("XX", IN_FORCE)
    with pytest.raises(LawGap, match="没有此项业务"):
        law.procedure("expel", "HN", IN_FORCE)
    with pytest.raises(LawGap, match="转入（普通高中）"):
        law.procedure("transfer_in_yk", "HN", IN_FORCE)


def test_citation_names_text_and_place(law: Law) -> None:
    assert law.cite("HN-11.8") == "河南省义务教育学生学籍管理实施细则（试行）第十一条（四）"
    assert law.cite("CC-203") == "民法典第二百零三条"
    assert law.cite("") == ""


def test_version_changes_with_any_byte(law: Law, folder: Path) -> None:
    assert load_law(folder).version == law.version
    path = folder / "evidence" / "evidence.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert load_law(folder).version != law.version


def _spoil(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


FAULTS = [
    ("procedures/suspend.yaml", "must: [E-DX]", "must: [E-XD]", "unknown evidence code: E-XD"),
    ("procedures/suspend.yaml", "basis: [HN-13.1", "basis: [HN-99", "unknown article id: HN-99"),
    ("procedures/suspend.yaml", "form: F-SUSP-GZ", "form: F-NONE", "unknown form: F-NONE"),
    ("procedures/suspend.yaml", "name: max_suspensions", "name: max_sleep", "unknown guard: max_sleep"),
    ("procedures/suspend.yaml", "grounds: [illness], articles", "grounds: [ill], articles", "unknown ground: ill"),
    ("procedures/suspend.yaml", "actor: GUARD", "actor: GUARDIAN", "Input should be 'GUARD'"),
    ("procedures/suspend.yaml", "dossier:", "folder:", "Extra inputs are not permitted"),
    ("procedures/suspend.yaml", "  - profile: HN", "  - profile: ZZ", "unknown profile: ZZ"),
    ("procedures/suspend.yaml", "{must: [E-APP], articles: [HN-13.2]}", "{must: [E-APP]}", "names no article"),
    ("procedures/suspend.yaml", "{must: [E-APP], articles: [HN-13.2]}", "{articles: [HN-13.2]}", "exactly one of"),
    ("procedures/suspend.yaml", "{n: 10, span: working_days}", "{n: -1, span: working_days}", "greater than or equal"),
    ("procedures/suspend.yaml", "amount: {n: 10, span: working_days}, ", "", "either amount or day"),
    ("procedures/suspend.yaml", "code: suspend", "code: suspend\ncode: suspend", "key given twice: code"),
    ("procedures/suspend.yaml", "  - profile: NAT", "  - profile: YK", "in force on the same day"),
    ("procedures/transfer.yaml", "when_any: [cross_province]", "when_any: [far]", "unknown predicate: far"),
    ("procedures/transfer.yaml", "transfer_out_yk]", "transfer_back]", "unknown procedure: transfer_back"),
    ("procedures/transfer.yaml", "use: [transfer_in_yk, transfer_out_yk]", "available: true", "has a chain, or names"),
    ("procedures/transfer.yaml", "reason: 营口", "available: false\n    note: 营口", "says why"),
    ("profiles/HN.yaml", "procedures: [enrol", "procedures: [enrol, death", "no edition of this procedure"),
    ("profiles/HN.yaml", "by_school: true", "by_school: false", "either by_school or by_stage"),
    ("profiles/HN.yaml", "valid_from: 2014-05-01", "valid_from: 2014-05-01\n    valid_to: 2013-01-01", "lies before"),
    ("profiles/HN.yaml", "[HN-24.2]", "[HN-24.9]", "unknown article id: HN-24.9"),
    ("evidence/evidence.yaml", "原件, carrier: O", "原件, carrier: P", "Input should be 'O'"),
]


@pytest.mark.parametrize(("file", "old", "new", "said"), FAULTS, ids=[fault[3] for fault in FAULTS])
def test_faulty_data_is_told_with_its_file(folder: Path, file: str, old: str, new: str, said: str) -> None:
    _spoil(folder, file, old, new)
    with pytest.raises(LawError) as caught:
        load_law(folder)
    assert any(fault.file == file and said in fault.text for fault in caught.value.faults), str(caught.value)


def test_all_faults_come_at_once(folder: Path) -> None:
    _spoil(folder, "procedures/suspend.yaml", "must: [E-DX]", "must: [E-XD]")
    _spoil(folder, "profiles/GZ.yaml", "label: 贵州省", "lable: 贵州省")
    _spoil(folder, "evidence/evidence.yaml", "E-HKB-C:", "E-HKB-O:")
    with pytest.raises(LawError) as caught:
        load_law(folder)
    assert {fault.file for fault in caught.value.faults} >= {
        "procedures/suspend.yaml",
        "profiles/GZ.yaml",
        "evidence/evidence.yaml",
    }


def test_a_code_in_two_files_is_a_fault(folder: Path) -> None:
    (folder / "evidence" / "more.yaml").write_text("E-DX: {label: 证明, carrier: K, series: C2, sensitivity: H}\n", encoding="utf-8")
    with pytest.raises(LawError, match="code defined twice"):
        load_law(folder)


DEATH = """
code: death
label: 死亡注销
editions:
  - profile: HN
    valid_from: 2014-05-01
    basis: [HN-16.1]
    requires:
      - {must: [E-DEATH], articles: [HN-16.1]}
    chain:
      - {act: report, actor: REG, label: 学校报告, right: submit_case}
      - {act: cancel, actor: AUTH, label: 主管部门注销, right: review_case}
    outcomes:
      - {state: DEAD}
  - profile: GZ
    valid_from: 2014-03-01
    same_as: %s
    basis: [GZ-23]
"""


def test_a_new_procedure_is_a_new_file(folder: Path) -> None:
    (folder / "procedures" / "death.yaml").write_text(DEATH % "HN", encoding="utf-8")
    death = load_law(folder).procedure("death", "GZ", IN_FORCE, stage=Stage.SENIOR)
    assert death.basis == ("GZ-23",)
    assert list(death.evidence) == ["E-DEATH"]
    assert [step.actor for step in death.chain] == ["REG", "AUTH"]
    assert death.stages == (Stage.PRIMARY, Stage.JUNIOR, Stage.SENIOR, Stage.SPECIAL)


def test_same_as_has_to_point_somewhere(folder: Path) -> None:
    (folder / "procedures" / "death.yaml").write_text(DEATH % "YK", encoding="utf-8")
    with pytest.raises(LawError, match="no such edition: YK"):
        load_law(folder)


def test_an_edition_for_the_stage_goes_first(folder: Path) -> None:
    text = DEATH % "HN" + "    stages: [senior]\n    valid_from: 2014-03-01\n"
    text = text.replace("    valid_from: 2014-03-01\n    same_as", "    same_as")
    text += "  - profile: GZ\n    valid_from: 2014-03-01\n    stages: [primary]\n    available: false\n    reason: 不办理\n"
    (folder / "procedures" / "death.yaml").write_text(text, encoding="utf-8")
    law = load_law(folder)
    assert law.procedure("death", "GZ", IN_FORCE, stage=Stage.SENIOR).available
    assert not law.procedure("death", "GZ", IN_FORCE, stage=Stage.PRIMARY).available
    with pytest.raises(LawGap):
        law.procedure("death", "GZ", IN_FORCE, stage=Stage.JUNIOR)


@pytest.mark.parametrize("text", ["code: death\nlabel: 死亡\neditions: none\n", "a: [\n"])
def test_files_that_are_no_procedures(folder: Path, text: str) -> None:
    (folder / "procedures" / "death.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(LawError, match=r"procedures/death\.yaml"):
        load_law(folder)


def test_data_without_mapping_is_a_fault(folder: Path) -> None:
    (folder / "procedures" / "death.yaml").write_text("- nothing\n", encoding="utf-8")
    (folder / "evidence" / "empty.yaml").write_text("", encoding="utf-8")
    (folder / "evidence" / "list.yaml").write_text("- nothing\n", encoding="utf-8")
    (folder / "forms" / "bare.yaml").write_text("F-X: text\n", encoding="utf-8")
    with pytest.raises(LawError) as caught:
        load_law(folder)
    assert {fault.file for fault in caught.value.faults} == {
        "procedures/death.yaml",
        "evidence/empty.yaml",
        "evidence/list.yaml",
        "forms/bare.yaml",
    }
