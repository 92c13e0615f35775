"""Failed sign-ins in the prepared land: what they leave stands on the ledger alone, each from an address to look for.

Lives here: trying wrong passwords. Not here: the land itself (world), who reads of them (entitled: nobody who asks).
"""

import pytest

from archive_service.errors import NotSignedIn
from archive_service.ids import new_id
from archive_service.models.account import Account
from archive_service.services.sign_in import open_session
from tests.matrix.world import Land, rare, thing


def knock(land: Land) -> None:
    """Somebody of another province mistypes a password, and somebody tries a login that nobody has."""
    with land.archive.read() as session:
        known = session.get_one(Account, land.actors["far"].account_id).login
    for place, login in (("far", known), ("nowhere", "a-login-nobody-has")):
        address = rare()
        with pytest.raises(NotSignedIn):
            open_session(land.archive, login, "wrong", address)
        land.things.append(thing("sign_in", new_id(), place, "failed", address))
