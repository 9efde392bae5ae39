from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..customer.c360_customer_timeline import TimelineSource

# Both have a partial index, see the door of the order.
OPEN_QUOTATION = Domain("state", "in", ("draft", "sent"))
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
# How far the card counts: beyond it nobody reads the number, and it would grow.
COUNT_LIMIT = 1000
DELIVERY_TONES = {"full": "success", "partial": "warning", "started": "info"}
INVOICE_TONES = {"invoiced": "success", "to invoice": "warning", "upselling": "info"}
STATE_TONES = {"sale": "success", "sent": "info", "cancel": "muted"}


class C360CustomerPanelOrder(models.AbstractModel):
    """Quotations and orders, and whether we deliver what we promised."""

    _name = "c360.customer.panel.order"
    _inherit = "c360.customer.panel"
    _description = "Customer Panel: Orders"

    _panel_key = "order"
    _panel_sequence = 30
    _panel_models = ("sale.order",)

    @api.model
    def _get_panel(self, customer, partner_ids):
        domain = self._get_documents_domain("sale.order", partner_ids)
        # the newest and their number in one query
        newest = self.env["c360.customer.timeline"]._get_newest(
            ORDERS, partner_ids, COUNT_LIMIT
        )
        open_domain = domain & OPEN_ORDER
        quoted, to_deliver = self._get_open_totals(domain)
        promised = self._get_promised_dates(open_domain)
        now = fields.Datetime.now()
        late_ids = [id_ for id_, date in promised.items() if date < now]
        return {
            "title": self.env._("Orders and deliveries"),
            "icon": "fa-shopping-cart",
            "figures": [
                self._prepare_figure(self.env._("Open quotations"), quoted, "money"),
                self._prepare_figure(self.env._("To deliver"), to_deliver, "integer"),
                self._prepare_figure(
                    self.env._("Late"),
                    len(late_ids),
                    "integer",
                    "danger" if late_ids else "muted",
                ),
            ],
            "rows": self._get_rows(newest, late_ids, promised),
            "count": len(newest),
            "action": self._prepare_list_action(
                self.env._("Orders"),
                "sale.order",
                [("partner_id.commercial_partner_id", "=", customer.id)],
                context={"default_partner_id": customer.id},
            ),
            "empty": self.env._("No quotation or order to show."),
            "buttons": self._get_buttons(customer),
        }

    def _get_open_totals(self, domain):
        """Return the money quoted without an answer, and the orders to deliver."""
        groups = self.env["sale.order"]._read_group(
            domain & (OPEN_QUOTATION | OPEN_ORDER),
            ["state", "currency_id"],
            ["amount_total:sum", "__count"],
        )
        quoted = sum(
            self._in_company_currency(amount, currency)
            for state, currency, amount, _count in groups
            if state != "sale"
        )
        return quoted, sum(count for state, *_rest, count in groups if state == "sale")

    def _get_promised_dates(self, open_domain):
        """Return ``{order id: date promised}`` of orders under way, earliest first.

        Empty for users who may not read deliveries.
        """
        Picking = self.env["stock.picking"]
        if not Picking.has_access("read"):
            return {}
        groups = Picking._read_group(
            [
                ("sale_id", "in", self.env["sale.order"]._search(open_domain)),
                ("state", "not in", ("done", "cancel")),
                ("picking_type_id.code", "in", OUTGOING),
                ("date_deadline", "!=", False),
            ],
            ["sale_id"],
            ["date_deadline:min"],
            order="date_deadline:min, sale_id",
            limit=COUNT_LIMIT,
        )
        return {order.id: date for order, date in groups}

    def _get_rows(self, newest, late_ids, promised):
        """Return five orders: the longest late first, then the newest."""
        ids = list(dict.fromkeys([*late_ids[:5], *newest[:5].ids]))[:5]
        deliveries = self._get_labels("sale.order", "delivery_status")
        invoices = self._get_labels("sale.order", "invoice_status")
        orders = self.env["sale.order"].browse(ids)
        orders.fetch(ORDER_FIELDS)
        rows = []
        for order in orders:
            badges = []
            if order.id in late_ids:
                badges.append(self._prepare_badge(self.env._("Late"), "danger"))
            elif order.delivery_status:
                badges.append(
                    self._prepare_badge(
                        deliveries[order.delivery_status],
                        DELIVERY_TONES.get(order.delivery_status, "muted"),
                    )
                )
            if order.state == "sale" and order.invoice_status in INVOICE_TONES:
                badges.append(
                    self._prepare_badge(
                        invoices[order.invoice_status],
                        INVOICE_TONES[order.invoice_status],
                    )
                )
            rows.append(
                self._prepare_row(
                    order,
                    order.name,
                    subtitle=self._get_order_subtitle(order, promised.get(order.id)),
                    date=fields.Datetime.to_string(order.date_order),
                    amount=self._get_amount(order),
                    badges=badges,
                )
            )
        return rows

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
