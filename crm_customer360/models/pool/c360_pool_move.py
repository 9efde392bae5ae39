from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class C360PoolMove(models.Model):
    """The ownership ledger: who had which lead, since when and why.

    Rows are only ever appended, by ``_append`` and by a claim. A lead or a customer
    may go away: its rows stay, with the name the lead had.
    """

    _name = "c360.pool.move"
    _description = "Ownership History"
    _order = "id desc"
    _rec_name = "kind"

    kind = fields.Selection(
        selection=[
            ("enter", "Entered the pool"),
            ("claim", "Claimed"),
            ("assign", "Assigned"),
            ("transfer", "Transferred"),
            ("return", "Given back"),
            ("recycle", "Recycled"),
            ("protect", "Protected"),
            ("unprotect", "Protection ended"),
            ("leave", "Left the pool"),
        ],
        string="What",
        required=True,
        readonly=True,
    )
    lead_id = fields.Many2one(
        comodel_name="crm.lead", readonly=True, ondelete="set null"
    )
    # What a member must not read of a pooled lead, he must not read here either.
    lead_name = fields.Char(
        string="Topic", readonly=True, groups="crm_customer360.group_leader"
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        groups="crm_customer360.group_leader",
    )
    # Of a customer, not of a lead: without a lead are rows of deleted leads as well.
    is_customer = fields.Boolean(string="Of a Customer", readonly=True)
    pool_id = fields.Many2one(
        comodel_name="c360.pool", readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(
        comodel_name="res.company", readonly=True, ondelete="cascade"
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Owner",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    previous_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Previous Owner",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    date = fields.Datetime(required=True, readonly=True)
    deadline = fields.Datetime(
        readonly=True, help="Until when the owner keeps the lead without following up."
    )
    reason = fields.Char(readonly=True)
    grade = fields.Char(string="Grade then", readonly=True)

    # the moves of a lead, newest first: smart button, number of owners
    _lead_idx = models.Index("(lead_id, id)")
    # claims of a member since midnight: WHERE user_id pool_id date >= AND kind='claim'
    _claim_idx = models.Index("(user_id, pool_id, date) WHERE kind = 'claim'")

    # reports and board: the moves of a period; rows are in the order of their dates
    _date_idx = models.Index("USING brin (date)")

    # Append-only: not even the system edits a row, so there is no way on to super.
    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("The ownership history cannot be changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The ownership history cannot be deleted."))

    @api.model
    def _append(self, kind, leads, previous=None, reason=None, return_reason_id=None):
        """Append one row per lead, in one statement.

        :param str kind: a value of ``kind``
        :param leads: ``crm.lead`` records in sudo, with their new owner and pool
        :param dict previous: lead id -> id of the user who had it before
        :param str reason: why
        :param int return_reason_id: the reason a person chose
        """
        if not leads:
            return
        previous = previous or {}
        # Plain SQL: the ORM would need a statement for every hundred rows. The
        # values come from the records, nothing is read past anybody's rights.
        self.env.execute_query(
            SQL(
                """
                INSERT INTO c360_pool_move
                       (kind, date, reason, return_reason_id, create_uid, create_date,
                        write_uid, write_date, lead_id, lead_name, partner_id, pool_id,
                        company_id, user_id, previous_user_id)
                SELECT %(kind)s, %(now)s, %(reason)s, %(return_reason)s::int, %(uid)s,
                       %(now)s, %(uid)s, %(now)s, row.*
                  FROM unnest(%(leads)s::int[], %(names)s::varchar[],
                              %(partners)s::int[], %(pools)s::int[],
                              %(companies)s::int[], %(users)s::int[],
                              %(previous)s::int[]) AS row
                """,
                kind=kind,
                now=fields.Datetime.now(),
                reason=reason or None,
                return_reason=return_reason_id or None,
                uid=self.env.uid,
                leads=leads.ids,
                names=[lead.name for lead in leads],
                partners=[lead.partner_id.id or None for lead in leads],
                pools=[lead.pool_id.id or None for lead in leads],
                companies=[lead.company_id.id or None for lead in leads],
                users=[lead.user_id.id or None for lead in leads],
                previous=[previous.get(lead.id) or None for lead in leads],
            )
        )
        self.invalidate_model(flush=False)

    @api.model
    def _reparent(self, lead, leads):
        """Hand the rows of merged leads to the lead that stays."""
        # Plain SQL: the ledger refuses writes; only the reference changes.
        self.env.execute_query(
            SQL(
                """
                UPDATE c360_pool_move
                   SET lead_id = %(lead)s
                 WHERE lead_id = ANY(%(leads)s)
                """,
                lead=lead.id,
                leads=leads.ids,
            )
        )
        self.invalidate_model(flush=False)
