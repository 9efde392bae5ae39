"""Ratios, the table and the choice of cases; no database."""

import doctest
import importlib
import json

import pytest

from benchmarks import run
from benchmarks.kit import measure, report
from benchmarks.kit.measure import Aim, at_least, at_most, exactly, median_ratio
from benchmarks.kit.register import Case, chosen, load_cases
from benchmarks.kit.report import Row


class FakeBench:
    """A bench that only collects rows."""

    def __init__(self, registry=()):
        self.registry = registry
        self.rows = []
        self.add = self.rows.append


@pytest.mark.parametrize("module", [measure, report])
def test_doctests(module):
    result = doctest.testmod(module)
    assert result.attempted and not result.failed


def test_the_ratio_is_that_of_the_pairs_not_of_the_medians():
    # one busy moment of the machine met both sides of the second pair
    assert median_ratio([1, 100, 1], [2, 50, 2]) == 0.5


@pytest.mark.parametrize("pairs", [([], []), ([1], [1, 2])])
def test_a_ratio_needs_pairs(pairs):
    with pytest.raises(ValueError):
        median_ratio(*pairs)


def test_aims():
    assert at_most(2).holds(2) and not at_most(2).holds(2.01)
    assert at_least(2).holds(2) and not at_least(2).holds(1.99)
    assert exactly(0).holds(0) and not exactly(0).holds(1)
    with pytest.raises(ValueError):
        Aim("<", 1)


def test_only_errors_and_wrong_counts_fail_a_run():
    verdicts = (report.OK, report.OVER, report.SKIPPED, report.NO_AIM)
    assert not any(Row("x", verdict=verdict).fails for verdict in verdicts)
    assert Row("x", verdict=report.WRONG).fails
    assert Row("x", verdict=report.ERROR).fails


def test_table_keeps_its_columns_with_chinese_names():
    lines = report.table([Row("客户", "1 s"), Row("customer", "10 s")]).splitlines()
    assert report.width(lines[2].rpartition("1 s")[0]) == len(lines[3]) - 3


def test_a_case_that_breaks_becomes_a_row(capsys):
    def broken(bench):
        raise RuntimeError("no such table")

    bench = FakeBench()
    run.run_case(Case("room.broken", broken, (), ""), bench)
    assert [(row.ours, row.verdict) for row in bench.rows] == [
        ("no such table", report.ERROR)
    ]


def test_a_case_without_its_model_is_skipped():
    bench = FakeBench(registry={"res.partner"})
    run.run_case(Case("room.x", None, ("res.partner", "c360.x"), ""), bench)
    assert bench.rows[0].verdict == report.SKIPPED
    assert bench.rows[0].ours == "needs c360.x"


def test_cases_are_found_by_word_and_named_after_rooms():
    cases = load_cases()
    names = [case.name for case in cases]
    assert len(set(names)) == len(names)
    for case in cases:
        room = case.name.split(".")[0]
        assert importlib.import_module(f"benchmarks.cases.{room}")
        assert case.title
    assert {case.name for case in chosen(cases, ["pool."])} == {
        name for name in names if name.startswith("pool.")
    }
    assert chosen(cases, None) == cases


def test_list_names_the_cases(capsys):
    assert run.main(["--list"]) == 0
    assert "pool.claim" in capsys.readouterr().out


def test_the_status_and_the_json(tmp_path, capsys):
    class Fill:
        sizes = run.SMOKE

    bench = FakeBench()
    bench.fill, bench.pairs = Fill, 2
    bench.rows += [Row("slow", ratio=9.0, aim="<= 1", verdict=report.OVER)]
    target = tmp_path / "out.json"
    arguments = run.parse(["--json", str(target)])
    assert run.finish(bench, arguments, 1) == 0
    kept = json.loads(target.read_text())
    assert kept["rows"][0]["ratio"] == 9.0
    bench.rows += [Row("count", "1", aim="= 0", verdict=report.WRONG)]
    assert run.finish(bench, arguments, 1) == 1
    assert "count" in capsys.readouterr().err
