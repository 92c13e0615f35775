"""The gate of a case: what evidence it needs, what is there, and every reason why it may not go on.

Lives here: `checklist`, `judge` (refusals and warnings), `gate`, and `questions` a new case has to ask.
Not here: the single guards (guards), the single papers (evidence), the chain (chain), the clock (deadline).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from archive_service.rules.deadline import window_of
from archive_service.rules.evidence import Held, is_sighted, shortcomings
from archive_service.rules.facts import Facts, is_declared, question
from archive_service.rules.guards import GUARDS, refusals
from archive_service.rules.predicates import PREDICATES, evaluate, unknown
from archive_service.rules.procedure_data import Conditional, GuardRule, Moment, Procedure, Requirement
from archive_service.rules.reason import Reason
from archive_service.rules.standing import may_become
from archive_service.rules.vocabulary import Anchor


class Required(StrEnum):
    """How strongly an evidence is asked for."""

    MUST = "must"
    ONE_OF = "one_of"
    MAY = "may"


class LineState(StrEnum):
    """What there is for a line of the checklist."""

    MISSING = "missing"
    PRESENT = "present"
    INSUFFICIENT = "insufficient"
    SIGHTED = "sighted"

    @property
    def serves(self) -> bool:
        """Whether the line is met."""
        return self in (LineState.PRESENT, LineState.SIGHTED)


@dataclass(frozen=True)
class ChecklistLine:
    """One evidence of a case. Lines with the same `group` are alternatives; a line that is not hard only warns."""

    code: str
    label: str
    required: Required
    group: str
    state: LineState
    record_id: str | None
    articles: tuple[str, ...]
    reasons: tuple[str, ...]
    is_hard: bool
    at: Moment


@dataclass(frozen=True)
class Verdict:
    """Reasons against, hard and soft. Soft ones are shown and want a word of explanation."""

    refusals: tuple[Reason, ...]
    warnings: tuple[Reason, ...]


HeldByCode = Mapping[str, Held]


def checklist(procedure: Procedure, ground: str | None, *, facts: Facts, held: HeldByCode) -> list[ChecklistLine]:
    """Every evidence that concerns this case, in the order of the law data, with what is there for it.

    A requirement whose condition cannot be told yet is listed as optional and says which fact is missing.
    """
    lines: list[ChecklistLine] = []
    for number, row in enumerate(procedure.requires, start=1):
        applies = row.speaks_of(ground) and evaluate(row.when_any, facts)
        if applies is not False:
            asked = unknown(row.when_any, facts) if applies is None else ()
            lines += [_line(procedure, row, f"g{number}", code, asked, held) for code in row.codes]
    return lines


def judge(procedure: Procedure, ground: str | None, *, facts: Facts, held: HeldByCode, moment: Moment = Moment.SUBMIT) -> Verdict:
    """Everything that speaks against submitting (or, at `COMPLETE`, finishing) the case."""
    if not procedure.available or procedure.use:
        return Verdict((_unavailable(procedure),), ())
    lines = [line for line in checklist(procedure, ground, facts=facts, held=held) if _due(line.at, moment)]
    guards = [rule for rule in procedure.guards if _applies(rule, ground, facts) and _due(rule.at, moment)]
    hard = [
        *_stage(procedure, facts),
        *_ground(procedure, ground),
        *_standing(procedure, ground, facts),
        *_open_questions(procedure, ground, facts),
        *refusals([rule for rule in guards if rule.hard], facts),
        *_lacking(lines, hard=True),
    ]
    soft = [*refusals([rule for rule in guards if not rule.hard], facts), *_lacking(lines, hard=False)]
    if procedure.window:
        (hard if procedure.window.hard else soft).extend(_window(procedure, facts))
    return Verdict(tuple(dict.fromkeys(hard)), tuple(dict.fromkeys(soft)))


def gate(procedure: Procedure, ground: str | None, *, facts: Facts, held: HeldByCode, moment: Moment = Moment.SUBMIT) -> list[Reason]:
    """Reasons why the case may not be submitted; an empty list means that it may. Source: HN-3.5, HN-20.1."""
    return list(judge(procedure, ground, facts=facts, held=held, moment=moment).refusals)


def questions(procedure: Procedure, ground: str | None) -> tuple[str, ...]:
    """Declared facts this procedure looks at, in order: what a new case asks, and nothing more."""
    rows: list[Conditional] = [*procedure.requires, *procedure.guards, *procedure.chain, *procedure.outcomes]
    fitting = [row for row in rows if row.speaks_of(ground)]
    asked = [fact for row in fitting for name in row.when_any for fact in PREDICATES[name].needs]
    for rule in (row for row in fitting if isinstance(row, GuardRule)):
        asked += [*GUARDS[rule.name].needs, *GUARDS[rule.name].reads]
    asked += ["applied_on"] if procedure.window else []
    return tuple(dict.fromkeys(fact for fact in asked if is_declared(fact)))


def _line(procedure: Procedure, row: Requirement, group: str, code: str, asked: tuple[str, ...], held: HeldByCode) -> ChecklistLine:
    kind, have = procedure.evidence[code], held.get(code)
    short = shortcomings(kind, have) if have else ()
    waiting = tuple(f"填写「{question(fact)}」后确定是否需要" for fact in asked)
    return ChecklistLine(
        code=code,
        label=kind.label,
        required=Required.MAY if asked else _required(row),
        group=group if row.one_of else "",
        state=_state(procedure, code, have, short),
        record_id=have.record_id if have else None,
        articles=row.articles,
        reasons=waiting + short,
        is_hard=row.hard,
        at=row.at,
    )


def _required(row: Requirement) -> Required:
    if row.must:
        return Required.MUST
    return Required.ONE_OF if row.one_of else Required.MAY


def _state(procedure: Procedure, code: str, have: Held | None, short: tuple[str, ...]) -> LineState:
    if have is None:
        return LineState.MISSING
    if short:
        return LineState.INSUFFICIENT
    return LineState.SIGHTED if is_sighted(procedure.evidence[code], have) else LineState.PRESENT


def _lacking(lines: Iterable[ChecklistLine], *, hard: bool) -> list[Reason]:
    wanted = [line for line in lines if line.is_hard is hard]
    reasons = [_lack(line) for line in wanted if line.required is Required.MUST and not line.state.serves]
    groups = dict.fromkeys(line.group for line in wanted if line.required is Required.ONE_OF)
    for group in groups:
        members = [line for line in wanted if line.group == group]
        if not any(line.state.serves for line in members):
            labels = "、".join(f"《{line.label}》" for line in members)
            reasons.append(Reason(members[0].articles[0], f"以下材料须至少提交一种：{labels}"))
    return reasons


def _lack(line: ChecklistLine) -> Reason:
    why = "；".join(line.reasons) if line.state is LineState.INSUFFICIENT else "尚未提交"
    return Reason(line.articles[0], f"《{line.label}》{why}")


def _unavailable(procedure: Procedure) -> Reason:
    article = procedure.basis[0] if procedure.basis else ""
    return Reason(article, procedure.reason or f"{procedure.label}在本地区分为其他业务办理")


def _stage(procedure: Procedure, facts: Facts) -> list[Reason]:
    if facts.stage is None or facts.stage in procedure.stages:
        return []
    return [Reason(procedure.basis[0] if procedure.basis else "", "学生所在学段不适用本地区的学籍规定")]


def _ground(procedure: Procedure, ground: str | None) -> list[Reason]:
    if not procedure.grounds or ground in procedure.grounds:
        return []
    choices = "、".join(each.label for each in procedure.grounds.values())
    return [Reason(next(iter(procedure.grounds.values())).articles[0], f"须选择办理事由：{choices}")]


def _standing(procedure: Procedure, ground: str | None, facts: Facts) -> list[Reason]:
    now = facts.student_state
    ends = [outcome.state for outcome in procedure.outcomes if outcome.speaks_of(ground)]
    if now is None or not ends or any(may_become(now, then) for then in ends):
        return []
    return [Reason(procedure.basis[0] if procedure.basis else "", f"学籍状态为「{now.label}」，不能办理{procedure.label}")]


def _open_questions(procedure: Procedure, ground: str | None, facts: Facts) -> list[Reason]:
    rows = [row for row in procedure.requires if row.speaks_of(ground) and not row.may]
    return [
        Reason(row.articles[0], f"「{question(fact)}」尚未填写，无法确定所需材料")
        for row in rows
        if evaluate(row.when_any, facts) is None
        for fact in unknown(row.when_any, facts)
    ]


def _window(procedure: Procedure, facts: Facts) -> list[Reason]:
    window = procedure.window
    start = facts.term_start_on if window and window.anchor is Anchor.TERM_START else None
    if window is None or start is None or facts.applied_on is None:
        return [Reason(window.articles[0] if window else "", "申请日期或学期开学日期尚未填写，无法核对办理期限")]
    first, last = window_of(window, start)
    if first <= facts.applied_on <= last:
        return []
    return [Reason(window.articles[0], f"申请日期不在办理期限内（{_day(first)}至{_day(last)}）")]


def _applies(rule: GuardRule, ground: str | None, facts: Facts) -> bool:
    # A guard whose condition cannot be told is kept: the open question is reported by the guard or the evidence row.
    return rule.speaks_of(ground) and evaluate(rule.when_any, facts) is not False


def _due(at: Moment, moment: Moment) -> bool:
    return at is moment or moment is Moment.COMPLETE


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
