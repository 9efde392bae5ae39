import logging
from collections import defaultdict
from contextlib import contextmanager

from psycopg2 import InterfaceError, OperationalError
from psycopg2.errors import DeadlockDetected, SerializationFailure

from odoo import fields, models

_logger = logging.getLogger(__name__)

# Rows of the ledger that still wait for an end.
OPEN_STATES = ("deferred", "reserved", "failed")


class C360ContactEdgeMixin(models.AbstractModel):
    """What every edge has in common, where a message leaves the house.

    A channel says who its recipients are, which ledger rows they have already, what it
    asks of the gate for each (``_get_contact_request``) and how it holds a message
    back; asking and booking are the same everywhere.
    """

    _name = "c360.contact.edge.mixin"
    _description = "Messages Passing the Contact Gate"

    @contextmanager
    def _booking(self, auto_commit):
        """Make the bookings one unit.

        Where the sender commits anyway (the queues), they are a transaction of
        their own, READ COMMITTED: it sees what others booked while it waited for its
        turn, so it never has to start again.
        """
        cr = self.env.cr
        if not auto_commit:
            with cr.savepoint():
                yield
            return
        # The host's contract of ``auto_commit``; never True in a user's transaction.
        cr.commit()  # pylint: disable=invalid-commit
        self.env.invalidate_all()
        cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        try:
            yield
        except BaseException:
            cr.rollback()
            self.env.invalidate_all(flush=False)
            raise
        cr.commit()  # pylint: disable=invalid-commit

    def _book_outgoing(self, auto_commit):
        """Book the recipients of messages that want to leave, and hold back others.

        What cannot be decided stays in the queue, and nothing else for its sake.

        :param bool auto_commit: see :meth:`_booking`
        :return: the messages that may leave now
        """
        try:
            with self._booking(auto_commit):
                # Whom another worker sends right now is his. What he has booked is
                # read after the lock.
                mine = self.try_lock_for_update(allow_referencing=True)
                mine = mine.filtered(lambda message: message.state == "outgoing")
                return mine and mine - mine._book_recipients()
        except (SerializationFailure, DeadlockDetected):
            # Somebody booked for the same customer since this transaction began.
            # The queue comes back in a moment, with a fresh view.
            self._come_back()
            return self.browse()
        except (OperationalError, InterfaceError):
            # the database itself: nothing more can be asked
            raise
        except Exception:
            if len(self) == 1:
                _logger.exception("%s stays in the queue, undecided", self)
                return self.browse()
        half = len(self) // 2
        return self[:half]._book_outgoing(auto_commit) + self[half:]._book_outgoing(
            auto_commit
        )

    def _ask_gate(self, recipients, touches):
        """Decide and book for every recipient.

        What is booked already may leave, unless its place was taken meanwhile.

        :param list recipients: tuples with ``document``, the record of this model that
            is about to leave, and ``key``
        :param dict touches: the open ledger rows they have already, by key
        :return: the refusals, ``{document: [(recipient, decision)]}``, and the new
            ledger rows by key
        """
        gate = self.env["c360.contact.gate"]
        now = fields.Datetime.now()
        requests = {
            who.key: who.document._get_contact_request(who, touches.get(who.key))
            for who in recipients
        }
        # everybody is held before a row is written: who makes room does the same
        gate._lock(list(requests.values()))
        booked = self.env["c360.contact.touch"].concat(*touches.values())
        leaving = booked.filtered(lambda touch: touch.state == "reserved")
        leaving_ids = set(leaving._start_leaving().ids)
        asking = [
            recipient
            for recipient in recipients
            if recipient.key not in touches
            or touches[recipient.key].id not in leaving_ids
        ]
        requests = [requests[who.key] for who in asking]
        decisions = gate._decide(requests, now)
        fresh = [index for index, who in enumerate(asking) if who.key not in touches]
        new_touches = gate._book(
            [requests[index] for index in fresh],
            [decisions[index] for index in fresh],
            now,
            leaving=True,
        )
        refusals = defaultdict(list)
        for recipient, decision in zip(asking, decisions, strict=True):
            if recipient.key in touches:
                gate._rebook(touches[recipient.key], decision, now, leaving=True)
            if decision.state != "allowed":
                refusals[recipient.document].append((recipient, decision))
        keys = [asking[index].key for index in fresh]
        return refusals, dict(zip(keys, new_touches, strict=True))
