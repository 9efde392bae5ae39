from odoo import api, fields, models
from odoo.tools import SQL

# A caller may repeat a request for so long without creating anything twice.
KEEP_DAYS = 7


class C360LeadIntakeKey(models.Model):
    """What was answered to a request, for a caller that asks again."""

    _name = "c360.lead.intake.key"
    _description = "Answered Request"
    _rec_name = "key"

    caller_id = fields.Many2one(
        comodel_name="c360.lead.intake.caller", required=True, ondelete="cascade"
    )
    key = fields.Char(string="Key of the Request", required=True)
    body_hash = fields.Char(required=True)
    answer = fields.Json()

    # a repeated request: WHERE caller_id = … AND key = …
    _once = models.UniqueIndex("(caller_id, key)")

    @api.model
    def _open(self, caller, key, body_hash):
        """Return the row of this key, new or as it was answered.

        Of requests at the same time one creates the row; the others wait for it and
        are run again.

        :raise psycopg2.errors.SerializationFailure: another request of the same key
            was answered since the transaction began; run it again
        """
        self.env.execute_query(
            SQL(
                """
                INSERT INTO c360_lead_intake_key
                       (caller_id, key, body_hash, create_date, create_uid)
                VALUES (%(caller)s, %(key)s, %(body_hash)s, %(now)s, %(uid)s)
                    ON CONFLICT (caller_id, key) DO NOTHING
                RETURNING id
                """,
                caller=caller.id,
                key=key,
                body_hash=body_hash,
                now=fields.Datetime.now(),
                uid=self.env.uid,
            )
        )
        return self.search([("caller_id", "=", caller.id), ("key", "=", key)])

    @api.autovacuum
    def _gc_keys(self):
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=KEEP_DAYS)
        self.search([("create_date", "<", limit)], limit=100_000).unlink()
