from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ...tools.pool_day import day_start

FEATURE = "crm_customer360.group_use_pool"
LEADER = "crm_customer360.group_leader"
# What a rule raises that names a field, a model or a value that is no more. Errors of
# the database are not among them: they have to reach the host, which tries again.
RULE_ERRORS = (AttributeError, KeyError, SyntaxError, TypeError, ValueError)


class C360Pool(models.Model):
    """Leads without an owner wait here; members claim them within limits.

    ``c360_pool_routing.py`` lets leads in, ``c360_pool_claim.py`` and
    ``c360_pool_allocation.py`` hand them out, ``c360.pool.move`` remembers who had
    what and when.
    """

    _name = "c360.pool"
    _description = "Lead Pool"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(
        default=10, help="A lead enters the first pool of the list whose rule it fits."
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        # not “set null”: the pool of a company must not become everybody's
        ondelete="cascade",
        help="Leads of this company only. Empty: leads of every company.",
    )
    lead_domain = fields.Char(
        string="Leads It Takes",
        default="[]",
        help="New leads without a salesperson that fit this rule enter the pool. "
        "Empty: all of them.",
    )
    is_default = fields.Boolean(
        string="Default Pool",
        help="Takes the leads that fit no other pool. One pool of a company at most: "
        "making another one the default takes the mark from the first.",
    )
    manager_ids = fields.Many2many(
        comodel_name="res.users",
        relation="c360_pool_manager_rel",
        column1="pool_id",
        column2="user_id",
        string="Managers",
        domain="[('share', '=', False)]",
        help="They see the leads of this pool and assign them, without being team "
        "leaders everywhere.",
    )
    calendar_id = fields.Many2one(
        comodel_name="resource.calendar",
        string="Working Hours",
        help="In which offers run. Empty: the working hours of the company.",
    )
    rule_warning = fields.Char(compute="_compute_rule_warning")
    claim_limit_day = fields.Integer(
        string="Claims a Day",
        help="How many leads one member may claim in a day; giving a lead back does "
        "not give the claim back. 0: no limit.",
    )
    hold_limit = fields.Integer(
        string="Leads Held",
        help="How many open leads of this pool one member may hold at a time. "
        "0: no limit.",
    )
    member_ids = fields.One2many(
        comodel_name="c360.pool.member", inverse_name="pool_id", string="Members"
    )
    member_count = fields.Integer(compute="_compute_member_count")
    waiting_count = fields.Integer(string="Waiting", compute="_compute_lead_counts")
    held_count = fields.Integer(string="Held", compute="_compute_lead_counts")
    claimed_today_count = fields.Integer(
        string="Claimed Today", compute="_compute_lead_counts"
    )

    _limits_positive = models.Constraint(
        "CHECK (claim_limit_day >= 0 AND hold_limit >= 0)",
        "A limit is a number of leads; 0 means no limit.",
    )

    # the default pool of a company, or of all of them
    _default_uniq = models.UniqueIndex(
        "(COALESCE(company_id, 0)) WHERE is_default AND active",
        "Another pool is the default of this company already.",
    )

    @api.depends("lead_domain")
    def _compute_rule_warning(self):
        """Tell of rules that name what is no more: routing skips them."""
        for pool in self:
            error = pool._get_rule_error()
            pool.rule_warning = error and self.env._(
                "The rule cannot be read any more, so no lead enters by it: %(error)s",
                error=error,
            )

    def _get_rule_error(self):
        """Return what is wrong with the rule, or None."""
        # the words of a rule, not the rights of who reads them
        leads_sudo = self.env["crm.lead"].sudo()
        try:
            leads_sudo._search(literal_eval(self.lead_domain or "[]"))
        except RULE_ERRORS as error:
            return str(error)
        return None

    @api.depends("member_ids")
    def _compute_member_count(self):
        counts = dict(
            self.env["c360.pool.member"]._read_group(
                [("pool_id", "in", self.ids)], ["pool_id"], ["__count"]
            )
        )
        for pool in self:
            pool.member_count = counts.get(pool, 0)

    @api.depends_context("uid", "allowed_company_ids", "tz")
    def _compute_lead_counts(self):
        """Count what the current user may see, in three queries for any pools."""
        mine = [("pool_id", "in", self.ids)]
        waiting, held, claimed = (
            dict(self.env[model]._read_group(domain, ["pool_id"], ["__count"]))
            for model, domain in (
                ("c360.pool.lead", mine),
                ("crm.lead", mine + self._get_held_domain()),
                ("c360.pool.move", mine + self._get_claimed_today_domain()),
            )
        )
        for pool in self:
            pool.waiting_count = waiting.get(pool, 0)
            pool.held_count = held.get(pool, 0)
            pool.claimed_today_count = claimed.get(pool, 0)

    @api.constrains("lead_domain")
    def _check_lead_domain(self):
        for pool in self:
            try:
                domain = Domain(literal_eval(pool.lead_domain or "[]"))
                self.env["crm.lead"].search(domain, limit=1)
            except Exception as error:
                raise ValidationError(
                    self.env._(
                        "The rule of “%(pool)s” cannot be read: %(error)s",
                        pool=pool.name,
                        error=error,
                    )
                ) from error

    # ------------------------------------------------------------
    # Records
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        pools = super().create([{**vals, "is_default": False} for vals in vals_list])
        for pool, vals in zip(pools, vals_list, strict=True):
            if vals.get("is_default"):
                pool.is_default = True
        self.env.registry.clear_cache()
        return pools

    def write(self, vals):
        if vals.get("active") is False:
            self._check_successor()
            vals = {**vals, "is_default": False}
        if vals.get("is_default"):
            self._take_default_mark(vals.get("company_id"))
        result = super().write(vals)
        self.env.registry.clear_cache()
        if vals.get("active") is False:
            self._rehouse()
        return result

    def _take_default_mark(self, company_id=None):
        """Take the mark from the pools that have it: there is one of a company."""
        companies = self.company_id.ids or [False]
        former = self.search(
            [
                ("is_default", "=", True),
                ("company_id", "in", [company_id] if company_id else companies),
                ("id", "not in", self.ids),
            ]
        )
        former.write({"is_default": False})
        former.flush_recordset(["is_default"])

    def _check_successor(self):
        """Refuse to lose the pool that takes what no other pool takes.

        The last pools go all together: whoever stops using them needs no default.
        """
        defaults = self.filtered(lambda pool: pool.is_default and pool.active)
        # leads of other companies enter pools the current user does not see
        others_sudo = self.sudo().search([("id", "not in", self.ids)], limit=1)
        for pool in defaults if others_sudo else defaults.browse():
            raise UserError(
                self.env._(
                    "“%(pool)s” takes what no other pool takes. Make another pool the "
                    "default first.",
                    pool=pool.name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self._check_successor()
        # Whoever may delete a pool has to hear of rows he cannot see as well.
        moves_sudo = self.env["c360.pool.move"].sudo()
        used = moves_sudo.search([("pool_id", "in", self.ids)], limit=1)
        if used:
            raise UserError(
                self.env._(
                    "“%(pool)s” has a history. Archive it instead of deleting it.",
                    pool=used.pool_id.name,
                )
            )

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_view_waiting(self):
        return self._get_view_action("c360_pool_lead_action", [])

    def action_view_held(self):
        action = self._get_view_action(
            "crm.crm_lead_all_leads", self._get_held_domain()
        )
        # the host's action filters by type; held leads are of both
        action["context"] = {"create": False}
        return action

    def action_view_claimed_today(self):
        return self._get_view_action(
            "c360_pool_move_action", self._get_claimed_today_domain()
        )

    def action_view_members(self):
        action = self._get_view_action("c360_pool_member_action", [])
        action["context"] = {"default_pool_id": self.id}
        return action

    def _get_view_action(self, xmlid, domain):
        self.ensure_one()
        if "." not in xmlid:
            xmlid = f"crm_customer360.{xmlid}"
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        action["domain"] = [("pool_id", "=", self.id), *domain]
        action["context"] = {}
        return action

    # ------------------------------------------------------------
    # Domains
    # ------------------------------------------------------------

    @api.model
    def _get_held_domain(self):
        return [("pool_state", "=", "held"), ("won_status", "=", "pending")]

    @api.model
    def _get_claimed_today_domain(self):
        start = day_start(fields.Datetime.now(), self.env.user.tz)
        return [("kind", "=", "claim"), ("date", ">=", start)]
