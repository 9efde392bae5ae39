from odoo import api, fields, models
from odoo.tools import SQL


class C360ContactLock(models.Model):
    """One row per customer whose limits were ever asked: who books, writes it first.

    Counting contacts and then inserting one is not exact under the host's REPEATABLE
    READ, even behind a lock: a transaction that waited still counts in its old
    snapshot. Writing the row makes the database refuse the transaction whose
    snapshot is older than the last booking; the caller tries again.
    """

    _name = "c360.contact.lock"
    _description = "Contact Lock"
    _log_access = False

    key = fields.Char(required=True)
    turn = fields.Integer(default=0)

    _key_unique = models.Constraint("UNIQUE (key)")

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
                INSERT INTO c360_contact_lock AS lock (key, turn)
                     SELECT key, 0
                       FROM unnest(%(keys)s) AS key
                   ORDER BY key
                ON CONFLICT (key)
                  DO UPDATE SET turn = (lock.turn + 1) %% 1000000
                """,
                keys=sorted(set(keys)),
            ),
            # losing a race is no error: who asks tries again
            log_exceptions=False,
        )
