"""Real parallel work: processes with connections of their own."""

import logging
import os
import pickle
import random
import time
import traceback
from dataclasses import dataclass, field


@dataclass
class Work:
    """What a worker did: counts by name, and what it wants to report."""

    counts: dict = field(default_factory=dict)
    results: list = field(default_factory=list)

    def count(self, name, by=1):
        self.counts[name] = self.counts.get(name, 0) + by


class WorkerFailed(Exception):
    """A worker ended with an error; carries its traceback."""


def run_workers(registry, number, job):
    """Run ``job(worker number, env factory, work)`` in processes at the same time.

    :return: (seconds from the first start to the last end, list of Work)
    :raise WorkerFailed: with the traceback of the first that failed
    """
    from odoo import sql_db

    # A connection must not be shared with a child: it would talk into ours.
    sql_db.close_all()
    go_read, go_write = os.pipe()
    children = []
    for place in range(number):
        read, write = os.pipe()
        pid = os.fork()
        if not pid:
            os.close(go_write)
            os.close(read)
            _work(registry, place, job, go_read, write)
        os.close(write)
        children.append((pid, read))
    os.close(go_read)
    time.sleep(0.2)
    # closing the pipe is the starting shot
    os.close(go_write)
    answers = []
    for pid, read in children:
        with os.fdopen(read, "rb") as pipe:
            answers.append(pickle.loads(pipe.read()))
        os.waitpid(pid, 0)
    for answer in answers:
        if isinstance(answer, str):
            raise WorkerFailed(answer)
    began = min(answer[0] for answer in answers)
    ended = max(answer[1] for answer in answers)
    return ended - began, [answer[2] for answer in answers]


def _work(registry, place, job, go, pipe):
    """The life of a worker; never returns."""
    try:
        random.seed(place)
        # collisions are expected and counted, each as a retry
        logging.getLogger("odoo.sql_db").setLevel(logging.CRITICAL)
        work = Work()
        with registry.cursor() as cr:
            # connected and warm before the start
            cr.execute("SELECT 1")
        os.read(go, 1)
        began = time.monotonic()
        job(place, registry, work)
        answer = (began, time.monotonic(), work)
    except BaseException:
        answer = traceback.format_exc()
    try:
        with os.fdopen(pipe, "wb") as sink:
            sink.write(pickle.dumps(answer))
    finally:
        # no clean-up of what belongs to the parent
        os._exit(0)


def transaction(registry, uid, work, function, tries=100):
    """Run ``function(env)`` and commit; again when the database says so.

    Counts ``retries``. The host does the same for a web request, with longer pauses and
    five tries.
    """
    from odoo import api
    from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

    for attempt in range(tries):
        with registry.cursor() as cr:
            env = api.Environment(cr, uid, {})
            try:
                result = function(env)
                env.flush_all()
                cr.commit()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                env.clear()
                cr.rollback()
                work.count("retries")
            else:
                return result
        time.sleep(random.uniform(0, 0.002 * (attempt + 1)))
    raise WorkerFailed(f"Gave up after {tries} tries")
