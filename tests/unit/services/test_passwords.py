"""Hashing and refusing passwords."""

import time

import pytest

from archive_service.services import passwords
from archive_service.settings import ROOT

GOOD = "槐树下-的-操场"


def test_the_hash_is_argon2id_salted_and_tells_right_from_wrong():
    one, other = passwords.hash_password(GOOD), passwords.hash_password(GOOD)
    assert one.startswith("$argon2id$")
    assert one != other
    assert passwords.is_right(one, GOOD)
    assert not passwords.is_right(one, GOOD + " ")
    assert not passwords.is_outdated(one)


def test_without_a_hash_the_answer_is_no_after_the_same_work():
    real = passwords.hash_password(GOOD)
    passwords.is_right(None, GOOD)  # makes the decoy

    def seconds(password_hash):
        start = time.process_time()
        for _ in range(3):
            assert not passwords.is_right(password_hash, "wrong")
        return time.process_time() - start

    assert seconds(None) > seconds(real) / 4


@pytest.mark.parametrize("broken", ["", "$argon2id$nonsense", "plain"])
def test_a_broken_hash_lets_nobody_in(broken):
    assert not passwords.is_right(broken, "")


@pytest.mark.parametrize(
    ("password", "said"),
    [("短", "至少"), ("x" * 129, "最多"), ("my-li.min-secret", "登录名"), ("Password123", "常见"), ("ababababab", "常见")],
)
def test_a_weak_password_is_told_why(password, said):
    faults = passwords.password_faults(password, login="li.min", length=10)
    assert any(said in fault for fault in faults)


def test_at_least_three_thousand_common_ones_are_refused():
    lines = [line for line in (ROOT / "config" / "common_passwords.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
    assert len([line for line in lines if len(line) >= 8]) >= 3000
    assert [line for line in lines if not any("常见" in fault for fault in passwords.password_faults(line, login="li.min", length=8))] == []


@pytest.mark.parametrize("password", ["Qwertyuiop", "qwertyuiop2026", "2026-Manchester!", "xuexiao123456", "Password1234!!"])
def test_a_common_one_in_disguise_is_refused(password):
    assert passwords.password_faults(password, login="li.min", length=10)


@pytest.mark.parametrize("password", ["x" * 15 + "abcdefghi" * 12, "只有汉字的一长句话呀", "        a b c d e      ", "0a1b2c3d4e"])
def test_no_kind_of_character_is_asked_for_or_forbidden(password):
    assert passwords.password_faults(password, login="li.min", length=10) == ()


def test_a_good_password_and_every_one_time_password_pass():
    assert passwords.password_faults(GOOD + "-七年级", login="li.min", length=10) == ()
    made = {passwords.one_time_password(10) for _ in range(50)}
    assert len(made) == 50
    assert [text for text in made if passwords.password_faults(text, login="li.min", length=10)] == []
