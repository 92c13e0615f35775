"""Defects by which somebody could see or do what is not theirs: scope, sensitivity, rights, sessions."""

from tests.defects.defect import Defect, change

GUARDS = "tests/defects/test_guards_sight.py"
SCOPE = "tests/functional/test_scope.py"

DEFECTS = (
    Defect(
        "scope-left-out-of-records",
        "a list of records holds what the actor may read",
        (change("services/records.py", "select(Record).where(scope.records(), *conditions)", "select(Record).where(*conditions)"),),
        (f"{SCOPE}::test_lists_and_totals_hold_nothing_of_others",),
    ),
    Defect(
        "scope-left-out-of-one-record",
        "a record out of scope is not found",
        (
            change(
                "services/scope.py",
                "select(Record).where(Record.id == record_id, self.records(",
                "select(Record).where(Record.id == record_id, True or self.records(",
            ),
        ),
        (f"{SCOPE}::test_a_closed_paper_is_hidden_from_all_but_the_unit_that_took_it_in",),
    ),
    Defect(
        "scope-left-out-of-students",
        "students elsewhere are neither found nor counted",
        (
            change(
                "services/students.py",
                "conditions = [scope.students(in_list=True), *_conditions(session, criteria)]",
                "conditions = [*_conditions(session, criteria)]",
            ),
        ),
        ("tests/functional/test_students.py::test_students_elsewhere_are_neither_found_nor_counted",),
    ),
    Defect(
        "scope-left-out-of-cases",
        "others do not learn that a case exists",
        (
            change(
                "services/scope.py",
                "select(Case).where(Case.id == case_id, self.cases(",
                "select(Case).where(Case.id == case_id, True or self.cases(",
            ),
        ),
        ("tests/functional/test_case_suspend.py::test_others_do_not_learn_that_a_case_exists",),
    ),
    Defect(
        "scope-left-out-of-search-rows",
        "the index proposes, rows decide",
        (change("services/search_rows.py", "in_(page_ids), readable(scope))\n", "in_(page_ids))\n"),),
        (f"{GUARDS}::test_what_the_index_proposes_passes_the_rows",),
    ),
    Defect(
        "counted-without-the-rows",
        "what is counted and not shown is held against the rows too",
        (change("services/search.py", "{*beside, *(hit.page_id", "{*(hit.page_id"),),
        ("tests/functional/test_search_scope.py::test_a_document_that_lies_shows_nothing",),
    ),
    Defect(
        "second-scan-told-to-anybody",
        "the first of two scans of a paper is named only to who may read it",
        (change("services/likeness_told.py", "seen = scope.readable_among(session, firsts)", "seen = firsts"),),
        ("tests/functional/test_likeness.py::test_who_may_not_read_the_first_is_not_told",),
    ),
    Defect(
        "samples-of-other-schools-seen",
        "a sample of scans is seen by the checkers whose right reaches the school",
        (change("services/sampling.py", "return at.in_(units)", "return Inspection.id != ''"),),
        ("tests/functional/test_sampling.py::test_who_may_not_check",),
    ),
    Defect(
        "ground-held-after-the-act",
        "the case an act is done under is held against its student before anything is kept",
        (change("services/intake.py", "        scope.check_ground(session, targeted.student_id)\n", ""),),
        ("tests/functional/test_grounds.py::test_nothing_is_taken_in_for_one_child_under_the_case_of_another",),
    ),
    Defect(
        "later-paper-told-to-anybody",
        "what took a paper's place is named only to who may read it",
        (change("services/records.py", "Record.supersedes_id.in_(ids), scope.records())", "Record.supersedes_id.in_(ids))"),),
        ("tests/functional/test_grounds.py::test_papers_before_and_after_are_told_in_scope_only",),
    ),
    Defect(
        "papers-listed-by-anybodys-case",
        "a list by case holds nothing where the case may not be seen",
        (change("services/records.py", "Record.id.in_(evidence.where(scope.sees_case(CaseEvidence.case_id)))", "Record.id.in_(evidence)"),),
        ("tests/functional/test_grounds.py::test_a_list_by_case_tells_nothing_of_a_case_out_of_sight",),
    ),
    Defect(
        "unscoped-index-query",
        "the index is asked for the schools in reach only, so that totals tell nothing of others",
        (change("services/search_scope.py", "for unit in scope.units(Right.READ_PAPER))", "for unit in scope.tree.units)"),),
        ("tests/functional/test_search.py::test_the_index_is_not_even_asked_for_what_is_not_told",),
    ),
    Defect(
        "sensitivity-rule-off",
        "papers of health and justice are closed to those who only look on",
        (change("rules/access.py", "return sensitivity in OPEN_TO[standing]", "return True"),),
        (f"{SCOPE}::test_a_closed_paper_is_hidden_from_all_but_the_unit_that_took_it_in",),
    ),
    Defect(
        "unsettled-kind-trusted",
        "superiors see a paper once somebody knows what it is",
        (
            change(
                "services/sensitivity.py",
                "return (Record.kind_state != KindState.UNSURE) | Record.organisation_id.in_(own_units)",
                "return Record.id.is_not(None)",
            ),
        ),
        ("tests/functional/test_sensitivity.py::test_superiors_see_a_paper_once_its_kind_is_settled",),
    ),
    Defect(
        "purpose-not-asked",
        "what a closed paper says is told for a purpose or a case of its student",
        (change("services/records.py", "return has_ground or not access.needs_ground(Sensitivity(record.sensitivity))", "return True"),),
        (f"{SCOPE}::test_what_a_closed_paper_says_is_told_for_a_purpose_only",),
    ),
    Defect(
        "purpose-not-asked-in-search",
        "a search without a purpose says nothing of health",
        (change("services/search_scope.py", "({CLOSED_AT_HOME} if scope.actor.purpose else ())", "{CLOSED_AT_HOME}"),),
        ("tests/functional/test_search.py::test_the_index_is_not_even_asked_for_what_is_not_told",),
    ),
    Defect(
        "case-of-another-child",
        "a case opens the papers of its own student only",
        (change("services/scope.py", "if about and student_id and about != student_id:", "if False:"),),
        (f"{SCOPE}::test_a_case_of_another_child_is_no_ground",),
    ),
    Defect(
        "names-unmasked",
        "names stand masked where the unit has nothing to do with the student",
        (change("services/search_rows.py", "return self.student_id is not None and not self.is_named", "return False"),),
        ("tests/functional/test_search.py::test_names_are_masked_where_the_unit_has_nothing_to_do_with_the_student",),
    ),
    Defect(
        "no-csrf-check",
        "a form without the token of its page changes nothing",
        (change("http/guard.py", "            csrf.protect()\n", "            pass\n"),),
        ("tests/functional/test_web_students.py::test_revealing_wants_the_token",),
    ),
    Defect(
        "first-password-opens-all",
        "a first password opens nothing but its change",
        (change("http/guard.py", "if g.signed_in.must_change_password and request.path not in WITH_FIRST_PASSWORD:", "if False:"),),
        ("tests/functional/test_web_guard.py::test_a_first_password_opens_nothing_but_its_change",),
    ),
    Defect(
        "no-idle-time-out",
        "a session ends when nobody clicks",
        (change("services/sessions.py", " or row.seen_at + idle <= now", ""),),
        ("tests/functional/test_sign_in.py::test_a_session_ends_when_idle",),
    ),
    Defect(
        "token-scope-ignored",
        "a token narrows the rights of its account",
        (change("rules/access.py", "return not viewer.token_scopes or any(", "return True or any("),),
        (
            "tests/unit/rules/test_access.py::test_tokens_narrow_and_never_widen",
            "tests/functional/test_api_records.py::test_a_token_narrows_and_never_widens",
        ),
    ),
    Defect(
        "revoked-token-lives",
        "a revoked token is dead",
        (change("services/tokens.py", "if token.revoked_at is not None or token.expires_at", "if token.expires_at"),),
        ("tests/functional/test_accounts.py::test_a_revoked_token_is_dead",),
    ),
    Defect(
        "undo-at-any-time",
        "a decision is taken back within seconds only",
        (
            change(
                "services/case_actions_undo.py",
                "if now > decision.decided_at + timedelta(seconds=UNDO_SECONDS + _GRACE_SECONDS):",
                "if False:",
            ),
        ),
        ("tests/functional/test_case_suspend.py::test_taking_back_too_late_or_after_somebody_acted",),
    ),
    Defect(
        "rights-before-training",
        "a registrar has rights once training is filed",
        (change("services/accounts.py", "AccountState.WAITING if waits else AccountState.ACTIVE", "AccountState.ACTIVE"),),
        ("tests/functional/test_accounts.py::test_a_registrar_waits_until_training_is_filed",),
    ),
    Defect(
        "administrators-joined",
        "system, security and audit administrator are three people",
        (change("rules/access.py", "    if len(administrators) > 1:\n", "    if False:\n"),),
        ("tests/functional/test_accounts.py::test_roles_that_do_not_go_together_are_refused",),
    ),
    Defect(
        "upload-name-kept-as-sent",
        "a file's name is no path and holds no control character",
        (change("services/intake.py", 'bare = PurePath(name.replace("\\\\", "/")).name', "bare = name"),),
        (f"{GUARDS}::test_a_files_name_is_never_a_path",),
    ),
    Defect(
        "redirect-anywhere",
        "a link leads nowhere else after signing in",
        (
            change(
                "web/pages.py",
                'if not path or not path.startswith("/") or path.startswith("//") or _NOT_OURS.search(path):',
                "if not path:",
            ),
            change("web/pages.py", 'return "/" if place.scheme or place.netloc else path', "return path if place else path"),
        ),
        ("tests/functional/test_web_guard.py::test_a_link_leads_nowhere_else_after_signing_in",),
    ),
)
