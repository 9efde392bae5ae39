"""What a person sees: numbered steps, progress on one line, a box of logins.

Everything goes to standard error, so that the output of `make shell` and
`make psql` stays clean.
"""

from __future__ import annotations

import os
import sys
import time

QUIET_SECONDS = 10  # without a terminal a progress line appears at most this often


class Console:
    def __init__(self, stream=None):
        self._stream = stream
        self.total = 0
        self.number = 0
        self.title = ""
        self.began = 0.0
        self.last_progress = 0.0
        self.open_line = False

    @property
    def stream(self):
        return self._stream or sys.stderr

    @property
    def is_terminal(self) -> bool:
        return self.stream.isatty() and os.environ.get("TERM") != "dumb"

    def plan(self, total: int) -> None:
        """How many steps the command has."""
        self.total, self.number = total, 0

    def step(self, text: str) -> None:
        """Begin the next step: ``[3/7] Unpacking Odoo 19.0 (122 MB)…``"""
        self._end_line()
        self.number += 1
        self.title = text
        self.began = self.last_progress = time.monotonic()
        place = f"[{self.number}/{self.total}] " if self.total else ""
        self._write(f"{place}{text}\n")

    def progress(self, text: str) -> None:
        """Where a long step is; one line that changes, or a line now and then."""
        now = time.monotonic()
        if self.is_terminal:
            if now - self.last_progress > 0.1:
                width = os.get_terminal_size(self.stream.fileno()).columns - 8
                self._write(f"\r\x1b[K      {text[: max(width, 20)]}")
                self.open_line = True
                self.last_progress = now
        elif now - self.last_progress >= QUIET_SECONDS:
            self._write(f"      {text}\n")
            self.last_progress = now

    def done(self, text: str = "done") -> None:
        """The step took a while: say how long."""
        self._end_line()
        self._write(f"      {text} ({time.monotonic() - self.began:.0f} s)\n")

    def note(self, text: str) -> None:
        self._end_line()
        self._write(f"      {text}\n")

    def plain(self, text: str) -> None:
        self._end_line()
        self._write(f"{text}\n")

    def stop(self, text: str) -> None:
        """The sentence that ends a command."""
        self._end_line()
        self._write(f"\n{text}\n")

    def box(
        self, title: str, rows: list[tuple[str, ...]], header: tuple[str, ...]
    ) -> None:
        self.plain("\n" + box(title, rows, header) + "\n")

    def _end_line(self) -> None:
        if self.open_line:
            self._write("\r\x1b[K")
            self.open_line = False

    def _write(self, text: str) -> None:
        self.stream.write(text)
        self.stream.flush()


def box(title: str, rows: list[tuple[str, ...]], header: tuple[str, ...]) -> str:
    """A title over an aligned table, framed.

    >>> print(box("Open me", [("sam", "salesperson")], ("login", "role")))
    +--------------------+
    | Open me            |
    |                    |
    | login  role        |
    | sam    salesperson |
    +--------------------+
    """
    table = [header, *rows] if rows else []
    widths = (
        [max(len(row[i]) for row in table) for i in range(len(header))] if table else []
    )
    lines = [title]
    if table:
        lines.append("")
    for row in table:
        lines.append(
            "  ".join(
                cell.ljust(w) for cell, w in zip(row, widths, strict=False)
            ).rstrip()
        )
    width = max(map(len, lines))
    frame = "+" + "-" * (width + 2) + "+"
    return "\n".join([frame, *(f"| {line.ljust(width)} |" for line in lines), frame])


console = Console()
