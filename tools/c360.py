#!/usr/bin/env python3
"""Entry of the developer set-up: finds a fitting Python, then runs one command.

Kept readable for any Python 3, so that a wrong version gets a sentence, not a
syntax error.
"""

import os
import shutil
import sys

OLDEST, NEWEST = (3, 10), (3, 13)


def fits(version):
    """Odoo 19 runs on Python 3.10 to 3.13.

    >>> [fits(v) for v in ((3, 9), (3, 10), (3, 13), (3, 14))]
    [False, True, True, False]
    """
    return OLDEST <= tuple(version[:2]) <= NEWEST


def other_python(which=shutil.which):
    """The path of a fitting Python under its versioned name, or None."""
    for minor in (11, 12, 13, 10):
        path = which("python3.%d" % minor)  # noqa: UP031 (any Python 3 reads this)
        if (
            path
            and os.system('"%s" -c "import venv, ensurepip" 2>/dev/null' % path) == 0
        ):  # noqa: UP031
            return path
    return None


def main():
    if not fits(sys.version_info):
        path = other_python()
        if path and not os.environ.get("C360_PYTHON_CHOSEN"):
            os.environ["C360_PYTHON_CHOSEN"] = "1"
            os.execv(path, [path] + sys.argv)
        sys.stderr.write(
            "Odoo 19 needs Python 3.10 to 3.13, this is %d.%d, and no other was found."
            " Install one and run: make PYTHON=python3.12 ...\n" % sys.version_info[:2]
        )
        return 2
    from devkit.cli import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
