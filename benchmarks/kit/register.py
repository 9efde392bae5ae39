"""Where the cases are known: each module of ``cases`` is a room."""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

CASES: list["Case"] = []


@dataclass(frozen=True)
class Case:
    """A function of a bench, and the models it cannot run without."""

    name: str
    run: Callable
    needs: tuple[str, ...]
    title: str

    def missing(self, registry) -> list[str]:
        return [model for model in self.needs if model not in registry]


def case(*needs):
    """Register a function as a case; it is named room.function.

    :param needs: models of the product; without them the case is skipped
    """

    def keep(function):
        room = function.__module__.rpartition(".")[2]
        title = (function.__doc__ or "").strip().splitlines()[0]
        CASES.append(Case(f"{room}.{function.__name__}", function, needs, title))
        return function

    return keep


def load_cases(package="benchmarks.cases") -> list[Case]:
    """Import every room and return the cases, in the order of the rooms' names."""
    module = importlib.import_module(package)
    for found in pkgutil.iter_modules(module.__path__):
        importlib.import_module(f"{package}.{found.name}")
    return list(CASES)


def chosen(cases, only) -> list[Case]:
    """Return the cases whose name contains one of the words; all without words."""
    if not only:
        return cases
    return [case for case in cases if any(word in case.name for word in only)]
