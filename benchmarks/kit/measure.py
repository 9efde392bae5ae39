"""Ratios and aims: plain arithmetic, no clock, no database."""

from dataclasses import dataclass
from statistics import median


def median_ratio(ours, reference) -> float:
    """The median of the ratios of the pairs.

    Both sides of a pair ran right after each other, so that a busy moment of the
    machine meets both; the median leaves the pairs out where it met only one.

    >>> median_ratio([2.0, 9.0, 4.0], [1.0, 3.0, 2.0])
    2.0
    """
    if not ours or len(ours) != len(reference):
        raise ValueError("Ratios need as many measurements on both sides, at least one")
    return median(
        mine / max(theirs, 1e-9) for mine, theirs in zip(ours, reference, strict=True)
    )


@dataclass(frozen=True)
class Aim:
    """What a number should be.

    >>> Aim("<=", 1.5).holds(1.5), Aim(">=", 30).holds(29.9), Aim("=", 0).holds(0)
    (True, False, True)
    >>> str(Aim("<=", 1.5))
    '<= 1.5'
    """

    sign: str
    value: float

    def __post_init__(self):
        if self.sign not in ("<=", ">=", "="):
            raise ValueError(f"An aim is <=, >= or =, not {self.sign!r}")

    def holds(self, number) -> bool:
        if self.sign == "=":
            return number == self.value
        if self.sign == "<=":
            return number <= self.value
        return number >= self.value

    def __str__(self):
        return f"{self.sign} {self.value:g}"


def at_most(value) -> Aim:
    return Aim("<=", value)


def at_least(value) -> Aim:
    return Aim(">=", value)


def exactly(value) -> Aim:
    return Aim("=", value)
