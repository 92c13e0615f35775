"""The kinds of config/kinds are fit for use, and faults in such data are all named at once."""

import pytest

from scanners.kinds import KindsInvalid, load_kinds
from tests.unit.scanners.drawing import KINDS

PROCEDURES_ASK_FOR = """
hukou_page diagnosis_certificate treatment_receipt suspension_application transfer_application transfer_contact_form
written_application registry_certificate award_certificate sanction_decision resident_id_card no_hukou_certificate
vaccination_record recovery_certificate residence_proof work_proof migration_certificate truth_commitment
info_collection_form graduation_certificate quality_report withdrawal_application handover_list meeting_minutes notice
"""


def test_the_products_kinds_load_and_hold_every_paper_of_the_procedures():
    kinds = load_kinds(KINDS)
    assert [code for code in PROCEDURES_ASK_FOR.split() if code not in kinds] == []


def test_health_papers_are_closed_and_justice_papers_too():
    kinds = load_kinds(KINDS)
    assert {kind.sensitivity for kind in kinds if kind.code in {"diagnosis_certificate", "vaccination_record"}} == {"H"}
    assert {kind.sensitivity for kind in kinds if kind.code in {"detention_notice", "missing_person_report"}} == {"J"}


def test_no_title_belongs_to_two_kinds():
    titles = [title for kind in load_kinds(KINDS) for title in kind.titles]
    assert sorted(title for title in set(titles) if titles.count(title) > 1) == []


def test_every_fault_is_named_with_its_place(tmp_path):
    good = "{code: good_kind, label: 证明, series: C2, sensitivity: M, titles: [证明], fields: [shoe_size]}"
    (tmp_path / "a.yaml").write_text(f"- {good}\n- {good}\n- {{code: Bad, label: 证明, series: C9, titles: []}}\n", "utf-8")
    with pytest.raises(KindsInvalid) as invalid:
        load_kinds(tmp_path)
    faults = "\n".join(invalid.value.faults)
    for expected in ("a.yaml #3 code", "a.yaml #3 series", "a.yaml #3 sensitivity", "a.yaml #3 titles"):
        assert expected in faults
    assert "good_kind: given twice" in faults
    assert "good_kind: unknown field shoe_size" in faults


def test_an_empty_folder_is_a_fault(tmp_path):
    with pytest.raises(KindsInvalid):
        load_kinds(tmp_path)
