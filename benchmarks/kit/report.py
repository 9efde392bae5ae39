"""The table, and the same as JSON."""

import unicodedata
from dataclasses import asdict, dataclass

OK, OVER, WRONG, ERROR, SKIPPED, NO_AIM = "ok", "over", "WRONG", "ERROR", "skipped", ""
HEAD = ("case", "ours", "reference", "ratio", "aim", "")


@dataclass
class Row:
    """One line of the table.

    ``verdict``: ``over`` is a matter of time and fails nothing; ``WRONG`` is a count
    that must hold on every machine; ``ERROR`` is a case that broke.
    """

    case: str
    ours: str = ""
    reference: str = ""
    ratio: float | None = None
    aim: str = ""
    verdict: str = NO_AIM

    @property
    def fails(self) -> bool:
        return self.verdict in (WRONG, ERROR)

    def cells(self) -> tuple:
        ratio = "" if self.ratio is None else number(self.ratio)
        return (self.case, self.ours, self.reference, ratio, self.aim, self.verdict)


def number(value: float) -> str:
    """Three digits that matter.

    >>> [number(x) for x in (0.01234, 1.5, 12.34, 1234.5)]
    ['0.012', '1.50', '12.3', '1,234']
    """
    if value >= 100:
        return f"{value:,.0f}"
    if value >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"


def seconds(value: float) -> str:
    """
    >>> [seconds(x) for x in (0.00042, 0.0123, 1.5, 75)]
    ['0.42 ms', '12.3 ms', '1.50 s', '75.0 s']
    """
    return f"{number(value)} s" if value >= 1 else f"{number(value * 1000)} ms"


def width(text: str) -> int:
    """Columns a terminal needs; Chinese characters take two.

    >>> width("ab"), width("客户")
    (2, 4)
    """
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def table(rows) -> str:
    """Return the rows below a head, columns aligned, numbers to the right.

    >>> print(table([Row("claim", "10/s", "5/s", 2.0, ">= 1", "ok")]))
    case   ours  reference  ratio  aim
    -----  ----  ---------  -----  ----  --
    claim  10/s        5/s   2.00  >= 1  ok
    """
    cells = [HEAD, *(row.cells() for row in rows)]
    sizes = [max(width(line[place]) for line in cells) for place in range(len(HEAD))]
    lines = []
    for line in cells:
        parts = []
        for place, text in enumerate(line):
            blank = " " * (sizes[place] - width(text))
            right = place in (1, 2, 3) and line is not HEAD
            parts.append(blank + text if right else text + blank)
        lines.append("  ".join(parts).rstrip())
    lines.insert(1, "  ".join("-" * size for size in sizes))
    return "\n".join(lines)


def markdown(rows) -> str:
    """The table for a README.

    >>> print(markdown([Row("a|b", "1")]))
    | case | ours | reference | ratio | aim |  |
    |---|---|---|---|---|---|
    | a/b | 1 |  |  |  |  |
    """
    lines = [HEAD, *(row.cells() for row in rows)]
    texts = [
        "| " + " | ".join(x.replace("|", "/") for x in line) + " |" for line in lines
    ]
    texts.insert(1, "|" + "---|" * len(HEAD))
    return "\n".join(texts)


def as_json(rows) -> list:
    return [asdict(row) for row in rows]
