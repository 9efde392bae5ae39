from odoo import api, fields, models
from odoo.tools import format_date

from ...tools.pool_recycle import LeadFacts

# What moves a deadline, besides what the filters of rules name.
DEADLINE_FIELDS = {
    "active",
    "company_id",
    "grade",
    "interest_category_ids",
    "interest_product_ids",
    "partner_id",
    "pool_id",
    "priority",
    "stage_id",
    "type",
    "user_id",
}
# The form tells of a deadline that is so near.
NEAR_DAYS = 3


class C360PoolMixin(models.AbstractModel):
    """How long the owner of a lead from a pool may keep it."""

    _inherit = "c360.pool.mixin"

    recycle_date = fields.Datetime(
        string="Goes Back",
        readonly=True,
        copy=False,
        help="When the lead goes back to the pool, unless its owner acts before.",
    )
    recycle_rule_id = fields.Many2one(
        comodel_name="c360.pool.rule",
        string="Goes Back By",
        readonly=True,
        copy=False,
        ondelete="set null",
    )
    recycle_warned = fields.Selection(
        selection=[
            ("late", "Nobody in time"),
            ("owner", "The owner"),
            ("manager", "The owner and the manager"),
        ],
        string="Who Was Told",
        readonly=True,
        copy=False,
    )
    last_followup_date = fields.Datetime(
        string="Last Follow-up",
        readonly=True,
        copy=False,
        help="The last time somebody turned to the customer, or he to us: messages, "
        "calls, visits, activities done. Mailings and surveys do not count.",
    )
    recycle_hint = fields.Char(compute="_compute_recycle_hint")
    recycle_reason = fields.Char(
        string="Why It Goes Back", compute="_compute_recycle_reason"
    )

    # the recycling cron: what is due, oldest first
    _recycle_idx = models.Index(
        "(recycle_date, id) WHERE pool_state = 'held' AND recycle_date IS NOT NULL"
    )
    # the reminders: what one rule sends back soon; the foreign key
    _recycle_rule_idx = models.Index(
        "(recycle_rule_id, recycle_date) WHERE recycle_rule_id IS NOT NULL"
    )

    @api.depends("recycle_rule_id.kind", "recycle_rule_id.days")
    @api.depends_context("lang")
    def _compute_recycle_reason(self):
        for lead in self:
            # whoever sees the lead is told, the rule itself unseen
            rule_sudo = lead.recycle_rule_id.sudo()
            lead.recycle_reason = rule_sudo and rule_sudo._get_reason()

    @api.depends("recycle_date", "recycle_rule_id", "pool_state")
    @api.depends_context("lang", "tz")
    def _compute_recycle_hint(self):
        """Say when a lead goes back and what keeps it, when that is near."""
        now = fields.Datetime.now()
        near = self.filtered(
            lambda lead: (
                lead.recycle_date
                and lead.pool_state == "held"
                and lead.recycle_date < fields.Datetime.add(now, days=NEAR_DAYS + 2)
            )
        )
        (self - near).recycle_hint = False
        if not near:
            return
        pools = self.env["c360.pool"]
        # whoever sees the lead is told what becomes of it, rule and papers unseen
        near_sudo = near.sudo()
        vetoes = pools._get_vetoes(near.ids)
        for lead in near_sudo:
            rule = lead.recycle_rule_id._get_row() if lead.recycle_rule_id else None
            keeps = pools._pick_veto(rule, vetoes.get(lead.id, ())) if rule else None
            if lead._subtract_near_days() > now:
                lead.recycle_hint = False
            elif keeps:
                lead.recycle_hint = lead._get_kept_hint(keeps)
            else:
                lead.recycle_hint = lead._get_due_hint()

    def _subtract_near_days(self):
        lead = LeadFacts(
            id=self.id,
            pool_id=self.pool_id.id,
            user_id=self.user_id.id,
            company_id=self.company_id.id or None,
            type=self.type,
            held_since=self.pool_date,
        )
        days = max(NEAR_DAYS, self.recycle_rule_id.warn_days)
        return self.env["c360.pool"]._subtract_days(lead, self.recycle_date, days)

    def _get_due_hint(self):
        local = fields.Datetime.context_timestamp(self, self.recycle_date)
        values = {"day": format_date(self.env, local, date_format="EEEE, d MMMM")}
        match self.recycle_rule_id.kind:
            case "no_followup":
                return self.env._(
                    "Goes back to the pool on %(day)s unless you follow up.", **values
                )
            case "no_progress":
                return self.env._(
                    "Goes back to the pool on %(day)s unless it makes a step.", **values
                )
            case "no_opportunity":
                return self.env._(
                    "Goes back to the pool on %(day)s unless it becomes an "
                    "opportunity.",
                    **values,
                )
            case "no_order":
                return self.env._(
                    "Goes back to the pool on %(day)s unless it brings an order.",
                    **values,
                )
        return self.env._("Goes back to the pool on %(day)s.", **values)

    def _get_kept_hint(self, veto):
        """Return what keeps the lead with its owner, in words."""
        code, document = veto
        words = {
            "delivery": self.env._("order %(name)s is not delivered", name=document),
            "invoice": self.env._("invoice %(name)s is not paid", name=document),
            "quotation": self.env._("quotation %(name)s is valid", name=document),
            "ticket": self.env._("ticket %(name)s is open", name=document),
            "protected": self.env._("it is protected"),
            "activity": self.env._("an activity is planned"),
        }
        return self.env._(
            "It would go back to the pool, but stays as long as %(reason)s.",
            reason=words[code],
        )

    # ------------------------------------------------------------
    # What moves the deadline
    # ------------------------------------------------------------

    def write(self, vals):
        if not self._moves_deadline(vals):
            return super().write(vals)
        since = {}
        if vals.get("user_id"):
            # Whoever is written to be the owner, and is it already, wins no time.
            since = {
                lead.id: lead.pool_date
                for lead in self
                if lead.pool_date and lead.user_id.id == vals["user_id"]
            }
        result = super().write(vals)
        for lead in self.browse(since):
            if lead.pool_date != since[lead.id] and "pool_id" not in vals:
                # the place is the system's to write
                lead_sudo = lead.sudo()
                lead_sudo.pool_date = since[lead.id]
        placed = self._filter_placed()
        if placed:
            self.env["c360.pool"]._set_deadlines(placed)
        return result

    def _moves_deadline(self, vals):
        rules = self.env["c360.pool.rule"]
        return bool(DEADLINE_FIELDS & vals.keys()) or bool(
            rules._get_filter_fields() & vals.keys()
        )

    def _filter_placed(self):
        """Return the leads that have a deadline, or should have one."""
        # the giver may no longer see what he gave back
        placed_sudo = self.sudo().filtered(
            lambda lead: lead.recycle_date or lead.pool_state == "held"
        )
        return self.browse(placed_sudo.ids)

    def _message_post_after_hook(self, message, msg_vals):
        """An activity that is done is a follow-up."""
        result = super()._message_post_after_hook(message, msg_vals)
        if message.mail_activity_type_id:
            self.env["c360.pool"]._note_followups(
                [(lead.id, None, None, fields.Datetime.now()) for lead in self]
            )
        return result
