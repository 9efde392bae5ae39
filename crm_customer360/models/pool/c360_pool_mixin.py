from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.sql import column_exists, create_column

# Nobody writes these by hand: they follow from what is done with the lead.
DEADLINE = {"last_followup_date", "recycle_date", "recycle_rule_id", "recycle_warned"}
PROTECTION = {"protected_until", "protected_lead_id"}
OFFER = {"offer_user_id", "offer_exhausted"}
PLACE = {"pool_id", "pool_state", "pool_date"} | DEADLINE | PROTECTION | OFFER
# Written together with the owner, for the ledger; nothing of the lead.
REASONS = {"pool_reason", "pool_return_reason_id"}
# Set by us around the host's allocation only, which builds its domain inline.
SKIP_POOLED = "c360_pool_skip_pooled"


class C360PoolMixin(models.AbstractModel):
    """A lead's place: in a pool, or held by someone who took it from one.

    Whatever changes the owner of a lead (form, conversion, merge, the host's
    assignment, an import) passes ``create`` and ``write`` here and leaves a row in the
    ledger. Mount it before the model it extends, so that it sees the whole record.
    """

    _name = "c360.pool.mixin"
    _description = "Lead in a Pool"

    pool_id = fields.Many2one(
        comodel_name="c360.pool",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    pool_state = fields.Selection(
        selection=[("pooled", "In the pool"), ("held", "Held")],
        compute="_compute_pool_state",
        store=True,
    )
    pool_date = fields.Datetime(
        string="In Its Place Since", compute="_compute_pool_state", store=True
    )
    pool_reason = fields.Char(
        string="Reason of the Change",
        store=False,
        help="Written together with the salesperson, it goes to the ownership history.",
    )
    pool_return_reason_id = fields.Many2one(
        comodel_name="c360.pool.return.reason",
        store=False,
        help="Written when the salesperson is taken away, it goes to the ownership "
        "history.",
    )
    pool_move_ids = fields.One2many(
        comodel_name="c360.pool.move", inverse_name="lead_id", readonly=True
    )
    pool_move_count = fields.Integer(compute="_compute_pool_move_count")

    # the pool list: WHERE pool_id IN … ORDER BY priority DESC, pool_date, id
    _pool_waiting_idx = models.Index(
        "(pool_id, priority DESC, pool_date, id) WHERE pool_state = 'pooled'"
    )
    # what a member holds: WHERE user_id = … AND pool_id IN …
    _pool_held_idx = models.Index("(user_id, pool_id) WHERE pool_state = 'held'")

    def _auto_init(self):
        # Nobody is in a pool when the columns appear: spare the host's leads a
        # recomputation, there may be a million of them.
        for name, kind in (("pool_state", "varchar"), ("pool_date", "timestamp")):
            if not self._abstract and not column_exists(self.env.cr, self._table, name):
                create_column(self.env.cr, self._table, name, kind)
        return super()._auto_init()

    @api.depends("pool_id", "user_id")
    def _compute_pool_state(self):
        now = fields.Datetime.now()
        for lead in self:
            state = "held" if lead.user_id else "pooled"
            lead.pool_state = state if lead.pool_id else False
            lead.pool_date = now if lead.pool_id else False

    @api.depends("pool_move_ids")
    def _compute_pool_move_count(self):
        counts = dict(
            self.env["c360.pool.move"]._read_group(
                [("lead_id", "in", self.ids)], ["lead_id"], ["__count"]
            )
        )
        for lead in self:
            lead.pool_move_count = counts.get(lead, 0)

    # ------------------------------------------------------------
    # Every way to an owner
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        pools = self._get_chosen_pools(vals_list)
        if any(pools):
            vals_list = [
                {"user_id": False, **vals, "pool_id": False} if pool else vals
                for vals, pool in zip(vals_list, pools, strict=True)
            ]
        self._check_pool_fields(vals_list, chosen=any(pools))
        leads = super().create(vals_list)
        if any(pools):
            leads._enter_chosen(pools)
        self.env["c360.pool"]._route(leads)
        return leads

    def _get_chosen_pools(self, vals_list):
        """Return the pool each new lead is to be put into by hand, or None.

        Team leaders choose any pool of their companies, managers of a pool theirs;
        anybody else is refused by ``_check_pool_fields``. An import may bring a column
        of pools, an action the context key ``default_pool_id``.
        """
        context_id = self.env.context.get("default_pool_id")
        if not context_id and not any(vals.get("pool_id") for vals in vals_list):
            return [None] * len(vals_list)
        model = self.env["c360.pool"]
        if self.env.su or not model._is_enabled():
            return [None] * len(vals_list)
        allowed = model._get_assignable()
        ids = [vals.get("pool_id", context_id) for vals in vals_list]
        return [
            model.browse(pool_id) if pool_id in allowed.ids else None for pool_id in ids
        ]

    def _enter_chosen(self, pools):
        """Place new leads where their maker wants them, and keep the ledger."""
        # The maker may not write the place, nor see what waits in the pool.
        leads_sudo = self.sudo().with_context(tracking_disable=True)
        places = zip(leads_sudo, pools, strict=True)
        by_pool = {}
        for lead, pool in places:
            if pool and lead.active and lead.won_status == "pending":
                by_pool.setdefault(pool, leads_sudo.browse())
                by_pool[pool] += lead
        for pool, leads in by_pool.items():
            if pool.company_id and leads.company_id - pool.company_id:
                raise UserError(
                    self.env._(
                        "“%(pool)s” takes leads of its own company only.",
                        pool=pool.name,
                    )
                )
            held = leads.filtered("user_id")
            held.write({"pool_id": pool.id})
            (leads - held)._pool_enter(pool)
            self.env["c360.pool.move"]._append("enter", leads - held)
            self.env["c360.pool.move"]._append("assign", held)
            self.env["c360.pool"]._wake_allocation(pool.ids)

    def _may_be_routed(self):
        """Tell whether an open, valid lead has neither an owner nor a place."""
        self.ensure_one()
        return (
            not self.user_id
            and not self.pool_id
            and self.active
            and self.won_status == "pending"
            and ("check_state" not in self._fields or self.check_state != "invalid")
        )

    @api.model
    def default_get(self, fields):
        # A default, of the context or of the user, is no way into a pool either.
        values = super().default_get(fields)
        return {
            name: value
            for name, value in values.items()
            if name not in PLACE and name != "pool_move_ids"
        }

    def write(self, vals):
        self._check_pool_fields([vals])
        reasons = vals.get("pool_reason"), vals.get("pool_return_reason_id")
        vals = {name: value for name, value in vals.items() if name not in REASONS}
        if "user_id" not in vals:
            return super().write(vals)
        before = {lead.id: lead.user_id.id for lead in self if lead.pool_id}
        result = super().write(vals)
        if before:
            self.browse(before)._pool_owner_changed(before, *reasons)
        return result

    def web_save(self, vals, specification, next_id=None):
        """Explain why the form of a lead that just went to a pool cannot be shown."""
        try:
            return super().web_save(vals, specification, next_id=next_id)
        except AccessError as error:
            if vals.get("user_id", True):
                raise
            raise UserError(
                self.env._(
                    "Without a salesperson this lead goes to a pool, where you cannot "
                    "see it. Stay its salesperson, or use “Return to pool”."
                )
            ) from error

    @api.model
    def _search(self, domain, *args, **kwargs):
        if self.env.context.get(SKIP_POOLED):
            domain = fields.Domain(domain) & fields.Domain("pool_state", "!=", "pooled")
        return super()._search(domain, *args, **kwargs)

    def _check_pool_fields(self, vals_list, chosen=False):
        """Only the system moves a lead between places.

        :param bool chosen: the pool was taken out of the values and found allowed
        """
        if self.env.su:
            return
        if any(
            vals.get("pool_id") or (PLACE - {"pool_id"} if chosen else PLACE) & {*vals}
            for vals in vals_list
        ):
            raise AccessError(
                self.env._("A lead changes its pool by a claim, a return or a rule.")
            )

    def _pool_enter(self, pool):
        """Place leads without an owner into a pool; the caller keeps the ledger."""
        self.write({"pool_id": pool.id})
        self._pool_cut_ties()

    def _pool_owner_changed(self, before, reason=None, return_reason_id=None):
        """Keep the ledger after a change of owner.

        :param dict before: lead id -> id of the former owner or False
        :param str reason: why
        :param int return_reason_id: the reason a person chose
        """
        # The giver may no longer see what he gave back.
        leads_sudo = self.sudo()
        move = self.env["c360.pool.move"]
        changed = leads_sudo.filtered(lambda lead: lead.user_id.id != before[lead.id])
        for kind, leads in changed.grouped(
            lambda lead: (
                "return"
                if not lead.user_id
                else "transfer"
                if before[lead.id]
                else "assign"
            )
        ).items():
            move._append(
                kind,
                leads,
                previous=before,
                reason=reason,
                return_reason_id=return_reason_id,
            )
            if kind == "return":
                leads._pool_cut_ties()
                homeless = leads.filtered(lambda lead: not lead.pool_id.active)
                homeless.write({"pool_id": False})
                self.env["c360.pool"]._route(homeless)

    @api.ondelete(at_uninstall=False)
    def _unlink_leave_pool(self):
        # Who may delete a lead need not be allowed to write the ledger.
        waiting_sudo = self.sudo().filtered(lambda lead: lead.pool_state == "pooled")
        self.env["c360.pool.move"]._append("leave", waiting_sudo)

    # ------------------------------------------------------------
    # The host's own movements
    # ------------------------------------------------------------

    def _return_to_work(self):
        """A lead that was set aside and turns out to be valid finds its pool."""
        result = super()._return_to_work()
        self.env["c360.pool"]._route(self)
        return result

    def _assign_userless_lead_in_team(self, creation_source):
        """What waits in a pool is not given to the leader of the team."""
        leads = self.filtered(lambda lead: lead.pool_state != "pooled")
        return super(C360PoolMixin, leads)._assign_userless_lead_in_team(
            creation_source
        )

    def _merge_dependences(self, opportunities):
        """The lead that stays takes over history and, without an owner, the place."""
        # Merging needs no right on the ledger, nor on the place.
        head_sudo = self.sudo()
        place_sudo = opportunities.sudo().pool_id[:1]
        self.env["c360.pool.move"]._reparent(self, opportunities)
        if place_sudo and not head_sudo.pool_id and not head_sudo.user_id:
            head_sudo.write({"pool_id": place_sudo.id})
        return super()._merge_dependences(opportunities)

    def action_view_pool_moves(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer360.c360_pool_move_action"
        )
        action["domain"] = [("lead_id", "=", self.id)]
        action["context"] = {}
        return action
