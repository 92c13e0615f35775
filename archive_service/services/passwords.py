"""Passwords: how they are hashed, compared and refused.

Lives here: argon2id hashing, comparing with the same work for accounts that do not exist, the rule a new password must satisfy.
Not here: sign-in (sign_in), changing and resetting (password_change). Pure but slow: call it outside transactions.
"""

import secrets
import string
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from archive_service.settings import ROOT

# RFC 9106, second recommendation, with less memory: sixteen web threads must fit beside a reading worker on an office machine.
_HASHER = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=2)
LENGTH_AT_MOST = 128  # a longer one only costs work
_LEAST_DIFFERENT = 5
# Characters that cannot be mistaken for one another when a password is read out or copied by hand.
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"
_COMMON_FILE = ROOT / "config" / "common_passwords.txt"
_ADDED = string.digits + string.punctuation  # what people put before and behind a common one


def hash_password(password: str) -> str:
    """The hash to keep; about a twentieth of a second of work."""
    return _HASHER.hash(password)


def is_right(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one hashed; without a hash the same work is done and the answer is no."""
    try:
        _HASHER.verify(password_hash or _decoy(), password)
    except (VerifyMismatchError, VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether it was hashed with other parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def password_faults(password: str, *, login: str, length: int) -> tuple[str, ...]:
    """Why this may not be the account's password, in sentences for its owner; empty when it may."""
    folded = password.casefold()
    rules = (
        (len(password) < length, f"密码至少 {length} 个字符"),
        (len(password) > LENGTH_AT_MOST, f"密码最多 {LENGTH_AT_MOST} 个字符"),
        (bool(login) and login.casefold() in folded, "密码不能包含登录名"),
        (_is_common(folded) or len(set(folded)) < _LEAST_DIFFERENT, "密码过于常见，容易被猜中，换一个"),
    )
    return tuple(text for broken, text in rules if broken)


def one_time_password(length: int) -> str:
    """A random password to be read out once and changed at the first sign-in."""
    return "".join(secrets.choice(_READABLE) for _ in range(max(length, 12)))


def _is_common(folded: str) -> bool:
    return folded in _common() or folded.strip(_ADDED) in _common()


@cache
def _common() -> frozenset[str]:
    return frozenset(line for line in _COMMON_FILE.read_text("utf-8").splitlines() if not line.startswith("#"))


@cache
def _decoy() -> str:
    return _HASHER.hash(secrets.token_hex(16))
