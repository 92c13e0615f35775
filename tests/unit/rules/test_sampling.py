"""Drawing a sample and what it says: shares by batch, the same again from its seed, chance for each alike, limits of the standard."""

import math
from collections import Counter

import pytest

from archive_service.rules.sampling import LEAST, Judged, chosen, draw, interval, size_of

PAPERS = [(f"batch{number % 7}", f"{number:032d}") for number in range(1000)]


@pytest.mark.parametrize(("population", "size"), [(0, 0), (1, 1), (19, 19), (20, 20), (400, 20), (401, 21), (1000, 50), (1001, 51)])
def test_five_in_a_hundred_at_least_and_never_too_few(population, size):
    assert size_of(population) == size >= min(LEAST, population)
    assert len(draw(PAPERS[:population] if population <= 1000 else [*PAPERS, ("x", "y")], "s")) == size


def test_the_same_seed_draws_the_same_in_whatever_order_the_papers_come():
    assert draw(PAPERS, "a") == draw(PAPERS[::-1], "a")
    assert draw(PAPERS, "a") != draw(PAPERS, "b")


def test_nothing_is_drawn_twice():
    assert len(set(draw(PAPERS, "a"))) == 50


@pytest.mark.parametrize("seed", "abcdefgh")
def test_each_batch_has_its_share(seed):
    batches = {paper: batch for batch, paper in PAPERS}
    drawn, all_of = Counter(batches[paper] for paper in draw(PAPERS, seed)), Counter(batch for batch, _ in PAPERS)
    for batch, many in all_of.items():
        assert math.floor(many / 20) <= drawn[batch] <= math.ceil(many / 20)


def test_each_paper_is_drawn_as_often_as_any_other():
    """A chi-square over 2,000 draws of 20 of 100 papers: far above what chance gives, some would be favoured."""
    papers = [(f"b{number % 3}", f"p{number}") for number in range(100)]
    times = Counter(paper for turn in range(2000) for paper in draw(papers, f"seed{turn}"))
    spread = sum((times[paper] - 400) ** 2 / 400 for _, paper in papers)
    assert len(times) == 100
    assert spread < 150


def test_lines_are_chosen_by_the_seed_and_the_paper():
    assert chosen("s", "p", 30, 5) == chosen("s", "p", 30, 5) != chosen("s", "q", 30, 5)
    assert chosen("s", "p", 3, 5) == [0, 1, 2]


@pytest.mark.parametrize(
    ("passed", "misfiled", "is_accepted"), [(100, 0, True), (95, 0, True), (94, 0, False), (99, 1, False), (0, 0, False)]
)
def test_the_limits_of_the_standard(passed, misfiled, is_accepted):
    assert Judged(100, passed, misfiled, 0, 0).is_accepted is is_accepted


def test_a_paper_with_the_wrong_student_counts_against_its_own_limit_only():
    assert not Judged(100, 94, 1, 0, 0).is_accepted
    assert Judged(0, 0, 0, 0, 0).rate is None
    assert not Judged(0, 0, 0, 0, 0).is_accepted


def test_accuracy_comes_with_its_interval():
    judged = Judged(20, 20, 0, 1000, 4)
    low, high = judged.accuracy_interval
    assert judged.accuracy == 0.996
    assert (round(low, 4), round(high, 4)) == (0.9898, 0.9984)
    assert interval(10, 10)[1] == pytest.approx(1)
    assert Judged(1, 1, 0, 0, 0).accuracy is None
