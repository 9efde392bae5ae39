"""What a case gets into its hands: environments, pairs, rows of the table."""

import json
import time
from statistics import median

from . import host, report
from .measure import Aim, exactly, median_ratio
from .report import Row, number, seconds
from .workers import run_workers


class Bench:
    """One run: the filled database, how many pairs, and the rows so far.

    :param registry: of the database
    :param fill: the finished :class:`benchmarks.filling.fill.Fill`
    :param int pairs: measurements of each side
    :param bool smoke: sizes of seconds, to see that everything works
    """

    def __init__(self, registry, fill, pairs, smoke, say=lambda row: None):
        self.registry = registry
        self.fill = fill
        self.pairs = pairs
        self.smoke = smoke
        self.rows = []
        self.say = say

    # -- the database --

    def env(self, uid=None, keep=False):
        """An environment, rolled back at the end unless ``keep``."""
        return host.environment(self.registry, uid, keep)

    def customer(self, place) -> int:
        """Id of a customer by its number; the probes come first."""
        return self.fill.ids["res_partner"] + place

    @property
    def salespeople(self) -> list:
        return self.fill.pattern["salespeople"]

    def workers(self, number, job):
        return run_workers(self.registry, number, job)

    def size(self, full, smoke):
        return smoke if self.smoke else full

    # -- measuring --

    def compare(self, name, ours, reference, aim=None, before=None, uid=None):
        """Time two functions of an environment in turn; ratio = ours / reference.

        Every call has a transaction of its own that is rolled back, so all calls meet
        the same data. One call of each comes first and does not count: it fills the
        caches of the host and of the database.

        :param before: run before each call, not timed
        :return: median seconds of both
        """
        self._timed(ours, before, uid)
        self._timed(reference, before, uid)
        mine, theirs = [], []
        for _pair in range(self.pairs):
            mine.append(self._timed(ours, before, uid))
            theirs.append(self._timed(reference, before, uid))
        ratio = median_ratio(mine, theirs)
        self._row(name, seconds(median(mine)), seconds(median(theirs)), ratio, aim)
        return median(mine), median(theirs)

    def compare_rates(self, name, ours, reference, aim=None, unit="/s"):
        """The same for functions that measure themselves and return a rate."""
        mine, theirs = [], []
        for _pair in range(self.pairs):
            mine.append(ours())
            theirs.append(reference())
        ratio = median_ratio(mine, theirs)
        self._row(
            name, number(median(mine)) + unit, number(median(theirs)) + unit, ratio, aim
        )

    def _timed(self, function, before, uid) -> float:
        with self.env(uid) as env:
            if before:
                before(env)
                env.flush_all()
                env.invalidate_all()
            began = time.perf_counter()
            function(env)
            env.flush_all()
            return time.perf_counter() - began

    def queries(self, function, before=None, uid=None) -> int:
        """Count the statements of a call, caches of the registry being warm."""
        self._timed(function, before, uid)
        with self.env(uid) as env:
            if before:
                before(env)
                env.flush_all()
                env.invalidate_all()
            start = env.cr.sql_log_count
            function(env)
            env.flush_all()
            return env.cr.sql_log_count - start

    def _row(self, name, mine, theirs, ratio, aim):
        verdict = report.NO_AIM
        if aim:
            verdict = report.OK if aim.holds(ratio) else report.OVER
        self.add(Row(name, mine, theirs, ratio, str(aim or ""), verdict))

    # -- facts --

    def must(self, name, value, aim):
        """A count that holds on every machine: the run fails when it does not."""
        aim = aim if isinstance(aim, Aim) else exactly(aim)
        verdict = report.OK if aim.holds(value) else report.WRONG
        self.add(Row(name, f"{value:g}", "", None, str(aim), verdict))

    def should(self, name, value, aim, unit=""):
        """A number with an aim that depends on machine or data: never fails the run."""
        verdict = report.OK if aim.holds(value) else report.OVER
        self.add(Row(name, number(value) + unit, "", None, str(aim), verdict))

    def note(self, name, value):
        self.add(Row(name, value))

    def add(self, row):
        self.rows.append(row)
        self.say(row)


def payload(result) -> float:
    """Kilobytes of an answer on its way to the browser."""
    return len(json.dumps(result, default=str).encode()) / 1024
