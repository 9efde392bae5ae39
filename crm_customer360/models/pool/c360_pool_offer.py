from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL
from odoo.tools.misc import format_datetime

from ..lead.c360_lead_profile_mixin import GRADE_SELECTION

SAFE = (
    "priority",
    "grade",
    "country_id",
    "city",
    "source_id",
    "expected_revenue",
    "currency_id",
)


class C360PoolOffer(models.Model):
    """A lead is held out to one member for a while, then to the next.

    While it is offered nobody else can claim it: the lead itself says to whom, so that
    a claim that comes at the same moment collides with the offer. Rows are history:
    who had which offer and what he did.
    """

    _name = "c360.pool.offer"
    _description = "Offered Lead"
    _order = "id desc"
    _rec_name = "topic"

    pool_id = fields.Many2one(
        comodel_name="c360.pool", required=True, readonly=True, ondelete="cascade"
    )
    lead_id = fields.Many2one(
        comodel_name="crm.lead",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        groups="crm_customer360.group_leader",
    )
    # of the lead: a pool may be one of all companies
    company_id = fields.Many2one(related="lead_id.company_id", store=True)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Offered to",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    date = fields.Datetime(string="Offered", required=True, readonly=True)
    date_deadline = fields.Datetime(string="Until", required=True, readonly=True)
    date_end = fields.Datetime(string="Answered", readonly=True)
    state = fields.Selection(
        selection=[
            ("offered", "Offered"),
            ("accepted", "Accepted"),
            ("declined", "Declined"),
            ("expired", "Expired"),
            ("withdrawn", "Withdrawn"),
        ],
        default="offered",
        required=True,
        readonly=True,
    )
    reason = fields.Char(readonly=True)
    is_mine = fields.Boolean(compute="_compute_is_mine")
    # What a member may know of the lead, as the list of the pool shows it.
    topic = fields.Char(readonly=True)
    priority = fields.Selection(
        selection=[("0", "Low"), ("1", "Medium"), ("2", "High"), ("3", "Very High")],
        compute="_compute_safe",
    )
    grade = fields.Selection(selection=GRADE_SELECTION, compute="_compute_safe")
    country_id = fields.Many2one(comodel_name="res.country", compute="_compute_safe")
    city = fields.Char(compute="_compute_safe")
    source_id = fields.Many2one(comodel_name="utm.source", compute="_compute_safe")
    expected_revenue = fields.Monetary(compute="_compute_safe")
    currency_id = fields.Many2one(comodel_name="res.currency", compute="_compute_safe")

    # one offer of a lead at a time
    _open_uniq = models.UniqueIndex("(lead_id) WHERE state = 'offered'")
    # those that ran out: WHERE state = 'offered' AND date_deadline <=
    _due_idx = models.Index("(date_deadline) WHERE state = 'offered'")
    # what is offered to me: WHERE user_id = AND state = 'offered'
    _user_idx = models.Index("(user_id, state)")

    @api.depends("lead_id", "state")
    def _compute_safe(self):
        """Show what waits; of what was given away the topic is all that stays."""
        # Whoever has the offer sees these columns, of the safe view, not the lead.
        offers_sudo = self.sudo()
        ids = {offer.id: offer.lead_id.id for offer in offers_sudo}
        safe_sudo = self.env["c360.pool.lead"].sudo()
        rows = safe_sudo.search([("id", "in", list(ids.values()))])
        by_id = {row.id: row for row in rows}
        for offer in self:
            row = by_id.get(ids[offer.id], safe_sudo)
            for name in SAFE:
                offer[name] = row[name]

    @api.depends_context("uid")
    @api.depends("user_id", "state")
    def _compute_is_mine(self):
        for offer in self:
            offer.is_mine = offer.user_id == self.env.user and offer.state == "offered"

    # ------------------------------------------------------------
    # Making
    # ------------------------------------------------------------

    @api.model
    def _make(self, pool, rows, users):
        """Offer leads the caller has locked, one to each user.

        :param pool: the ``c360.pool`` they wait in
        :param list rows: dicts with the id of the lead
        :param list users: ids, in the order of the rows
        """
        now = fields.Datetime.now()
        ids = [row["id"] for row in rows]
        deadline = pool._get_offer_deadline(now)
        safe_sudo = self.env["c360.pool.lead"].sudo()  # columns anybody may know
        topics = {row.id: row.topic for row in safe_sudo.search([("id", "in", ids)])}
        # Members do not write offers, and the lead says to whom it is offered.
        offers_sudo = self.sudo()
        offers_sudo.create(
            [
                {
                    "pool_id": pool.id,
                    "lead_id": lead_id,
                    "user_id": user_id,
                    "date": now,
                    "date_deadline": deadline,
                    "topic": topics.get(lead_id),
                }
                for lead_id, user_id in zip(ids, users, strict=True)
            ]
        )
        self._mark(ids, users)

    @api.model
    def _mark(self, lead_ids, users, exhausted=None):
        """Write on the leads to whom they are offered; plain SQL, no tracking.

        :param list users: ids or None, in the order of the leads
        :param exhausted: free for all from now on, or not; None: as it was
        """
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """
                UPDATE crm_lead AS lead
                   SET offer_user_id = item.user_id,
                       offer_exhausted = COALESCE(%(exhausted)s, lead.offer_exhausted)
                  FROM unnest(%(leads)s::int[], %(users)s::int[])
                       AS item(id, user_id)
                 WHERE lead.id = item.id
             RETURNING lead.id
                """,
                leads=lead_ids,
                users=users,
                exhausted=exhausted,
            )
        )
        self.env["crm.lead"].browse(lead_ids).invalidate_recordset(
            ["offer_user_id", "offer_exhausted"], flush=False
        )

    # ------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------

    def action_accept(self):
        """Claim what was offered to me, within my limits.

        :raise UserError: when the offer has run out, or a limit stops it
        """
        self._check_mine()
        leads_sudo = self.sudo().lead_id
        result = self.env["c360.pool"].claim(leads_sudo.ids)
        if result["refused"]:
            raise UserError("\n".join(item["reason"] for item in result["refused"]))
        if len(self) > 1:
            return {"type": "ir.actions.client", "tag": "soft_reload"}
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.lead",
            "res_id": leads_sudo.id,
            "views": [(False, "form")],
        }

    def action_open_card(self):
        """Open what may be known of the lead, to choose; the lead once it is mine.

        :raise UserError: the lead went to somebody else, or is closed
        """
        self.ensure_one()
        self.check_access("read")
        # Whoever has the offer may know which lead it is about.
        offer_sudo = self.sudo()
        lead_id = offer_sudo.lead_id.id
        for model in ("c360.pool.lead", "crm.lead"):
            if self.env[model].search_count([("id", "=", lead_id)], limit=1):
                return {
                    "type": "ir.actions.act_window",
                    "res_model": model,
                    "res_id": lead_id,
                    "views": [(False, "form")],
                }
        raise UserError(
            self.env._("“%(topic)s” is in the pool no more.", topic=self.topic or "")
        )

    def action_decline(self):
        """Leave these leads to the next one."""
        self._check_mine()
        self._close("declined")
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_withdraw(self):
        """Take offers back, as a leader or manager: the leads are free for all.

        :raise AccessError: for anybody else
        """
        self.check_access("read")
        if self.pool_id - self.env["c360.pool"]._get_assignable():
            raise AccessError(
                self.env._("Team leaders and the managers of a pool withdraw offers.")
            )
        self.filtered(lambda offer: offer.state == "offered")._close(
            "withdrawn", exhausted=True
        )
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _check_mine(self):
        self.check_access("read")
        now = fields.Datetime.now()
        for offer in self:
            if offer.user_id != self.env.user:
                raise UserError(self.env._("This offer is not made to you."))
            if offer.state != "offered" or offer.date_deadline <= now:
                raise UserError(
                    self.env._(
                        "“%(topic)s” is not offered to you any more.",
                        topic=offer.topic or offer.id,
                    )
                )

    def _close(self, state, exhausted=None):
        """End open offers; the leads are free for whoever comes next.

        :param str state: what became of them
        :param bool exhausted: no more offers of these leads, members claim them
        """
        if not self:
            return
        # a member answers his offer, and may write neither it nor the lead
        offers_sudo = self.sudo()
        offers_sudo.write({"state": state, "date_end": fields.Datetime.now()})
        if state != "accepted":
            ids = offers_sudo.lead_id.ids
            self._mark(ids, [None] * len(ids), exhausted)
            offers_sudo._end_rounds()
            self.env["c360.pool"]._wake_allocation(offers_sudo.pool_id.ids)

    def _end_rounds(self):
        """Free for all what was offered as often as its pool says."""
        for pool, offers in self.grouped("pool_id").items():
            if not pool.offer_max:
                continue
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT offer.lead_id
                      FROM c360_pool_offer AS offer
                      JOIN crm_lead AS lead ON lead.id = offer.lead_id
                     WHERE offer.lead_id = ANY(%(leads)s)
                       AND offer.date >= lead.pool_date
                       AND offer.state IN ('declined', 'expired')
                  GROUP BY offer.lead_id
                    HAVING COUNT(*) >= %(max)s
                    """,
                    leads=offers.lead_id.ids,
                    max=pool.offer_max,
                )
            )
            ids = [row[0] for row in rows]
            if ids:
                self._mark(ids, [None] * len(ids), exhausted=True)

    @api.model
    def _expire(self):
        """End the offers that ran out: what is due, found by its index."""
        due = self.search(
            [
                ("state", "=", "offered"),
                ("date_deadline", "<=", fields.Datetime.now()),
            ],
            order="date_deadline, id",
        )
        due._close("expired")
        return len(due)

    @api.model
    def _settle(self, lead_ids, user_id=None):
        """End the offers of leads that got an owner or left their pool.

        :param lead_ids: ids of the leads
        :param user_id: the new owner, for whom his offer is accepted
        """
        # Whoever closes or assigns a lead need not see who had it on offer.
        offers_sudo = self.sudo().search(
            [("lead_id", "in", list(lead_ids)), ("state", "=", "offered")]
        )
        mine = offers_sudo.filtered(lambda offer: offer.user_id.id == user_id)
        mine._close("accepted")
        (offers_sudo - mine).write(
            {"state": "withdrawn", "date_end": fields.Datetime.now()}
        )


class C360PoolLead(models.Model):
    """What the others are told of a lead while it is offered to one of them."""

    _inherit = "c360.pool.lead"

    is_offered_away = fields.Boolean(compute="_compute_offer_note")
    offer_note = fields.Char(string="Offer", compute="_compute_offer_note")

    @api.depends("offer_user_id")
    @api.depends_context("uid", "lang", "tz")
    def _compute_offer_note(self):
        # Members read their own offers only; that there is one is no secret.
        offers_sudo = self.env["c360.pool.offer"].sudo()
        open_sudo = offers_sudo.search(
            [
                ("lead_id", "in", self.ids),
                ("state", "=", "offered"),
                ("date_deadline", ">", fields.Datetime.now()),
            ]
        )
        by_lead = {offer.lead_id.id: offer for offer in open_sudo}
        for lead in self:
            offer_sudo = by_lead.get(lead.id, offers_sudo)
            mine = offer_sudo.user_id == self.env.user
            lead.is_offered_away = bool(offer_sudo) and not mine
            until = format_datetime(
                self.env, offer_sudo.date_deadline, dt_format="short"
            )
            if not offer_sudo:
                lead.offer_note = False
            elif mine:
                lead.offer_note = self.env._("Offered to you until %s", until)
            elif lead.can_assign:
                lead.offer_note = self.env._(
                    "Offered to %(name)s until %(until)s",
                    name=offer_sudo.user_id.name,
                    until=until,
                )
            else:
                lead.offer_note = self.env._("Offered to a colleague until %s", until)
