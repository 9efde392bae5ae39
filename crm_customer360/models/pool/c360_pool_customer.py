from odoo import api, fields, models, tools
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .c360_pool import LEADER
from .c360_pool_claim import MAX_ID


class C360PoolCustomer(models.Model):
    """A customer without a salesperson waits in a pool, or somebody took him there.

    One narrow row per customer, so that the contact itself carries nothing of it. The
    salesperson of the contact is the truth: this row and the ownership ledger follow
    it whoever changes it. Contact cards stay readable, orders and deliveries need
    them; the list shows where a customer is, never how to reach him.
    """

    _name = "c360.pool.customer"
    _description = "Customer in a Pool"
    _order = "date, id"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", readonly=True, ondelete="cascade"
    )
    pool_id = fields.Many2one(
        comodel_name="c360.pool", required=True, readonly=True, ondelete="restrict"
    )
    state = fields.Selection(
        selection=[("pooled", "In the pool"), ("held", "Held")],
        default="pooled",
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Salesperson",
        readonly=True,
        ondelete="set null",
    )
    date = fields.Datetime(string="In This Place Since", required=True, readonly=True)
    recycle_date = fields.Datetime(
        string="Back to the Pool",
        readonly=True,
        help="Without an order or a contact until then the customer goes back.",
    )
    is_mine = fields.Boolean(compute="_compute_is_mine")
    city = fields.Char(related="partner_id.city")
    country_id = fields.Many2one(related="partner_id.country_id")
    industry_id = fields.Many2one(related="partner_id.industry_id")

    # a customer is in one pool
    _partner_uniq = models.UniqueIndex("(partner_id)")
    # the list: WHERE pool_id = AND state = 'pooled' ORDER BY date, id
    _waiting_idx = models.Index("(pool_id, date, id) WHERE state = 'pooled'")
    # what a member holds: WHERE user_id = AND pool_id =
    _held_idx = models.Index("(user_id, pool_id) WHERE state = 'held'")
    # what goes back: WHERE recycle_date <=
    _due_idx = models.Index("(recycle_date) WHERE recycle_date IS NOT NULL")

    @api.depends_context("uid")
    @api.depends("user_id")
    def _compute_is_mine(self):
        for customer in self:
            customer.is_mine = customer.user_id == self.env.user

    # ------------------------------------------------------------
    # Into the pool
    # ------------------------------------------------------------

    @api.model
    def _get_rules(self):
        """Return ``((pool id, company id, rule), ...)`` of what takes customers."""
        return self._load_rules() if self.env["c360.pool"]._is_enabled() else ()

    @api.model
    @tools.ormcache()
    def _load_rules(self):
        # cached for everyone: no caller's rights or context may thin it out
        pools_sudo = self.env["c360.pool"].sudo().search([("active", "=", True)])
        return tuple(
            (pool.id, pool.company_id.id, pool.customer_domain)
            for pool in pools_sudo
            if pool.takes_customers
        )

    @api.model
    def _enter(self, partner_ids, reason=None):
        """Let customers without a salesperson into the first pool they fit.

        :param partner_ids: ids of ``res.partner``
        :return: the new rows
        """
        entered = self.browse()
        left = set(partner_ids)
        for pool_id, company_id, rule in self._get_rules():
            ids = self._search_partners(rule, company_id, list(left)) if left else []
            if not ids:
                continue
            left -= set(ids)
            entered += self._insert(pool_id, ids)
        if entered:
            self.env["c360.pool.move"]._append_customers(
                "enter", entered, reason=reason
            )
        return entered

    @api.model
    def _search_partners(self, rule, company_id, partner_ids):
        """Return which of these are customers without a salesperson that fit."""
        domain = self.env["c360.pool"]._get_customer_domain(rule, company_id)
        if domain is None:
            return []
        # a rule sees every customer, whoever makes one
        partners_sudo = self.env["res.partner"].sudo()
        query = partners_sudo._search([*domain, ("id", "in", partner_ids)])
        return list(query.get_result_ids())

    @api.model
    def _insert(self, pool_id, partner_ids):
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO c360_pool_customer
                       (partner_id, company_id, pool_id, state, date,
                        create_uid, create_date, write_uid, write_date)
                SELECT id, company_id, %(pool)s, 'pooled', %(now)s,
                       %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM res_partner
                 WHERE id = ANY(%(partners)s)
              ORDER BY id
           ON CONFLICT (partner_id) DO NOTHING
             RETURNING id
                """,
                pool=pool_id,
                now=fields.Datetime.now(),
                uid=self.env.uid,
                partners=partner_ids,
            )
        )
        self.invalidate_model(flush=False)
        return self.browse([row[0] for row in rows])

    # ------------------------------------------------------------
    # Out of it
    # ------------------------------------------------------------

    @api.model
    def claim(self, customer_ids):
        """Take customers out of their pools, each on its own merit.

        :param list customer_ids: ids of ``c360.pool.customer``
        :return: ``{"granted": [id], "refused": [{"id": id, "reason": text}]}``
        :raise UserError: when this is not a list of ids, or pools are switched off
        """
        pools = self.env["c360.pool"]
        ids = pools._check_request(customer_ids)
        # what is not there, or hidden from the caller, is refused like what is gone
        known = self.search([("id", "in", [i for i in ids if 0 < i <= MAX_ID])])
        return self._hand_over(ids, known, self.env.user, "claim")

    def _assign(self, user, override=False, reason=None):
        """Give waiting customers to a user: see ``c360.pool._assign``."""
        pools = self.env["c360.pool"]
        assignable = pools._get_assignable()
        pools._check_assign(assignable, user, override, reason)
        self.check_access("read")
        known = self.filtered(lambda row: row.pool_id in assignable)
        return self._hand_over(self.ids, known, user, "assign", reason, override)

    @api.model
    def _hand_over(self, ids, known, user, kind, reason=None, override=False):
        """Give waiting customers to a user, within his limits.

        :param list ids: what was asked for, in this order
        :param known: those of them the caller may see
        :param user: who gets them
        :param str kind: ``claim`` or ``assign``, for the ledger
        :param bool override: a leader hands over past the limits
        """
        pools = self.env["c360.pool"]
        if not pools._is_enabled():
            raise UserError(self.env._("Lead pools are switched off."))
        # the memberships and limits are not the caller's to read
        rows_sudo = known.sudo()
        meters = pools._lock_members([user.id], rows_sudo.pool_id.ids)
        waiting = rows_sudo._lock_waiting()
        held = rows_sudo._count_held(user)
        # past whose records a leader may read, a customer stays in his company
        user_sudo = user.sudo()
        companies = {*user_sudo.company_ids.ids, False}
        granted, refused = self.browse(), []
        for row in rows_sudo.browse(ids):
            pool = row.pool_id if row in rows_sudo else None
            if row not in rows_sudo:
                refused.append((row.id, self.env._("This customer is in no pool.")))
                continue
            meter = meters.get((user.id, pool.id))
            stopped = (
                row not in waiting
                and self._explain_gone(row)
                or row.company_id.id not in companies
                and self.env._(
                    "%(name)s does not work for its company.", name=user.name
                )
                or not override
                and self._refuse(pool, meter, held[pool.id], user)
            )
            if stopped:
                refused.append((row.id, stopped))
                continue
            if meter:
                # whatever leads he holds: of those only the claims of a day are shared
                meter.claimed[None] += 1
            held[pool.id] += 1
            granted += row
        if granted:
            partners = granted.partner_id.with_context(
                c360_pool_kind=kind, c360_pool_reason=reason
            )
            partners.write({"user_id": user.id})
            # a parallel claim of the same person counts anew
            members_sudo = self.env["c360.pool.member"].sudo()
            members_sudo.search(
                [("user_id", "=", user.id), ("pool_id", "in", granted.pool_id.ids)]
            ).write({"last_claim_date": fields.Datetime.now()})
        return {
            "granted": granted.ids,
            "refused": [{"id": i, "reason": why} for i, why in refused],
        }

    def _refuse(self, pool, meter, held, user):
        """Return why a user may take no more customers of a pool, or None."""
        if meter is None:
            return self.env._("%(name)s is not a member of its pool.", name=user.name)
        limit = meter.limits.day
        if 0 < limit <= meter.claimed.total():
            return self.env._(
                "%(limit)s were claimed of “%(pool)s” today, the limit of a day.",
                limit=limit,
                pool=pool.name,
            )
        if 0 < pool.customer_hold_limit <= held:
            return self.env._(
                "%(limit)s customers of “%(pool)s” are held, more are not allowed.",
                limit=pool.customer_hold_limit,
                pool=pool.name,
            )
        return None

    def _explain_gone(self, row):
        if row.user_id:
            return self.env._("%(name)s has this customer.", name=row.user_id.name)
        return self.env._("This customer was taken meanwhile.")

    def _lock_waiting(self):
        """Lock, in id order, what still waits."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id
                  FROM c360_pool_customer
                 WHERE id = ANY(%(ids)s) AND state = 'pooled'
              ORDER BY id
                   FOR NO KEY UPDATE
                """,
                ids=self.ids,
            )
        )
        return self.browse([row[0] for row in rows])

    def _count_held(self, user):
        """Return how many customers of each of these pools a user holds."""
        counts = dict(
            self._read_group(
                [
                    ("user_id", "=", user.id),
                    ("pool_id", "in", self.pool_id.ids),
                    ("state", "=", "held"),
                ],
                ["pool_id"],
                ["__count"],
            )
        )
        return {pool.id: counts.get(pool, 0) for pool in self.pool_id}

    def _give_back(self, reason=None):
        """Put customers back; a salesperson his own, leaders and managers any.

        :raise UserError: for customers of somebody else, or in the pool already
        """
        self.check_access("read")
        if not self.env["c360.pool"]._is_enabled():
            raise UserError(self.env._("Lead pools are switched off."))
        may = self.env["c360.pool"]._get_assignable()
        foreign = self.filtered(
            lambda row: (
                row.state != "held"
                or (row.user_id != self.env.user and row.pool_id not in may)
            )
        )
        if foreign:
            raise UserError(
                self.env._("You can give back customers of yours that you hold.")
            )
        # the right to give back is checked above, the contact is not his to write
        partners_sudo = self.sudo().partner_id
        partners_sudo.with_context(c360_pool_reason=reason).write({"user_id": False})

    def _leave(self):
        """Take customers out of their pools for good, as a leader."""
        if not (self.env.su or self.env.user.has_group(LEADER)):
            raise AccessError(
                self.env._("Team leaders decide who leaves a pool for good.")
            )
        self.check_access("read")
        # rows are written by the system only
        rows_sudo = self.sudo()
        self.env["c360.pool.move"]._append_customers("leave", rows_sudo)
        rows_sudo.unlink()

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_claim(self):
        names = {row.id: row.partner_id.display_name for row in self}
        result = self.claim(self.ids)
        return self.env["c360.pool.lead"]._prepare_claim_notification(
            result["granted"], result["refused"], names
        )

    def action_leave(self):
        self._leave()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_open_customer(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.partner_id.id,
            "views": [(False, "form")],
        }
