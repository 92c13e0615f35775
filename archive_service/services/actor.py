"""Who acts: an account in one of its roles, or the service itself, with the purpose it gave."""

from dataclasses import dataclass, field, replace

from archive_service.rules.access import Viewer


@dataclass(frozen=True)
class Actor:
    """Travels with every call that writes or looks; the ledger records it."""

    name: str
    account_id: str | None = None
    unit_id: str | None = None
    role: str = "service"
    address: str = "-"
    purpose: str | None = None
    case_id: str | None = None
    viewer: Viewer = field(default=Viewer("", ()))

    def for_case(self, case_id: str | None, purpose: str | None = None) -> "Actor":
        """The same person, looking under a case or for a purpose."""
        return replace(self, case_id=case_id or self.case_id, purpose=purpose or self.purpose)


SERVICE = Actor(name="系统")
