import logging
from ast import literal_eval

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ...tools.pool_day import day_start

_logger = logging.getLogger(__name__)

FEATURE = "crm_customer360.group_use_pool"
LEADER = "crm_customer360.group_leader"
# What a rule raises that names a field, a model or a value that is no more. Errors of
# the database are not among them: they have to reach the host, which tries again.
RULE_ERRORS = (AttributeError, KeyError, SyntaxError, TypeError, ValueError)


class C360Pool(models.Model):
    """Leads without an owner wait here; members claim them within limits.

    A lead enters the first active pool whose rule it fits. ``c360_pool_claim.py``
    hands leads out, ``c360.pool.move`` remembers who had what and when.
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
        pools = super().create(vals_list)
        self.env.registry.clear_cache()
        return pools

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        if vals.get("active") is False:
            self._rehouse()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
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

    def _rehouse(self):
        """Find another place for the leads that wait in archived pools."""
        # The leads are hidden from members; archiving a pool must move all of them.
        leads_sudo = (
            self.env["crm.lead"]
            .sudo()
            .with_context(active_test=False, tracking_disable=True)
            .search([("pool_id", "in", self.ids), ("pool_state", "=", "pooled")])
        )
        if not leads_sudo:
            return
        self.env["c360.pool.move"]._append("leave", leads_sudo)
        leads_sudo.write({"pool_id": False})
        self._route(leads_sudo)

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
    # Routing
    # ------------------------------------------------------------

    @api.model
    def _is_enabled(self):
        return self.env["res.groups"]._is_feature_enabled(FEATURE)

    @api.model
    def _hides_from_me(self):
        """Tell whether contact data of pooled leads is hidden from the current user."""
        user = self.env.user
        return user.has_group(FEATURE) and not (
            user._is_superuser() or user.has_group(LEADER)
        )

    @api.model
    @tools.ormcache()
    def _get_routing_table(self):
        """Return ``((pool id, company id, domain), ...)`` in the order of routing."""
        # Whoever brings a lead (a website visitor too) has it routed by all pools. The
        # table is cached for everyone: no caller's context may let archived ones in.
        pools_sudo = self.sudo().search([("active", "=", True)])
        return tuple(
            (pool.id, pool.company_id.id, pool.lead_domain or "[]")
            for pool in pools_sudo
        )

    @api.model
    def _route(self, leads, reason=None):
        """Put open leads without an owner into the first pool they fit.

        One pass per pool whatever the number of leads, one ledger statement.

        :param leads: ``crm.lead`` records; owned, closed and pooled ones are left alone
        :param str reason: goes to the ledger
        :return: the leads that entered a pool
        """
        routed = leads.browse()
        if not self._is_enabled():
            return routed
        # The one who brings a lead need not be allowed to see what becomes of it.
        waiting_sudo = (
            leads.sudo()
            .with_context(tracking_disable=True)
            .filtered(
                lambda lead: (
                    not lead.user_id
                    and not lead.pool_id
                    and lead.active
                    and lead.won_status == "pending"
                )
            )
        )
        for pool_id, company_id, domain in self._get_routing_table():
            if not waiting_sudo:
                break
            try:
                fit_sudo = waiting_sudo.filtered_domain(literal_eval(domain))
            except RULE_ERRORS:
                # The rule was checked when it was written; a field of it may be gone.
                # A lead must come in all the same.
                _logger.warning("Pool %s skipped: its rule %s fails", pool_id, domain)
                continue
            if company_id:
                fit_sudo = fit_sudo.filtered(
                    lambda lead, company_id=company_id: (
                        lead.company_id.id in (False, company_id)
                    )
                )
            if fit_sudo:
                fit_sudo._pool_enter(self.browse(pool_id))
                routed += fit_sudo
                waiting_sudo -= fit_sudo
        if routed:
            self.env["c360.pool.move"]._append("enter", routed, reason=reason)
        return leads.browse(routed.ids)

    @api.model
    def _put(self, leads, pool=None, reason=None, return_reason_id=None):
        """Give leads back, or put them into a pool by hand.

        :param leads: open leads; a salesperson may only give back his own
        :param pool: where to; empty: back where they came from, else by the rules
        :param str reason: goes to the ledger
        :param int return_reason_id: the reason a person chose, likewise
        :raise UserError: for closed or foreign leads, or when no pool takes them
        """
        self._check_put(leads, pool)
        # from here on the giver may no longer see them
        leads_sudo = leads.sudo().with_context(tracking_disable=True)
        owned = leads.filtered("user_id")
        unowned_sudo = leads_sudo - owned.sudo()
        if pool:
            unowned_sudo -= unowned_sudo.filtered(lambda lead: lead.pool_id == pool)
            leads_sudo.write({"pool_id": pool.id})
            unowned_sudo._pool_enter(pool)
            self.env["c360.pool.move"]._append("enter", unowned_sudo, reason=reason)
        strays_sudo = leads_sudo.filtered(lambda lead: not lead.pool_id)
        if owned:
            owned.write(
                {
                    "user_id": False,
                    "pool_reason": reason,
                    "pool_return_reason_id": return_reason_id,
                }
            )
        self._route(strays_sudo, reason=reason)
        lost = strays_sudo.filtered(lambda lead: not lead.pool_id)
        if lost:
            raise UserError(
                self.env._(
                    "No pool takes %(leads)s. Choose a pool.",
                    leads=", ".join(lost.mapped("name")[:5]),
                )
            )

    @api.model
    def _check_put(self, leads, pool):
        if not self._is_enabled():
            raise UserError(self.env._("Lead pools are switched off."))
        if leads.filtered(lambda lead: not lead.active or lead.won_status != "pending"):
            raise UserError(self.env._("A lead that is won or lost stays where it is."))
        if self.env.user.has_group(LEADER):
            return
        mine = leads.filtered(
            lambda lead: lead.pool_state == "held" and lead.user_id == self.env.user
        )
        if pool or leads - mine:
            raise UserError(
                self.env._("You can give back leads of yours that came from a pool.")
            )

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
