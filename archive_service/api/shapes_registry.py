"""The shapes of organisations, law data, students and tasks, as the API's document names them. Not here: the calls."""

from datetime import date, datetime
from typing import Any, Self

from pydantic import Field

from archive_service.api.values import Output
from archive_service.models.job import Task
from archive_service.models.organisation import Level
from archive_service.rules.access import Right, Role, TokenScope
from archive_service.rules.procedure import questions
from archive_service.rules.procedure_data import Moment, Procedure, Requirement
from archive_service.rules.vocabulary import CarrierRule, Sensitivity, Series
from archive_service.services.whoami import Self as Myself


class AccountOut(Output):
    """An account."""

    id: str
    login: str
    name: str
    state: str


class RoleOut(Output):
    """A role at a unit."""

    role: Role
    label: str
    unit_id: str
    unit_code: str
    unit_name: str
    level: Level
    profile: str
    grade: str
    class_: str = Field(serialization_alias="class")


class MeOut(Output):
    """Who the caller is; an empty `scope` means the account's own rights, `rights` are those that hold now."""

    account: AccountOut
    roles: list[RoleOut]
    scope: list[TokenScope]
    rights: list[Right]

    @classmethod
    def of(cls, me: Myself) -> Self:
        """The account with its roles."""
        roles = [
            RoleOut(
                **{name: getattr(one, name) for name in RoleOut.model_fields if name not in ("label", "class_")},
                label=one.role.label,
                class_=one.class_name,
            )
            for one in me.roles
        ]
        return cls(account=AccountOut.model_validate(me), roles=roles, scope=list(me.scope), rights=list(me.rights))


class OrganisationOut(Output):
    """A bureau or school; parent and authority by code."""

    id: str
    code: str
    name: str
    level: Level
    profile: str
    parent: str | None
    authority: str | None
    sections: list[str]
    valid_from: date
    valid_to: date | None


class OrganisationList(Output):
    """All units in reach, by code."""

    items: list[OrganisationOut]
    next: str | None
    total: int


class KindOut(Output):
    """What paper a record can be; `evidence` lists the codes it may serve as."""

    code: str
    label: str
    series: Series
    sensitivity: Sensitivity
    fields: list[str]
    evidence: list[str]


class KindList(Output):
    """All kinds."""

    items: list[KindOut]
    next: str | None
    total: int
    rules_version: str


class GroundOut(Output):
    """A lawful reason for a case."""

    code: str
    label: str
    articles: list[str]


class EvidenceTypeOut(Output):
    """A part a paper can play; carrier: O original seen and returned, K original kept, C copy kept, D born digital."""

    code: str
    label: str
    carrier: CarrierRule
    series: Series
    sensitivity: Sensitivity


class RequirementOut(Output):
    """One row of the evidence table; exactly one of must, one_of, may is filled. A row that is not hard only warns."""

    must: list[str]
    one_of: list[str]
    may: list[str]
    grounds: list[str]
    when_any: list[str]
    articles: list[str]
    hard: bool
    at: Moment


class QuestionOut(Output):
    """A fact the procedure asks for."""

    fact: str
    label: str


class ProcedureOut(Output):
    """A procedure under one profile on a day."""

    code: str
    label: str
    profile: str
    stages: list[str]
    form: str | None
    grounds: list[GroundOut]
    requires: list[RequirementOut]
    evidence: list[EvidenceTypeOut]
    questions: list[QuestionOut]
    articles: list[str]

    @classmethod
    def of(cls, procedure: Procedure, label_of: dict[str, str]) -> Self:
        """A procedure of the law; `label_of` words the facts."""
        grounds = [GroundOut(code=code, label=one.label, articles=list(one.articles)) for code, one in procedure.grounds.items()]
        asked = dict.fromkeys(fact for ground in [*procedure.grounds, None] for fact in questions(procedure, ground))
        return cls(
            code=procedure.code,
            label=procedure.label,
            profile=procedure.profile,
            stages=list(procedure.stages),
            form=procedure.form,
            grounds=grounds,
            requires=[_requirement(row) for row in procedure.requires],
            evidence=[EvidenceTypeOut.model_validate(one) for one in procedure.evidence.values()],
            questions=[QuestionOut(fact=fact, label=label_of[fact]) for fact in asked],
            articles=list(procedure.basis),
        )


class ProcedureList(Output):
    """The procedures a profile knows on a day."""

    items: list[ProcedureOut]
    next: str | None
    total: int
    profile: str
    on: date
    rules_version: str


class TaskErrorOut(Output):
    """What is wrong with a sheet, and where: row as Excel counts, column by its heading."""

    sheet: str | None
    row: int | None
    column: str | None
    code: str
    message: str


class TaskOut(Output):
    """A long act: state is waiting, running, done or failed."""

    id: str
    kind: str
    state: str
    done: int
    total: int | None
    result: dict[str, Any]
    errors: list[TaskErrorOut]
    created_at: datetime
    finished_at: datetime | None
    links: dict[str, str]

    @classmethod
    def of(cls, task: Task) -> Self:
        """A task as it stands."""
        same = {name: getattr(task, name) for name in cls.model_fields if name not in ("errors", "links")}
        errors = [TaskErrorOut.model_validate(error) for error in task.errors]
        return cls(**same, errors=errors, links={"self": f"/api/v1/tasks/{task.id}"})


def _requirement(row: Requirement) -> RequirementOut:
    return RequirementOut.model_validate(row.model_dump(include=set(RequirementOut.model_fields)))
