from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# A card counts as open for so long after its last sign of life.
LEASE = timedelta(minutes=5)


class C360PoolLease(models.Model):
    """Who has the card of a pooled lead open: one person a lead, for minutes.

    A word for the others, no lock: claims only mind it where the pool says so.
    """

    _name = "c360.pool.lease"
    _description = "Card of a Lead Open"
    _rec_name = "user_id"
    _log_access = False

    lead_id = fields.Many2one(
        comodel_name="crm.lead", required=True, readonly=True, ondelete="cascade"
    )
    user_id = fields.Many2one(
        comodel_name="res.users", required=True, readonly=True, ondelete="cascade"
    )
    since = fields.Datetime(required=True, readonly=True)
    until = fields.Datetime(required=True, readonly=True)

    _lead_uniq = models.Constraint("UNIQUE (lead_id)")

    @api.model
    def _get_viewer_sql(self):
        """Return SQL for the other user who has the card of ``lead`` open."""
        return SQL(
            """
            (SELECT lease.user_id
               FROM c360_pool_lease AS lease
              WHERE lease.lead_id = lead.id AND lease.until > %s
                AND lease.user_id <> %s)
            """,
            fields.Datetime.now(),
            self.env.uid,
        )

    @api.autovacuum
    def _gc_leases(self):
        self.env.execute_query(
            SQL(
                "DELETE FROM c360_pool_lease WHERE until < %s RETURNING id",
                fields.Datetime.now(),
            )
        )


class C360PoolLead(models.Model):
    """The card tells others that somebody has it open."""

    _inherit = "c360.pool.lead"

    viewer_id = fields.Many2one(
        comodel_name="res.users", string="Looking at It", compute="_compute_viewer"
    )
    viewer_note = fields.Char(string="Looking", compute="_compute_viewer")

    @api.depends_context("uid")
    def _compute_viewer(self):
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT lead_id, user_id, since
                  FROM c360_pool_lease
                 WHERE lead_id = ANY(%s) AND until > %s AND user_id <> %s
                """,
                self.ids,
                now,
                self.env.uid,
            )
        )
        # the name of a colleague is no secret
        users_sudo = self.env["res.users"].sudo()
        leases = {lead: (users_sudo.browse(user), since) for lead, user, since in rows}
        for lead in self:
            lead.viewer_id = lead.viewer_note = False
            if lead.id in leases:
                user_sudo, since = leases[lead.id]
                lead.viewer_id = user_sudo.id
                lead.viewer_note = self.env._(
                    "%(name)s is looking at it (%(minutes)s min)",
                    name=user_sudo.name,
                    minutes=max(int((now - since).total_seconds() // 60), 1),
                )

    def look(self):
        """Tell the others that the current user has this card open, for minutes.

        The first one has it; the card of somebody else is taken over when it shows no
        sign of life any more. Called again every minute while the card is open.

        :return: what there is to know about others, or False; nothing with pools off
        :raise AccessError: for leads the user cannot see in a pool
        """
        self.ensure_one()
        self.check_access("read")
        if not self.env["c360.pool"]._is_enabled():
            return False
        now = fields.Datetime.now()
        # Plain SQL: an upsert; nobody has a right to the rows themselves.
        self.env.execute_query(
            SQL(
                """
                INSERT INTO c360_pool_lease AS lease (lead_id, user_id, since, until)
                SELECT %(lead)s, %(uid)s, %(now)s, %(until)s
                 WHERE EXISTS (SELECT FROM crm_lead WHERE id = %(lead)s)
           ON CONFLICT (lead_id) DO UPDATE
                   SET user_id = EXCLUDED.user_id,
                       since = CASE WHEN lease.user_id = EXCLUDED.user_id
                                     AND lease.until > EXCLUDED.since
                               THEN lease.since ELSE EXCLUDED.since END,
                       until = EXCLUDED.until
                 WHERE lease.user_id = EXCLUDED.user_id
                    OR lease.until <= EXCLUDED.since
             RETURNING id
                """,
                lead=self.id,
                uid=self.env.uid,
                now=now,
                until=now + LEASE,
            )
        )
        self.invalidate_recordset(["viewer_id", "viewer_note"], flush=False)
        return self.viewer_note

    def look_away(self):
        """The current user closed this card."""
        # Only rows of one's own: no right on the lead is needed, it may be claimed.
        self.env.execute_query(
            SQL(
                """
                DELETE FROM c360_pool_lease
                 WHERE lead_id = ANY(%s) AND user_id = %s
             RETURNING id
                """,
                self.ids,
                self.env.uid,
            )
        )
        return True
