from datetime import datetime
from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ..customer.c360_customer_panel_select import COUNT_LIMIT, ROWS
from ..customer.c360_customer_timeline import TimelineSource

# Has a partial index, see the door of the order.
OPEN_ORDER = Domain(
    [
        ("state", "=", "sale"),
        ("delivery_status", "in", ("pending", "started", "partial")),
    ]
)
ORDER_FIELDS = (
    "name",
    "state",
    "date_order",
    "validity_date",
    "amount_total",
    "currency_id",
    "currency_rate",
    "company_id",
    "delivery_status",
    "invoice_status",
)
# What brings goods to the customer; picking and packing are our own affair.
OUTGOING = ("outgoing", "dropship")
ORDERS = TimelineSource(
    "sale.order",
    "date_order",
    "order",
    text=("name", "client_order_ref"),
    user="user_id",
)
# A move in one of these states waits for goods we do not have.
UNRESERVED = ("confirmed", "waiting", "partially_available")
DUE_ROWS = 3
DELIVERY_TONES = {"full": "success", "partial": "warning", "started": "info"}
INVOICE_TONES = {"invoiced": "success", "to invoice": "warning", "upselling": "info"}
STATE_TONES = {"sale": "success", "sent": "info", "cancel": "muted"}


class Delivery(NamedTuple):
    """What an order under way still waits for.

    :param promised: when the customer should have the first of it, None: no promise
    :param is_short: goods are missing in stock
    """

    promised: datetime | None
    is_short: bool


class C360CustomerPanelOrder(models.AbstractModel):
    """Orders, and whether we deliver what we promised."""

    _name = "c360.customer.panel.order"
    _inherit = "c360.customer.panel"
    _description = "Customer Panel: Orders"

    _panel_key = "order"
    _panel_sequence = 30
    _panel_models = ("sale.order",)

    @api.model
    def _get_panel(self, customer, partner_ids):
        open_domain = self._get_documents_domain("sale.order", partner_ids) & OPEN_ORDER
        newest_ids, count, to_deliver = self._get_counts(partner_ids, open_domain)
        deliveries = self._get_deliveries(open_domain) if to_deliver else {}
        now = fields.Datetime.now()
        late_ids = [
            id_
            for id_, delivery in deliveries.items()
            if delivery.promised and delivery.promised < now
        ]
        short_ids = [id_ for id_, delivery in deliveries.items() if delivery.is_short]
        # the longest late first, then what is short, then the newest
        ids = list(dict.fromkeys([*late_ids[:ROWS], *short_ids[:2], *newest_ids]))
        orders = self.env["sale.order"].browse(ids[:ROWS])
        orders.fetch(ORDER_FIELDS)
        return {
            "title": self.env._("Orders and deliveries"),
            "icon": "fa-shopping-cart",
            "figures": self._get_figures(
                customer, open_domain, to_deliver, late_ids, short_ids
            ),
            "rows": [
                self._prepare_order_row(order, deliveries.get(order.id), now)
                for order in orders
            ],
            "count": count,
            "action": self._prepare_documents_action(
                self.env._("Orders"),
                "sale.order",
                customer,
                context={"default_partner_id": customer.id},
            ),
            "empty": self.env._("No quotation or order to show."),
            "buttons": self._get_buttons(customer),
            "due": self._get_due(orders, deliveries, late_ids),
            "health": self._get_health(late_ids, short_ids),
        }

    def _get_counts(self, partner_ids, open_domain):
        """Return the newest orders, their number, and that of orders under way.

        One query, at a cost that does not grow: it stops counting at a thousand.
        """
        select = self.env["c360.customer.timeline"]._select_source(
            ORDERS, partner_ids, None, COUNT_LIMIT
        )
        query = self.env["sale.order"]._search(open_domain)
        if select is None or query.is_empty():
            return [], 0, 0
        query.limit = COUNT_LIMIT
        [(ids, count, to_deliver)] = self.env.execute_query(
            SQL(
                """
                SELECT (ARRAY_AGG(newest.res_id ORDER BY newest.date DESC,
                                                         newest.res_id DESC))[1:%s],
                       COUNT(*),
                       (SELECT COUNT(*) FROM (%s) AS waiting)
                  FROM (%s) AS newest
                """,
                ROWS,
                query.select(),
                select,
            )
        )
        return ids or [], count, to_deliver

    def _get_deliveries(self, open_domain):
        """Return ``{order id: Delivery}`` of orders under way, earliest first.

        Empty for users who may not read deliveries.
        """
        Move = self.env["stock.move"]
        if not (
            self.env["stock.picking"].has_access("read") and Move.has_access("read")
        ):
            return {}
        pickings = self.env["stock.picking"]._search(
            [
                ("sale_id", "in", self.env["sale.order"]._search(open_domain)),
                ("state", "not in", ("done", "cancel")),
                ("picking_type_id.code", "in", OUTGOING),
            ]
        )
        query = Move._search(
            [("picking_id", "in", pickings), ("state", "not in", ("done", "cancel"))]
        )
        if query.is_empty():
            return {}
        order_id = self._get_path_sql(Move, query, "picking_id.sale_id")
        deadline = self._get_path_sql(Move, query, "picking_id.date_deadline")
        promised = SQL("MIN(%s)", deadline)
        state = Move._field_to_sql(query.table, "state", query)
        query.groupby = order_id
        query.order = SQL("%s, %s", promised, order_id)
        query.limit = COUNT_LIMIT
        rows = self.env.execute_query(
            query.select(
                order_id,
                promised,
                SQL("BOOL_OR(%s = ANY(%s))", state, list(UNRESERVED)),
            )
        )
        return {id_: Delivery(date, is_short) for id_, date, is_short in rows}

    def _get_figures(self, customer, open_domain, to_deliver, late_ids, short_ids):
        def figure(label, value, tone, domain):
            return self._prepare_figure(
                label,
                value,
                "integer",
                tone if value else "muted",
                action=self._prepare_documents_action(
                    label, "sale.order", customer, domain
                ),
            )

        return [
            figure(self.env._("To deliver"), to_deliver, None, OPEN_ORDER),
            figure(
                self.env._("Late"),
                len(late_ids),
                "danger",
                Domain("id", "in", late_ids),
            ),
            figure(
                self.env._("Short of stock"),
                len(short_ids),
                "warning",
                Domain("id", "in", short_ids),
            ),
        ]

    def _get_due(self, orders, deliveries, late_ids):
        return [
            self._prepare_due(
                self.env._("Delivery of %(name)s is late", name=order.name),
                {"model": "sale.order", "id": order.id},
                date=fields.Datetime.to_string(deliveries[order.id].promised),
                tone="danger",
                priority=30,
            )
            for order in orders
            if order.id in late_ids[:DUE_ROWS]
        ]

    def _get_health(self, late_ids, short_ids):
        if late_ids:
            reason = self.env._("Late deliveries: %(count)s", count=len(late_ids))
            return [self._prepare_health("poor", reason, 25)]
        if short_ids:
            reason = self.env._(
                "Orders waiting for stock: %(count)s", count=len(short_ids)
            )
            return [self._prepare_health("fair", reason, 15)]
        return []

    def _prepare_order_row(self, order, delivery, now):
        promised = delivery.promised if delivery else None
        badges = []
        if promised and promised < now:
            badges.append(self._prepare_badge(self.env._("Late"), "danger"))
        elif order.delivery_status:
            label = self._get_labels("sale.order", "delivery_status")
            badges.append(
                self._prepare_badge(
                    label[order.delivery_status],
                    DELIVERY_TONES.get(order.delivery_status, "muted"),
                )
            )
        if delivery and delivery.is_short:
            badges.append(self._prepare_badge(self.env._("Short of stock"), "warning"))
        if order.state == "sale" and order.invoice_status in INVOICE_TONES:
            label = self._get_labels("sale.order", "invoice_status")
            badges.append(
                self._prepare_badge(
                    label[order.invoice_status], INVOICE_TONES[order.invoice_status]
                )
            )
        return self._prepare_row(
            order,
            order.name,
            subtitle=self._get_order_subtitle(order, promised),
            date=fields.Datetime.to_string(order.date_order),
            amount=self._get_amount(order),
            badges=badges,
        )

    def _get_order_subtitle(self, order, promised):
        """Tell what happens next with the order."""
        if order.state in ("draft", "sent"):
            state = self._get_labels("sale.order", "state")[order.state]
            if not order.validity_date:
                return state
            day = format_date(self.env, order.validity_date)
            if order.validity_date < fields.Date.context_today(self):
                return self.env._("%(state)s, expired %(day)s", state=state, day=day)
            return self.env._("%(state)s, valid until %(day)s", state=state, day=day)
        if order.state == "cancel":
            return self._get_labels("sale.order", "state")["cancel"]
        if promised:
            day = fields.Datetime.context_timestamp(self, promised).date()
            return self.env._("Promised for %(day)s", day=format_date(self.env, day))
        return False

    def _get_amount(self, order):
        """Return the total at the rate of the order's day."""
        if order.currency_id == self.env.company.currency_id:
            return order.amount_total
        company_amount = order.amount_total / (order.currency_rate or 1)
        return self._in_company_currency(company_amount, order.company_id.currency_id)

    def _get_buttons(self, customer):
        if not self.env["sale.order"].has_access("create"):
            return []
        return [
            {
                "label": self.env._("New quotation"),
                "icon": "fa-file-text-o",
                "role": "quote",
                "action": {
                    "type": "ir.actions.act_window",
                    "name": self.env._("New quotation"),
                    "res_model": "sale.order",
                    "views": [[False, "form"]],
                    "context": {"default_partner_id": customer.id},
                },
            }
        ]

    # -- timeline --

    @api.model
    def _get_timeline_sources(self):
        return (
            *super()._get_timeline_sources(),
            ORDERS,
            TimelineSource(
                "stock.picking",
                "date_done",
                "delivery",
                (
                    ("state", "=", "done"),
                    "|",
                    ("picking_type_id.code", "in", OUTGOING),
                    ("return_id", "!=", False),
                ),
                text=("name", "origin"),
                user="user_id",
            ),
        )

    @api.model
    def _get_timeline_kinds(self):
        return {
            **super()._get_timeline_kinds(),
            "order": self.env._("Quotations and orders"),
            "delivery": self.env._("Deliveries"),
        }

    @api.model
    def _get_timeline_entries(self, model, ids):
        if model == "sale.order":
            return self._get_order_entries(ids)
        if model == "stock.picking":
            return self._get_delivery_entries(ids)
        return super()._get_timeline_entries(model, ids)

    def _get_order_entries(self, ids):
        states = self._get_labels("sale.order", "state")
        return {
            order.id: {
                "title": self.env._("Order %(name)s", name=order.name)
                if order.state == "sale"
                else self.env._("Quotation %(name)s", name=order.name),
                "subtitle": states[order.state],
                "amount": self._get_amount(order),
                "icon": "fa-shopping-cart"
                if order.state == "sale"
                else "fa-file-text-o",
                "tone": STATE_TONES.get(order.state),
            }
            for order in self.env["sale.order"].browse(ids)
        }

    def _get_delivery_entries(self, ids):
        entries = {}
        for picking in self.env["stock.picking"].browse(ids):
            returned = bool(picking.return_id)
            title = (
                self.env._("Return %(name)s", name=picking.name)
                if returned
                else self.env._("Delivery %(name)s", name=picking.name)
            )
            entries[picking.id] = {
                "title": title,
                "subtitle": picking.origin or False,
                "amount": None,
                "icon": "fa-undo" if returned else "fa-truck",
                "tone": "warning" if returned else "success",
            }
        return entries
