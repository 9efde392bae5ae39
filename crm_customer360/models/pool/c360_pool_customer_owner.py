from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from .c360_pool import RULE_ERRORS


class C360Pool(models.Model):
    """Which customers a pool takes."""

    _inherit = "c360.pool"

    takes_customers = fields.Boolean(
        string="Customers Too",
        help="Customers without a salesperson wait here as well.",
    )
    customer_domain = fields.Char(
        string="Customers It Takes",
        default="[]",
        help="Customers without a salesperson that fit this rule enter the pool. "
        "Empty: all of them.",
    )
    customer_hold_limit = fields.Integer(
        string="Customers Held",
        help="How many customers of this pool one member may hold. 0: no limit.",
    )
    customer_days = fields.Integer(
        string="Back without Follow-up",
        help="A customer goes back to the pool when for so many working days "
        "there was no order and no contact. 0: never.",
    )
    customer_count = fields.Integer(
        string="Customers Waiting", compute="_compute_customer_count"
    )

    _customer_numbers_positive = models.Constraint(
        "CHECK (customer_hold_limit >= 0 AND customer_days >= 0)",
        "A limit is a number of customers or days; 0 means none.",
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_customer_count(self):
        counts = dict(
            self.env["c360.pool.customer"]._read_group(
                [("pool_id", "in", self.ids), ("state", "=", "pooled")],
                ["pool_id"],
                ["__count"],
            )
        )
        for pool in self:
            pool.customer_count = counts.get(pool, 0)

    @api.constrains("customer_domain")
    def _check_customer_domain(self):
        for pool in self:
            if self._get_customer_domain(pool.customer_domain, False) is None:
                raise ValidationError(
                    self.env._(
                        "The rule of customers of “%(pool)s” cannot be read.",
                        pool=pool.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        pools = super().create(vals_list)
        if pools.filtered("takes_customers"):
            self._look_for_customers()
        return pools

    def write(self, vals):
        result = super().write(vals)
        if {"takes_customers", "customer_domain"} & vals.keys():
            self._look_for_customers()
        return result

    @api.model
    def _get_customer_domain(self, rule, company_id):
        """Return the domain of customers a rule takes; None when it is broken."""
        try:
            domain = Domain(literal_eval(rule or "[]"))
            # the words of the rule, not the rights of who brings a customer
            partners_sudo = self.env["res.partner"].sudo()
            partners_sudo._search(domain)
        except RULE_ERRORS:
            return None
        domain &= Domain(
            [
                ("active", "=", True),
                ("user_id", "=", False),
                # no colleague, no company of ours, no person of a customer
                ("partner_share", "=", True),
                ("ref_company_ids", "=", False),
                "|",
                ("parent_id", "=", False),
                ("is_company", "=", True),
            ]
        )
        if company_id:
            domain &= Domain("company_id", "in", [company_id, False])
        return list(domain)

    def action_view_customers(self):
        action = self._get_view_action("c360_pool_customer_action", [])
        action["context"] = {"search_default_waiting": 1}
        return action

    def action_look_for_customers(self):
        self.check_access("write")
        self._look_for_customers()
        return True

    @api.model
    def _look_for_customers(self):
        """Queue the customers without a salesperson who are in no pool."""
        if not self.env["c360.pool.customer"]._get_rules():
            return
        # rules see every customer; only ids go to the queue
        routes_sudo = self.env["c360.pool.route"].sudo()
        routes_sudo._fill_customers()


class C360PoolMove(models.Model):
    """The ledger of customers: the same, without a lead."""

    _inherit = "c360.pool.move"

    @api.model
    def _append_customers(self, kind, rows, previous=None, reason=None):
        """Append one row per customer, in one statement.

        :param rows: ``c360.pool.customer`` records, with their new owner and pool
        :param dict previous: row id -> id of the user who had the customer before
        """
        if not rows:
            return
        previous = previous or {}
        self.env.flush_all()
        # Plain SQL, as for leads: one statement for any number of rows.
        self.env.execute_query(
            SQL(
                """
                INSERT INTO c360_pool_move
                       (kind, date, reason, create_uid, create_date, write_uid,
                        write_date, is_customer, lead_name, partner_id, pool_id,
                        company_id, user_id, previous_user_id)
                SELECT %(kind)s, %(now)s, %(reason)s, %(uid)s, %(now)s, %(uid)s,
                       %(now)s, TRUE, partner.name, place.partner_id, place.pool_id,
                       place.company_id, place.user_id, item.previous
                  FROM unnest(%(ids)s::int[], %(previous)s::int[])
                       AS item(id, previous)
                  JOIN c360_pool_customer AS place ON place.id = item.id
                  JOIN res_partner AS partner ON partner.id = place.partner_id
              ORDER BY place.id
             RETURNING id
                """,
                kind=kind,
                now=fields.Datetime.now(),
                reason=reason or None,
                uid=self.env.uid,
                ids=rows.ids,
                previous=[previous.get(row_id) or None for row_id in rows.ids],
            )
        )
        self.invalidate_model(flush=False)


class C360PoolPartnerMixin(models.AbstractModel):
    """Whoever changes the salesperson of a customer: his place follows."""

    _name = "c360.pool.partner.mixin"
    _description = "Customer Beside Pools"

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        if self.env["c360.pool.customer"]._get_rules():
            orphans = partners.filtered(
                lambda partner: not partner.user_id and not partner.parent_id
            )
            self.env["c360.pool.route"]._queue_customers(orphans)
        return partners

    def write(self, vals):
        if not {"user_id", "active"} & vals.keys():
            return super().write(vals)
        # Who changes a salesperson need not see the pool his customer is in. The place
        # follows with pools off, too: it must be true when they are switched on again.
        places_sudo = (
            self.env["c360.pool.customer"]
            .sudo()
            .search([("partner_id", "in", self.ids)])
        )
        before = {place.id: place.user_id.id for place in places_sudo}
        result = super().write(vals)
        if places_sudo:
            places_sudo._follow_owner(before)
        if self.env["c360.pool.customer"]._get_rules():
            self.env["c360.pool.route"]._queue_customers(
                self.filtered(
                    lambda partner: (
                        partner.active
                        and not partner.user_id
                        and partner.commercial_partner_id == partner
                        and partner not in places_sudo.partner_id
                    )
                )
            )
        return result


class C360PoolCustomer(models.Model):
    """The place of a customer follows his salesperson."""

    _inherit = "c360.pool.customer"

    def _follow_owner(self, before):
        """Bring rows and ledger in line with the contacts, after a change.

        :param dict before: row id -> id of the former salesperson or False
        """
        moves, now = self.env["c360.pool.move"], fields.Datetime.now()
        archived = self.filtered(lambda row: not row.partner_id.active)
        moves._append_customers("leave", archived, previous=before)
        rows = self - archived
        archived.unlink()
        changed = rows.filtered(
            lambda row: row.partner_id.user_id.id != before.get(row.id)
        )
        kinds = changed.grouped(
            lambda row: (
                self.env.context.get("c360_pool_kind") or "assign"
                if not before[row.id]
                else "transfer"
                if row.partner_id.user_id
                else "recycle"
                if self.env.context.get("c360_pool_kind") == "recycle"
                else "return"
            )
        )
        for kind, some in kinds.items():
            for (user, _pool, _company), mine in some.grouped(
                lambda row: (row.partner_id.user_id, row.pool_id, row.company_id)
            ).items():
                values = {
                    "user_id": user.id,
                    "state": "held" if user else "pooled",
                    "date": now,
                }
                mine.write(values)
                mine.recycle_date = user and mine[0]._get_deadline(now)
            moves._append_customers(
                kind, some, before, self.env.context.get("c360_pool_reason")
            )


class C360CustomerMergeMixin(models.AbstractModel):
    _inherit = "c360.customer.merge.mixin"

    @api.model
    def _c360_fold(self, src_partners, dst_partner):
        """One place of a merged customer survives, that of the one who stays first."""
        result = super()._c360_fold(src_partners, dst_partner)
        # a merge may be done by somebody who sees no pool
        places_sudo = self.env["c360.pool.customer"].sudo()
        places_sudo = places_sudo.search(
            [("partner_id", "in", (src_partners | dst_partner).ids)], order="id"
        )
        stays = places_sudo.sorted(lambda place: place.partner_id != dst_partner)[:1]
        gone = places_sudo - stays
        places_sudo.env["c360.pool.move"]._append_customers(
            "leave",
            gone,
            previous={place.id: place.user_id.id for place in gone},
            reason=self.env._("Merged into another customer"),
        )
        gone.unlink()
        self.env["c360.pool.route"]._merge_customers(src_partners, dst_partner)
        return result

    @api.model
    def _c360_refresh_merged(self, partners):
        """The place follows the salesperson of the one who stays."""
        result = super()._c360_refresh_merged(partners)
        # a merge may be done by somebody who sees no pool
        places_sudo = (
            self.env["c360.pool.customer"]
            .sudo()
            .search([("partner_id", "in", partners.exists().ids)])
        )
        places_sudo._follow_owner({place.id: place.user_id.id for place in places_sudo})
        return result
