"""Kinds of paper and the law agree: every code a kind may serve as exists, and every recognisable form has a kind."""

from archive_service.rules.law import load_law
from archive_service.settings import ROOT
from scanners.kinds import load_kinds

# Papers of Yingkou's transfers that are prose of their own; a person says what they are.
TOLD_BY_A_PERSON = {"F-TRA-GRADE", "F-TRA-PERF"}


def test_every_code_of_a_kind_is_evidence_the_law_knows():
    law = load_law(ROOT / "config")
    unknown = {code for kind in load_kinds(ROOT / "config" / "kinds") for code in kind.evidence} - set(law.evidence)
    assert unknown == set()


def test_every_form_of_the_law_is_a_kind_of_paper():
    law = load_law(ROOT / "config")
    served = {code for kind in load_kinds(ROOT / "config" / "kinds") for code in kind.evidence}
    forms = {code for code in law.evidence if code.startswith("F-")}
    assert forms - served == TOLD_BY_A_PERSON
