"""Bureaus and schools as their people see them: the units an actor reaches, with the names the API gives their fields.

Lives here: the list. Not here: the tree behind the scope (scope), taking units in (organisations_import).
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from archive_service.archive import Archive
from archive_service.models.organisation import Level, Organisation
from archive_service.services.accounts_viewer import is_service
from archive_service.services.actor import Actor
from archive_service.services.scope import Scope


@dataclass(frozen=True)
class OrganisationLine:
    """A unit in a list; `parent` and `authority` are codes."""

    id: str
    code: str
    name: str
    level: Level
    profile: str
    parent: str | None
    authority: str | None
    sections: tuple[str, ...]
    valid_from: date
    valid_to: date | None


def visible(archive: Archive, actor: Actor) -> list[OrganisationLine]:
    """Every unit that some right of the actor reaches, and its own, by code; the operator sees all."""
    parent, authority = aliased(Organisation), aliased(Organisation)
    wanted = select(Organisation, parent.code, authority.code).order_by(Organisation.code)
    wanted = wanted.outerjoin(parent, parent.id == Organisation.parent_id).outerjoin(authority, authority.id == Organisation.authority_id)
    with archive.read() as session:
        if not is_service(actor):
            scope = Scope.of(session, actor)
            reached = {unit for right in {grant.right for grant in actor.viewer.grants} for unit in scope.units(right)}
            wanted = wanted.where(or_(Organisation.id.in_(reached), Organisation.id == actor.unit_id))
        return [_line(*row) for row in session.execute(wanted)]


def _line(unit: Organisation, parent: str | None, authority: str | None) -> OrganisationLine:
    return OrganisationLine(
        id=unit.id,
        code=unit.code,
        name=unit.name,
        level=unit.level,
        profile=unit.profile,
        parent=parent,
        authority=authority,
        sections=tuple(unit.sections),
        valid_from=unit.valid_from_on,
        valid_to=unit.valid_to_on,
    )
