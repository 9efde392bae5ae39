from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.opportunity_state import (
    overall_delivery,
    overall_invoice,
    overall_payment,
)


class C360OpportunityFulfilmentMixin(models.AbstractModel):
    """What became of the orders of an opportunity: delivered, invoiced, paid?

    Three words from the host's own documents, empty without a confirmed order. They are
    asked from the database when shown, so they are never behind.
    """

    _name = "c360.opportunity.fulfilment.mixin"
    _description = "Opportunity Fulfilment"

    fulfilment_delivery = fields.Selection(
        selection=[
            ("none", "Nothing to deliver"),
            ("pending", "Not delivered"),
            ("started", "Delivery started"),
            ("partial", "Partially delivered"),
            ("full", "Delivered"),
        ],
        string="Delivery",
        compute="_compute_fulfilment",
    )
    fulfilment_invoice = fields.Selection(
        selection=[
            ("no", "Nothing to invoice"),
            ("to_invoice", "To invoice"),
            ("invoiced", "Invoiced"),
        ],
        string="Invoicing",
        compute="_compute_fulfilment",
    )
    fulfilment_payment = fields.Selection(
        selection=[
            ("none", "Not paid"),
            ("partial", "Partially paid"),
            ("paid", "Paid"),
            ("overdue", "Overdue"),
        ],
        string="Payment",
        compute="_compute_fulfilment",
    )

    @api.depends(
        "order_ids.state", "order_ids.delivery_status", "order_ids.invoice_status"
    )
    @api.depends_context("allowed_company_ids", "tz")
    def _compute_fulfilment(self):
        """Two queries for any number of opportunities."""
        orders = self._get_fulfilment_orders()
        payments = self._get_fulfilment_payments() if orders else {}
        for lead in self:
            states = orders.get(lead.id)
            if states:
                lead.fulfilment_delivery = overall_delivery(
                    delivery for delivery, _invoice in states
                )
                lead.fulfilment_invoice = overall_invoice(
                    invoice for _delivery, invoice in states
                )
                lead.fulfilment_payment = overall_payment(
                    *payments.get(lead.id, (0, 0, False))
                )
            else:
                lead.fulfilment_delivery = False
                lead.fulfilment_invoice = False
                lead.fulfilment_payment = False

    def _get_fulfilment_orders(self):
        """Return ``{lead id: {(delivery state, invoice state), ...}}``."""
        # Orders of a colleague are part of the deal. Whoever may see the opportunity
        # learns three words about them, no document and no amount.
        orders_sudo = self.env["sale.order"].sudo()
        groups = orders_sudo._read_group(
            [
                ("opportunity_id", "in", self.ids),
                ("state", "=", "sale"),
                ("company_id", "in", self.env.companies.ids),
            ],
            ["opportunity_id", "delivery_status", "invoice_status"],
        )
        states = {}
        for lead, delivery, invoice in groups:
            states.setdefault(lead.id, set()).add((delivery, invoice))
        return states

    def _get_fulfilment_payments(self):
        """Return ``{lead id: (invoiced, owed, overdue)}`` in the company's currency.

        Invoices hang on order lines through a many2many, and an instalment has a date
        of its own: one statement instead of reading every invoice. Salespeople may not
        read invoices; the amounts stay in here, one word leaves.
        """
        for model in ("sale.order", "sale.order.line", "account.move"):
            self.env[model].flush_model()
        self.env["account.move.line"].flush_model()
        query = SQL(
            """
              SELECT deal.opportunity_id,
                     SUM(invoice.amount_total_signed),
                     SUM(invoice.amount_residual_signed),
                     BOOL_OR(EXISTS (
                         SELECT
                           FROM account_move_line AS instalment
                          WHERE instalment.move_id = invoice.id
                            AND instalment.display_type = 'payment_term'
                            AND instalment.amount_residual > 0
                            AND instalment.date_maturity < %(today)s
                     ))
                FROM (
                     SELECT DISTINCT sale.opportunity_id, item.move_id
                       FROM sale_order AS sale
                       JOIN sale_order_line AS line ON line.order_id = sale.id
                       JOIN sale_order_line_invoice_rel AS rel
                         ON rel.order_line_id = line.id
                       JOIN account_move_line AS item ON item.id = rel.invoice_line_id
                      WHERE sale.opportunity_id = ANY(%(leads)s)
                        AND sale.state = 'sale'
                        AND sale.company_id = ANY(%(companies)s)
                     ) AS deal
                JOIN account_move AS invoice ON invoice.id = deal.move_id
               WHERE invoice.state = 'posted'
                 AND invoice.move_type IN ('out_invoice', 'out_refund')
            GROUP BY deal.opportunity_id
            """,
            today=fields.Date.context_today(self),
            leads=self.ids,
            companies=self.env.companies.ids,
        )
        return {
            lead_id: (float(total), float(residual), overdue)
            for lead_id, total, residual, overdue in self.env.execute_query(query)
        }
