from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from .c360_customer_profile_query import PURCHASE
from .c360_customer_scope import CustomerScope


class C360CustomerPanelProfile(models.AbstractModel):
    """Which orders the figures of the card count, by what the reader may read."""

    _inherit = "c360.customer.panel.profile"

    def _get_order_totals(self, profile, partner_ids):
        """Return the orders the figures count: what one may not read is not counted.

        The profile counts all orders of the company. Whoever reads only some of them
        gets the same figures from these, in one query more.

        :return: ``order_count``, ``revenue``, ``first_order_date``,
            ``last_order_date`` and ``is_whole``
        """
        names = ("order_count", "revenue", "first_order_date", "last_order_date")
        whole = {**{name: profile[name] for name in names}, "is_whole": True}
        user = self.env.user
        if (
            self.env.su
            or not profile.order_count
            or not user.has_group("sales_team.group_sale_salesman")
            or user.has_group("sales_team.group_sale_salesman_all_leads")
        ):
            return whole
        own = self._read_order_totals(partner_ids)
        if own[0] >= profile.order_count:
            return whole
        return {**dict(zip(names, own, strict=True)), "is_whole": False}

    def _read_order_totals(self, partner_ids):
        """Return number, revenue, first and last day of the orders one may read."""
        company = self.env.company
        orders = self.env["sale.order"]._search(
            [("partner_id", "in", partner_ids), ("company_id", "=", company.id)]
        )
        if orders.is_empty():
            return 0, 0, None, None
        Profile = self.env["c360.customer.profile"]
        Profile._flush_sources()
        purchase = SQL(
            PURCHASE,
            orders=SQL(
                """
                SELECT * FROM sale_order
                 WHERE partner_id = partner.id AND id IN (%s)
                """,
                orders.subselect(),
            ),
            credits=Profile._get_credits(CustomerScope(ids=partner_ids)),
            tomorrow=fields.Date.today() + timedelta(days=1),
            of_partner=SQL("partner.id = ANY(%s)", list(partner_ids)),
        )
        [(count, revenue, first, last)] = self.env.execute_query(
            SQL(
                """
                SELECT COALESCE(SUM(orders), 0)::int, COALESCE(SUM(revenue), 0),
                       MIN(day), MAX(day)
                  FROM (%s) AS purchase
                 WHERE day IS NOT NULL
                """,
                purchase,
            )
        )
        return count, self._round_money(float(revenue)), first, last
