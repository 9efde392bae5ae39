from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.contact_array import array_literal


class C360ContactLock(models.Model):
    """One row per customer whose limits were ever asked: who books, writes it first.

    Counting contacts and then inserting one is not exact under the host's REPEATABLE
    READ, even behind a lock: a transaction that waited still counts in its old
    snapshot. Writing the row makes the database refuse the transaction whose
    snapshot is older than the last booking; the caller tries again.
    """

    _name = "c360.contact.lock"
    _description = "Contact Lock"
    _auto = False
    _log_access = False

    turn = fields.Integer(default=0)

    def init(self):
        """Create the table: ``id`` is the hash of who is counted, nothing else.

        Two who share a hash wait for each other, no more. After a crash of the server
        the table may be empty, nobody holds a lock then: it needs no journal. Room in
        its pages keeps the next turn of a lock on the page of the last one.
        """
        self.env.cr.execute(
            SQL(
                """
                CREATE UNLOGGED TABLE IF NOT EXISTS c360_contact_lock (
                    id bigint PRIMARY KEY,
                    turn integer NOT NULL DEFAULT 0
                ) WITH (fillfactor = 50)
                """
            )
        )

    @api.model
    def _take(self, keys):
        """Hold the given subjects until the transaction ends.

        Taken in one order everywhere, so two transactions never wait for each other.

        :param keys: strings that name who is counted
        :raise psycopg2.errors.SerializationFailure: another transaction booked for
            one of them since this one started; run it again
        """
        if not keys:
            return
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO c360_contact_lock AS lock (id)
                     SELECT DISTINCT hashtextextended(key, 0) AS id
                       FROM unnest(%(keys)s::text[]) AS key
                   ORDER BY id
                ON CONFLICT (id)
                  DO UPDATE SET turn = (lock.turn + 1) %% 1000000
                """,
                keys=array_literal(set(keys)),
            ),
            # losing a race is no error: who asks tries again
            log_exceptions=False,
        )
