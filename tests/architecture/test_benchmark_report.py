"""The page of measurements: each goal has one section, written in its place."""

from __future__ import annotations

from tests.benchmarks import measure, report
from tests.benchmarks.__main__ import programs


def test_a_goal_measured_again_replaces_its_section_and_no_other() -> None:
    page = report.replaced("", "## P19\n\nold\n")
    page = report.replaced(page, "## P3 on PostgreSQL\n\nlarge\n")
    page = report.replaced(page, "## P3\n\nthird\n")

    page = report.replaced(page, "## P19\n\nnew\n")

    assert page == (
        f"{report.HEAD}\n## P3\n\nthird\n\n## P3 on PostgreSQL\n\nlarge\n\n## P19\n\nnew\n"
    )


def test_what_is_short_is_said_plainly() -> None:
    result = {"goal": "twice", "size": 5, "rounds": 7, "of_rival": {"median": 1.5, "min": 1.4}}

    short = report.section(9, {**result, "short": ["1.5, not 2."]}, "the command")
    reached = report.section(9, {**result, "short": []}, "the command")

    assert "**Short of the goal:** 1.5, not 2." in short
    assert "| of rival | median 1.5, min 1.4 |" in short
    assert "Goal reached." in reached
    assert "`the command` (size 5, rounds 7)" in reached


def test_two_things_are_timed_in_turn_and_the_warm_up_does_not_count() -> None:
    order: list[str] = []

    race = measure.interleaved(lambda: order.append("a"), lambda: order.append("b"), 3)

    assert "".join(order) == "abababab"
    assert [len(race.ours), len(race.other)] == [3, 3]


def test_every_program_has_a_goal_of_its_own() -> None:
    found = programs()

    assert len(set(found.values())) == len(found)
    assert {16, 19, 20, 25, 26} <= set(found)
