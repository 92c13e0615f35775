"""Hashing and refusing passwords."""

import time

import pytest

from archive_service.services import passwords

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


def test_a_good_password_and_every_one_time_password_pass():
    assert passwords.password_faults(GOOD + "-七年级", login="li.min", length=10) == ()
    made = {passwords.one_time_password(10) for _ in range(50)}
    assert len(made) == 50
    assert [text for text in made if passwords.password_faults(text, login="li.min", length=10)] == []
