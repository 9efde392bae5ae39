from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_date, formatLang

from ...tools.opportunity_rhythm import find_rhythm
from ..customer.c360_customer_panel_select import ROWS
from ..customer.c360_customer_timeline import TimelineSource

CONFIRMED = TimelineSource(
    "sale.order", "date_order", "order", (("state", "=", "sale"),)
)
# So far back we look: what was bought before says nothing about next month.
ORDERS_READ = 300
# A product is worth a call so many days before it is due.
AHEAD_DAYS = 7
DUE_ROWS = 2
BOUGHT = Domain(
    [
        ("display_type", "=", False),
        ("is_downpayment", "=", False),
        ("product_uom_qty", ">", 0),
        ("price_subtotal", ">", 0),
    ]
)
STATE_ORDER = ("due", "stopped", "later", None)


class C360CustomerPanelProduct(models.AbstractModel):
    """What the customer buys, at which price the last time, and when again.

    From the newest confirmed orders, at most 300 of them, in one query.
    """

    _name = "c360.customer.panel.product"
    _inherit = "c360.customer.panel"
    _description = "Customer Panel: Products"

    _panel_key = "product"
    _panel_sequence = 32
    _panel_models = ("sale.order", "sale.order.line", "product.product")

    @api.model
    def _get_panel(self, customer, partner_ids):
        today = fields.Date.context_today(self)
        products = self._get_products(partner_ids, today)
        if not products:
            return None
        due = [product for product in products if product["state"] == "due"]
        stopped = [product for product in products if product["state"] == "stopped"]
        return {
            "title": self.env._("Products"),
            "icon": "fa-cubes",
            "figures": self._get_figures(customer, products, due, stopped),
            "rows": [self._prepare_product_row(row) for row in products[:ROWS]],
            "count": len(products),
            "action": self._get_lines_action(
                self.env._("Products bought"), customer, Domain("state", "=", "sale")
            ),
            "due": self._get_due(customer, due, today),
            "health": self._get_health(stopped),
        }

    def _get_products(self, partner_ids, today):
        """Return the products bought, those due again first, then the newest."""
        products = []
        for product_id, name, days, unit, price, quantity in self._read_products(
            partner_ids
        ):
            rhythm = find_rhythm(days)
            products.append(
                {
                    "id": product_id,
                    "name": name,
                    "days": days,
                    "unit": unit,
                    "price": price,
                    "quantity": quantity,
                    "rhythm": rhythm,
                    "state": rhythm and rhythm.get_state(today, AHEAD_DAYS),
                }
            )
        products.sort(
            key=lambda product: (
                STATE_ORDER.index(product["state"]),
                -product["days"][-1].toordinal(),
                -len(product["days"]),
                product["id"],
            )
        )
        return products

    def _read_products(self, partner_ids):
        """Return ``(id, name, days, unit, price, quantity)`` of each product.

        ``days`` in order; unit, price (untaxed, for one unit, in the currency of the
        page) and quantity are those of the last time.
        """
        select = self.env["c360.customer.timeline"]._select_source(
            CONFIRMED, partner_ids, None, ORDERS_READ
        )
        Line = self.env["sale.order.line"]
        query = Line._search(BOUGHT & Domain("state", "=", "sale"))
        if select is None or query.is_empty():
            return []

        def column(path):
            return self._get_path_sql(Line, query, path)

        query.add_where(SQL("%s = newest.res_id", column("order_id")))
        line = query.select(
            SQL("%s AS product_id", column("product_id")),
            SQL("%s AS name", column("product_id.product_tmpl_id.name")),
            SQL("%s AS unit", column("product_uom_id.name")),
            SQL(
                "%s / %s / COALESCE(NULLIF(%s, 0), 1) AS price",
                column("price_subtotal"),
                column("product_uom_qty"),
                column("order_id.currency_rate"),
            ),
            SQL("%s AS quantity", column("product_uom_qty")),
            SQL("%s AS company_id", column("company_id")),
            SQL("%s AS line_id", column("id")),
        )

        def last(name):
            value = SQL.identifier(name)
            return SQL("(ARRAY_AGG(%s ORDER BY date DESC, line_id DESC))[1]", value)

        # OFFSET keeps the planner from folding the lines into a join: it would rather
        # read the whole table than probe an index three hundred times.
        rows = self.env.execute_query(
            SQL(
                """
                  SELECT product_id, MIN(name),
                         ARRAY_AGG(DISTINCT date::date ORDER BY date::date),
                         %s, %s, %s, %s
                    FROM (SELECT newest.date, line.*
                            FROM (%s) AS newest
                      CROSS JOIN LATERAL (%s OFFSET 0) AS line) AS bought
                GROUP BY product_id
                """,
                last("unit"),
                last("price"),
                last("quantity"),
                last("company_id"),
                select,
                line,
            )
        )
        return [
            (*row[:4], self._from_company(price, company_id), quantity)
            for *row, price, quantity, company_id in rows
        ]

    def _get_lines_action(self, name, customer, *domains):
        return self._prepare_list_action(
            name,
            "sale.order.line",
            Domain.AND(
                [
                    Domain("order_partner_id.commercial_partner_id", "=", customer.id),
                    BOUGHT,
                    *domains,
                ]
            ),
        )

    def _get_figures(self, customer, products, due, stopped):
        def figure(label, found, tone=None):
            ids = [product["id"] for product in found]
            return self._prepare_figure(
                label,
                len(found),
                "integer",
                tone if found else "muted",
                action=self._get_lines_action(
                    label,
                    customer,
                    Domain("product_id", "in", ids) & Domain("state", "=", "sale"),
                ),
            )

        return [
            figure(self.env._("Products bought"), products),
            figure(self.env._("Due again"), due, "info"),
            figure(self.env._("Stopped buying"), stopped, "warning"),
        ]

    def _get_due(self, customer, due, today):
        return [
            self._prepare_due(
                self.env._("%(name)s is due again", name=product["name"]),
                self._get_lines_action(
                    product["name"],
                    customer,
                    Domain("product_id", "=", product["id"]),
                ),
                date=fields.Date.to_string(product["rhythm"].due),
                tone="info",
                priority=70,
            )
            for product in due[:DUE_ROWS]
        ]

    def _get_health(self, stopped):
        if not stopped:
            return []
        reason = self.env._(
            "Stopped buying %(name)s, used to buy it every %(days)s days",
            name=stopped[0]["name"],
            days=stopped[0]["rhythm"].gap,
        )
        return [self._prepare_health("fair", reason, 20)]

    def _prepare_product_row(self, product):
        rhythm = product["rhythm"]
        parts = [self.env._("Bought %(count)s times", count=len(product["days"]))]
        if len(product["days"]) == 1:
            parts = [self.env._("Bought once")]
        if rhythm:
            parts.append(self.env._("every %(days)s days", days=rhythm.gap))
        parts.append(
            self.env._(
                "last %(quantity)s %(unit)s",
                quantity=formatLang(
                    self.env,
                    product["quantity"],
                    digits=2 * (product["quantity"] % 1 > 0),
                ),
                unit=product["unit"] or "",
            ).strip()
        )
        return self._prepare_row(
            self.env["product.product"].browse(product["id"]),
            product["name"],
            subtitle=" · ".join(parts),
            date=fields.Date.to_string(product["days"][-1]),
            amount=product["price"],
            badges=self._get_badges(product),
        )

    def _get_badges(self, product):
        if product["state"] == "stopped":
            return [self._prepare_badge(self.env._("Stopped buying"), "warning")]
        if product["state"] == "due":
            day = format_date(self.env, product["rhythm"].due)
            label = self.env._("Due again %(day)s", day=day)
            return [self._prepare_badge(label, "info")]
        return []
