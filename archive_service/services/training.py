"""Training records: proof that a registrar was trained and filed with the level above, which opens a waiting account.

Source: HN-22.1, GZ-29.1, YK-30.2. Not here: accounts and roles.
"""

from dataclasses import dataclass
from datetime import date

from archive_service.archive import Archive
from archive_service.clock import today
from archive_service.errors import Rejected
from archive_service.models.account import AccountState, TrainingRecord
from archive_service.services import ledger
from archive_service.services.accounts_roles import refuse
from archive_service.services.accounts_viewer import managed_account
from archive_service.services.actor import Actor
from archive_service.services.lengths import refuse_long


@dataclass(frozen=True)
class Training:
    """What is filed: when, on what, and the number of the filing receipt (备案回执)."""

    trained_on: date
    subject: str
    filing_ref: str


def file_training(archive: Archive, account_id: str, training: Training, actor: Actor) -> None:
    """File a training record; a waiting account has its rights from now on.

    Raises:
        NotFound: the account is unknown or not managed by the actor.
        Rejected: incomplete, in the future, or the account is closed.
        Refused: it is one's own account.
    """
    on, now = today(archive.clock), archive.clock.now()
    if not training.subject.strip() or not training.filing_ref.strip() or training.trained_on > on:
        raise Rejected("培训内容和备案文号不能为空，培训日期不能晚于今天")
    refuse_long({"培训内容": training.subject.strip(), "备案文号": training.filing_ref.strip()})
    with archive.begin() as session:
        account = managed_account(session, account_id, actor, on)
        refuse(["不能为自己登记培训，由其他安全管理员办理"] if account_id == actor.account_id else [])
        if account.state is AccountState.CLOSED:
            raise Rejected("账号已注销，不能登记培训")
        session.add(
            TrainingRecord(
                account_id=account_id,
                trained_on=training.trained_on,
                subject=training.subject.strip(),
                filing_ref=training.filing_ref.strip(),
                filed_by=actor.account_id,
                filed_at=now,
            )
        )
        account.state, account.version = AccountState.ACTIVE, account.version + 1
        detail = {"trained_on": training.trained_on.isoformat(), "filing_ref": training.filing_ref.strip()}
        ledger.write(session, "training.filed", ledger.Subject("account", account_id), actor=actor, now=now, detail=detail)
