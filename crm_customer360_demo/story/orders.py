"""From quotation to money: orders, deliveries, returns, invoices, payments."""

from dataclasses import dataclass

from odoo.fields import Command

from .catalogue import Catalogue
from .chapter import Chapter
from .plan import basket, order_days

# Slots of the day, in the order of a deal's life.
QUOTE, CONFIRM, DELIVER, RETURN, INVOICE, CREDIT, PAY = 2, 3, 5, 6, 7, 8, 9
# The weekdays (Monday is 0) of the house's rounds.
SALES_DAYS, DELIVERY_DAYS, INVOICE_DAYS, PAYMENT_DAYS = (1, 4), (0, 3), (4,), (2,)
# From the invoice to its payment, in days, by the customer's habit; "never" stays open.
PAYERS = {"prompt": (8, 24), "normal": (22, 36), "slow": (48, 80)}


@dataclass
class Deal:
    """One order and what will become of it."""

    customer: object
    # (product code, quantity, unit price or None for the list price)
    lines: list
    # days before the installation; 0: a quotation that is still open
    confirm_ago: int
    # days after the confirmation; more than ``promised`` is late
    deliver_after: int = 3
    promised: int = 8
    partial: bool = False
    returned: bool = False
    # all of it comes back
    is_return_whole: bool = False
    # days from the invoice to the payment; None: not paid
    pay_after: int | None = 30
    # part of the invoice that is paid
    pay_part: float = 1.0
    owner: str = ""
    # a lead, or the number of the row it came from
    opportunity: object = None
    quoted_before: int = 0
    name: str = ""
    order: object = None

    def __post_init__(self):
        self.owner = self.owner or self.customer.owner


class Orders(Chapter):
    """Eighteen months of trade."""

    def open(self):
        self.deals = []
        for customer in self.book.customers.values():
            self._plan_customer(customer)

    def _plan_customer(self, customer):
        row = customer.row
        days = order_days(self.random, row["kind"], int(row["orders"]))
        for number, days_ago in enumerate(days):
            first = number == 0
            self.plan(
                Deal(
                    customer=customer,
                    lines=basket(self.random, row["trade"], customer.size, first),
                    confirm_ago=days_ago,
                    deliver_after=self._delivery_time(),
                    partial=self.random.random() < 0.10,
                    returned=self.random.random() < 0.07,
                    pay_after=self._payment_time(customer.payer),
                    quoted_before=self.random.choice((0, 0, 1, 2, 4, 7)),
                )
            )

    def _delivery_time(self):
        if self.random.random() < 0.13:
            return self.random.randint(9, 15)
        return self.random.randint(2, 5)

    def _payment_time(self, payer):
        return self.random.randint(*PAYERS[payer]) if payer in PAYERS else None

    def plan(self, deal):
        """Let a deal begin: its quotation, then perhaps its order."""
        self.deals.append(deal)
        quoted = self.clock.round(
            deal.confirm_ago + deal.quoted_before, SALES_DAYS, QUOTE
        )
        ordered = self.clock.round(deal.confirm_ago, SALES_DAYS, CONFIRM)
        self.book.plan(quoted, self.quote, deal)
        if deal.confirm_ago:
            self.book.plan(ordered, self.confirm, deal)

    def deals_of(self, customer):
        return [deal for deal in self.deals if deal.customer is customer]

    def quote(self, deals):
        """Write the quotations, each salesperson his own, and mark them as sent."""
        for owner in dict.fromkeys(deal.owner for deal in deals):
            own = [deal for deal in deals if deal.owner == owner]
            orders = self.book.by(owner)["sale.order"].create(
                [self._order_values(deal) for deal in own]
            )
            orders.action_quotation_sent()
            for deal, order in zip(own, orders, strict=True):
                deal.order = order

    def _order_values(self, deal):
        return {
            "partner_id": deal.customer.partner.id,
            "user_id": self.book.users[deal.owner],
            "commitment_date": self.clock.moment(
                deal.confirm_ago - deal.promised, DELIVER
            ),
            "opportunity_id": self.book.opportunity(deal).id,
            "client_order_ref": deal.name,
            "order_line": [
                Command.create(
                    {
                        "product_id": self.book.products[code].id,
                        "product_uom_qty": quantity,
                        **({"price_unit": price} if price else {}),
                    }
                )
                for code, quantity, price in deal.lines
            ],
        }

    def confirm(self, deals):
        """Win the orders; the deliveries come into being with them."""
        for owner in dict.fromkeys(deal.owner for deal in deals):
            own = [deal for deal in deals if deal.owner == owner]
            self._orders(own).with_env(self.book.by(owner)).action_confirm()
            for deal in own:
                self._plan_delivery(deal)
                opportunity = self.book.opportunity(deal)
                if opportunity and opportunity.won_status == "pending":
                    salesperson = self.book.by(owner, tracked=True)
                    opportunity.with_env(salesperson).action_set_won()

    def _plan_delivery(self, deal, days=None):
        days_ago = self.clock.days_ago(self.clock.now) - (days or deal.deliver_after)
        shipped = self.clock.round(days_ago, DELIVERY_DAYS, DELIVER)
        self.book.plan(shipped, self.deliver, deal)

    def _orders(self, deals):
        return self.env["sale.order"].union(*(deal.order for deal in deals))

    def deliver(self, deals):
        """Ship what is reserved; what is short stays behind and is tried again."""
        ready = self.env["stock.picking"]
        for deal in deals:
            pickings = self._open_deliveries(deal)
            if pickings:
                pickings.action_assign()
            if not any(pickings.move_ids.mapped("quantity")):
                if pickings:
                    self._plan_delivery(deal, days=7)
                continue
            if deal.partial:
                self._split(pickings)
                deal.partial = False
                self._plan_delivery(deal, days=11)
            elif any(m.quantity < m.product_uom_qty for m in pickings.move_ids):
                self._plan_delivery(deal, days=7)
            ready |= pickings
        ready.move_ids.filtered("quantity").picked = True
        ready.button_validate()
        days_ago = self.clock.days_ago(self.clock.now)
        for deal in deals:
            invoiced = self.clock.round(days_ago, INVOICE_DAYS, INVOICE)
            self.book.plan(invoiced, self.invoice, deal)
            if deal.returned and deal.order.picking_ids & ready:
                deal.returned = False
                returned = self.clock.moment(days_ago - 8, RETURN)
                self.book.plan(returned, self.give_back, deal)

    def _open_deliveries(self, deal):
        return deal.order.with_env(self.env).picking_ids.filtered(
            lambda p: p.picking_type_code == "outgoing"
            and p.state not in ("done", "cancel")
        )

    def _split(self, pickings):
        """Keep about half of the delivery back: of the largest line."""
        move = max(pickings.move_ids, key=lambda m: m.quantity)
        move.quantity = max(move.quantity // 2, 1)

    def invoice(self, deals):
        """Invoice what has been delivered so far."""
        deals = [d for d in deals if d.order.invoice_status == "to invoice"]
        if not deals:
            return
        admin = self.book.by("admin")
        orders = self._orders(deals).with_env(admin)
        before = orders.invoice_ids
        orders._create_invoices(grouped=True, final=True)
        invoices = orders.invoice_ids - before
        invoices.action_post()
        days_ago = self.clock.days_ago(self.clock.now)
        for deal in deals:
            own = deal.order.with_env(admin).invoice_ids & invoices
            if deal.pay_after is not None:
                paid = self.clock.round(days_ago - deal.pay_after, PAYMENT_DAYS, PAY)
                self.book.plan(paid, self.pay, (deal, own))

    def pay(self, claims):
        """The customers' money comes in; what is settled already is skipped."""
        catalogue = self.book.chapters[Catalogue]
        whole = self.env["account.move"]
        for deal, invoice in claims:
            invoice = invoice.with_env(self.env).filtered(
                lambda m: m.payment_state in ("not_paid", "partial")
            )
            if deal.pay_part < 1 and invoice:
                part = round(invoice.amount_residual * deal.pay_part, 2)
                catalogue.register_payment(invoice, part)
            else:
                whole |= invoice
        if whole:
            catalogue.register_payment(whole)

    def give_back(self, deals):
        """A line comes back: the return wizard, the receipt, then the credit note."""
        days_ago = self.clock.days_ago(self.clock.now)
        for deal in deals:
            delivery = deal.order.with_env(self.env).picking_ids.filtered(
                lambda p: p.state == "done" and p.picking_type_code == "outgoing"
            )[:1]
            wizard = self.env["stock.return.picking"].create(
                {"picking_id": delivery.id}
            )
            lines = wizard.product_return_moves
            if deal.is_return_whole:
                for line in lines:
                    line.quantity = line.move_quantity
            else:
                lines[-1:].quantity = max(lines[-1:].move_quantity // 2, 1)
            action = wizard.action_create_returns()
            receipt = self.env["stock.picking"].browse(action["res_id"])
            receipt.move_ids.picked = True
            receipt.button_validate()
            credited = self.clock.moment(days_ago - 2, CREDIT)
            self.book.plan(credited, self.credit, deal)

    def credit(self, deals):
        """Credit what came back, against the invoice where it is still open."""
        for deal in deals:
            order = deal.order.with_env(self.book.by("admin"))
            if order.invoice_status != "to invoice":
                continue
            before = order.invoice_ids
            order._create_invoices(final=True)
            note = order.invoice_ids - before
            note.action_post()
            lines = (before | note).line_ids.filtered(
                lambda line: line.account_type == "asset_receivable"
                and not line.reconciled
            )
            if len(lines.move_id) > 1:
                lines.reconcile()
            if note.amount_residual:
                self.book.chapters[Catalogue].register_payment(note)
