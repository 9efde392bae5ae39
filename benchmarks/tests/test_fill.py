"""The parts of the fill that need no database; the smoke run tests the rest."""

import argparse
import doctest
from datetime import date

import pytest

from benchmarks import fill as fill_command
from benchmarks.filling import sizes, skew
from benchmarks.filling.sizes import Sizes, add_size_arguments, sizes_from_arguments

TODAY = date(2026, 3, 1)


def asked(*words, base=None):
    parser = argparse.ArgumentParser()
    add_size_arguments(parser)
    return sizes_from_arguments(parser.parse_args(list(words)), TODAY, base)


@pytest.mark.parametrize("module", [sizes, skew])
def test_doctests(module):
    result = doctest.testmod(module)
    assert result.attempted and not result.failed


def test_scale_multiplies_what_is_counted():
    found = asked("--scale", "0.01")
    assert (found.partners, found.orders, found.touches) == (2_000, 5_000, 10_000)
    # the shape stays
    assert found.lines_per_order == Sizes().lines_per_order
    assert found.probes == Sizes().probes


def test_given_size_wins_over_the_scale():
    found = asked("--scale", "0.01", "--orders", "77", "--probes", "3,9")
    assert (found.orders, found.probes) == (77, (3, 9))
    assert found.all_orders == 77 + 12


def test_base_is_kept_where_nothing_is_asked():
    assert asked(base=Sizes(partners=50)).partners == 50


def test_dates_are_three_years_up_to_the_last_day():
    found = asked("--until", "2026-01-01")
    assert found.last_day == date(2026, 1, 1)
    assert (found.last_day - found.first_day).days == 3 * 365
    assert asked().last_day == TODAY


@pytest.mark.parametrize(
    "words",
    [
        ("--partners", "3"),
        ("--orders", "-1"),
        ("--lines-per-order", "0"),
        ("--salespeople", "0"),
        ("--scale", "0"),
        ("--until", "yesterday"),
    ],
)
def test_impossible_sizes_are_refused(words):
    with pytest.raises(ValueError):
        asked(*words)


def test_missing_environment_is_said(monkeypatch, capsys):
    monkeypatch.delenv("C360_DB", raising=False)
    monkeypatch.delenv("C360_ODOO_CONF", raising=False)
    assert fill_command.main([]) == 2
    assert "C360_DB" in capsys.readouterr().err


def test_quotes_are_doubled():
    assert "'O''Neil'" in skew.Draw(1).one_of("k", "name", ["O'Neil"])
