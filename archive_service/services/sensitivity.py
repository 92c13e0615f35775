"""Which papers may be judged by their sensitivity, and which not yet: as long as nobody knows what a paper is, it may be a diagnosis.

Lives here: `may_be_relied_on`, which `scope` puts before those who only look on, and `is_settled`, the same for the index.
Not here: what is open to whom (rules.access), asking for a purpose, which goes by the sensitivity alone (papers, records).
A paper is settled when its reading was sure of its kind, or a person has said it; only then it is open to superiors.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement

from archive_service.models.record import KindState, Record


def may_be_relied_on(own_units: Collection[str]) -> ColumnElement[bool]:
    """Papers whose kind is settled, or that lie at these units, which are to say what they are: a condition on Record.

    Source: PIPL-28, HN-24.1.
    """
    return (Record.kind_state != KindState.UNSURE) | Record.organisation_id.in_(own_units)


def is_settled(record: Record) -> bool:
    """Whether it is known what the paper is, and with it how sensitive."""
    return record.kind_state is not KindState.UNSURE
