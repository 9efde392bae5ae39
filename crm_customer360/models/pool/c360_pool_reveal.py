from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .c360_pool_claim import MAX_ID

# what a member is shown of a pooled lead, beyond the safe columns of the list
SHOWN = (
    "contact_name",
    "function",
    "partner_name",
    "email_from",
    "phone",
    "website",
    "street",
    "street2",
    "zip",
    "city",
    "country_id",
)


class C360PoolReveal(models.Model):
    """Who looked at the contact data of which pooled lead, and when.

    Rows are only ever appended, by ``c360.pool.reveal``.
    """

    _name = "c360.pool.reveal"
    _description = "Look at Contact Data"
    _order = "id desc"
    _rec_name = "user_id"
    _log_access = False

    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Who",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    lead_id = fields.Many2one(
        comodel_name="crm.lead",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    lead_name = fields.Char(
        string="Topic", readonly=True, groups="crm_customer360.group_leader"
    )
    pool_id = fields.Many2one(
        comodel_name="c360.pool", readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(
        comodel_name="res.company", readonly=True, ondelete="cascade"
    )
    date = fields.Datetime(readonly=True, required=True)

    # the looks of a member since midnight: WHERE user_id pool_id date >=
    _day_idx = models.Index("(user_id, pool_id, date)")

    # Append-only: not even the system edits a row, so there is no way on to super.
    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("What was looked at cannot be changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What was looked at cannot be deleted."))


class C360Pool(models.Model):
    """Looking at contact data before a claim: logged, and so many leads a day."""

    _inherit = "c360.pool"

    reveal_limit_day = fields.Integer(
        string="Looks at Contact Data a Day",
        help="Of how many waiting leads one member may see name, e-mail, phone and "
        "address in a day before he claims them. Every look is logged. 0: none.",
    )

    _reveal_positive = models.Constraint(
        "CHECK (reveal_limit_day >= 0)", "A limit is a number of leads; 0 means none."
    )

    @api.model
    def reveal(self, lead_ids):
        """Show contact data of pooled leads to the current user, and log it.

        A lead already looked at today uses up nothing. Nothing else opens up: the lead
        itself stays hidden until it is claimed.

        :param list lead_ids: ids of ``crm.lead``; the limit is used up in this order
        :return: ``{"granted": [{"id": id, "values": {field: text}}],
            "refused": [{"id": id, "reason": text}]}``
        :raise UserError: when this is not a list of ids, or pools are switched off
        :raise AccessError: for users who have nothing to do with pools
        """
        ids = self._check_request(lead_ids)
        pool_ids = self._get_my_pools()
        self._lock_members([self.env.uid], pool_ids)
        leads = self._get_revealable(ids, pool_ids)
        seen = self._get_seen(pool_ids)
        granted, refused = [], []
        for lead_id in ids:
            reason = self._refuse_reveal(lead_id, leads.get(lead_id), seen)
            if reason:
                refused.append({"id": lead_id, "reason": reason})
            else:
                granted.append(lead_id)
        self._log_reveals(granted)
        # The one road to contact data of a pooled lead, and only to these fields.
        shown_sudo = self.env["crm.lead"].sudo().browse(granted)
        return {
            "granted": [
                {"id": lead_sudo.id, "values": self._prepare_reveal(lead_sudo)}
                for lead_sudo in shown_sudo
            ],
            "refused": refused,
        }

    @api.model
    def _get_revealable(self, ids, pool_ids):
        """Return ``{lead id: pool id}`` of the leads that wait in these pools."""
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT lead.id, lead.pool_id
                      FROM crm_lead AS lead
                     WHERE lead.id = ANY(%s)
                       AND lead.pool_id = ANY(%s)
                       AND (lead.company_id IS NULL OR lead.company_id = ANY(%s))
                       AND %s
                    """,
                    [lead_id for lead_id in ids if 0 < lead_id <= MAX_ID],
                    pool_ids,
                    list(self.env.user._get_company_ids()),
                    self._get_waiting_sql(),
                )
            )
        )

    @api.model
    def _get_seen(self, pool_ids):
        """Return ``{pool id: leads the user looked at since midnight}``."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT look.pool_id, COALESCE(look.lead_id, -look.id)
                  FROM unnest(%s::int[], %s::timestamp[]) AS day (pool_id, midnight)
                  JOIN c360_pool_reveal AS look
                    ON look.pool_id = day.pool_id
                   AND look.user_id = %s
                   AND look.date >= day.midnight
                """,
                list(pool_ids),
                [self._get_midnight(pool_id) for pool_id in pool_ids],
                self.env.uid,
            )
        )
        seen = {pool_id: set() for pool_id in pool_ids}
        for pool_id, lead_id in rows:
            seen[pool_id].add(lead_id)
        return seen

    @api.model
    def _refuse_reveal(self, lead_id, pool_id, seen):
        """Return why this lead is not shown, or use up the limit."""
        if pool_id is None:
            return self.env._("This lead does not wait in a pool of yours.")
        limit = self._get_terms()[pool_id].reveal_limit
        if not limit:
            return self.env._("Leads of this pool are shown to those who claim them.")
        if lead_id not in seen[pool_id]:
            if len(seen[pool_id]) >= limit:
                return self.env._(
                    "You have looked at %(limit)s leads today, the limit of a day.",
                    limit=limit,
                )
            seen[pool_id].add(lead_id)
        return None

    @api.model
    def _log_reveals(self, lead_ids):
        """Append the looks; the membership is written so that parallel ones wait."""
        if not lead_ids:
            return
        # Plain SQL: the lead is hidden from the one who looks; one statement for all.
        self.env.execute_query(
            SQL(
                """
                WITH look AS (
                    INSERT INTO c360_pool_reveal
                           (user_id, lead_id, lead_name, pool_id, company_id, date)
                    SELECT %(uid)s, lead.id, lead.name, lead.pool_id, lead.company_id,
                           %(now)s
                      FROM crm_lead AS lead
                     WHERE lead.id = ANY(%(ids)s)
                 RETURNING pool_id
                )
                UPDATE c360_pool_member
                   SET last_claim_date = last_claim_date
                 WHERE user_id = %(uid)s AND pool_id IN (SELECT pool_id FROM look)
             RETURNING id
                """,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                ids=lead_ids,
            )
        )
        self.env["c360.pool.reveal"].invalidate_model(flush=False)

    @api.model
    def _prepare_reveal(self, lead_sudo):
        """Return ``{field: text}`` of what is there to show."""
        customer_sudo = lead_sudo.partner_id
        values = {}
        for name in SHOWN:
            value = lead_sudo[name]
            if lead_sudo._fields[name].relational:
                value = value.display_name
            if value:
                values[name] = value
        if customer_sudo and "contact_name" not in values:
            values["contact_name"] = customer_sudo.display_name
        return values


class C360PoolLead(models.Model):
    """Contact data before a claim, asked for from the card."""

    _inherit = "c360.pool.lead"

    can_reveal = fields.Boolean(compute="_compute_can_reveal")

    @api.depends_context("uid")
    @api.depends("pool_id")
    def _compute_can_reveal(self):
        terms = self.env["c360.pool"]._get_terms()
        mine = self.env["c360.pool"]._get_my_pools()
        for lead in self:
            pool_id = lead.pool_id.id
            lead.can_reveal = pool_id in mine and terms[pool_id].reveal_limit > 0

    def action_reveal(self):
        """Show the contact data of this lead in a dialog, and log the look."""
        self.ensure_one()
        result = self.env["c360.pool"].reveal(self.ids)
        if result["refused"]:
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {
                    "type": "warning",
                    "message": result["refused"][0]["reason"].replace("%", "%%"),
                },
            }
        [shown] = result["granted"]
        labels = self.env["crm.lead"].fields_get(shown["values"], ["string"])
        return {
            "type": "ir.actions.client",
            "tag": "c360_pool_reveal",
            "params": {
                "title": self.topic,
                "rows": [
                    {"name": name, "label": labels[name]["string"], "value": value}
                    for name, value in shown["values"].items()
                ],
            },
        }
