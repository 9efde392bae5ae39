"""A pytest plugin: a skipped test is a failed one, for a skip is a hole.

It counts as failed in the closing line too, with the reason it would have been
skipped for. Tests expected to fail (xfail) are left as they are.
"""

import pytest


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} would be skipped: {reason}"


def pytest_collectreport(report):
    if report.skipped:
        report.outcome = "failed"
