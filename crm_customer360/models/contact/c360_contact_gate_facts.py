from odoo import api, models
from odoo.tools import SQL, format_date

from ...tools.contact_stop import StopFact, days_late

RECEIVABLE_MOVES = ("out_invoice", "out_receipt")
WAITING_ORDERS = ("pending", "started", "partial")
WAITING_PICKINGS = ("waiting", "confirmed", "assigned")


class C360ContactGate(models.AbstractModel):
    """What the ERP knows that may stop a contact, and how to say it.

    One query per kind for any number of people. Read in SQL, without the rights of
    the sender: he must be stopped also where he may not read the document, and learns
    its number and date only.
    """

    _inherit = "c360.contact.gate"

    @api.model
    def _spread_facts(self, requests, facts):
        """Give each request the facts of its customer in its company."""
        spread = {}
        for request in requests:
            known = facts.get((request.customer_id, request.company_id))
            if known:
                spread[request] = known
        return spread

    @api.model
    def _get_customer_ids(self, requests):
        return list({request.customer_id for request in requests} - {None})

    @api.model
    def _get_company_ids(self, requests):
        return list({request.company_id for request in requests} - {None})

    # ------------------------------------------------------------------ invoices

    @api.model
    def _get_facts_dispute(self, requests, at):
        """The oldest invoice in dispute that is not settled."""
        self.env["account.move"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (move.commercial_partner_id, move.company_id)
                       move.commercial_partner_id, move.company_id, move.name
                  FROM account_move AS move
                 WHERE move.commercial_partner_id = ANY(%(customer_ids)s)
                   AND move.company_id = ANY(%(company_ids)s)
                   AND move.is_disputed
                   AND move.state = 'posted'
                   AND move.payment_state IN ('not_paid', 'partial')
              ORDER BY move.commercial_partner_id, move.company_id,
                       move.invoice_date, move.id
                """,
                customer_ids=self._get_customer_ids(requests),
                company_ids=self._get_company_ids(requests),
            )
        )
        return self._spread_facts(
            requests,
            {
                (customer_id, company_id): [StopFact(name)]
                for customer_id, company_id, name in rows
            },
        )

    @api.model
    def _explain_dispute(self, request, fact, at):
        return self.env._("Invoice %(name)s is in dispute.", name=fact.name)

    @api.model
    def _get_facts_overdue(self, requests, at):
        """The instalment that has been unpaid longest."""
        self.env["account.move.line"].flush_model()
        self.env["account.move"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (line.partner_id, line.company_id)
                       line.partner_id, line.company_id, move.name, line.date_maturity
                  FROM account_move_line AS line
                  JOIN account_account AS account ON account.id = line.account_id
                  JOIN account_move AS move ON move.id = line.move_id
                 WHERE line.partner_id = ANY(%(customer_ids)s)
                   AND line.company_id = ANY(%(company_ids)s)
                   AND line.reconciled IS NOT TRUE
                   AND line.amount_residual > 0
                   AND line.parent_state = 'posted'
                   AND line.date_maturity <= %(at)s
                   AND account.account_type = 'asset_receivable'
                   AND move.move_type IN %(types)s
              ORDER BY line.partner_id, line.company_id, line.date_maturity, line.id
                """,
                customer_ids=self._get_customer_ids(requests),
                company_ids=self._get_company_ids(requests),
                at=at,
                types=RECEIVABLE_MOVES,
            )
        )
        return self._spread_facts(
            requests,
            {
                (customer_id, company_id): [
                    StopFact(name, due=due, tz=self._get_company_tz(company_id))
                ]
                for customer_id, company_id, name, due in rows
            },
        )

    @api.model
    def _explain_overdue(self, request, fact, at):
        days = days_late(fact.due, at, fact.tz)
        if days == 1:
            return self.env._("Invoice %(name)s is 1 day overdue.", name=fact.name)
        return self.env._(
            "Invoice %(name)s is %(days)s days overdue.", name=fact.name, days=days
        )

    # --------------------------------------------------------------------- goods

    @api.model
    def _get_facts_undelivered(self, requests, at):
        """What the customer waits for longest: a promised order, or a delivery."""
        self.env["sale.order"].flush_model()
        self.env["stock.picking"].flush_model()
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        rows = self.env.execute_query(
            SQL(
                """
                WITH person AS (
                    SELECT id, commercial_partner_id AS customer_id
                      FROM res_partner
                     WHERE commercial_partner_id = ANY(%(customer_ids)s)
                ), waiting AS (
                    SELECT person.customer_id, sale.company_id, sale.name,
                           sale.commitment_date AS since
                      FROM person
                      JOIN sale_order AS sale ON sale.partner_id = person.id
                     WHERE sale.company_id = ANY(%(company_ids)s)
                       AND sale.state = 'sale'
                       AND sale.delivery_status IN %(order_states)s
                       AND sale.commitment_date <= %(at)s
                 UNION ALL
                    SELECT person.customer_id, picking.company_id, picking.name,
                           picking.scheduled_date
                      FROM person
                      JOIN stock_picking AS picking ON picking.partner_id = person.id
                      JOIN stock_location AS destination
                        ON destination.id = picking.location_dest_id
                     WHERE picking.company_id = ANY(%(company_ids)s)
                       AND picking.state IN %(picking_states)s
                       AND picking.scheduled_date <= %(at)s
                       AND destination.usage = 'customer'
                )
                SELECT DISTINCT ON (customer_id, company_id)
                       customer_id, company_id, name, since
                  FROM waiting
              ORDER BY customer_id, company_id, since, name
                """,
                customer_ids=self._get_customer_ids(requests),
                company_ids=self._get_company_ids(requests),
                order_states=WAITING_ORDERS,
                picking_states=WAITING_PICKINGS,
                at=at,
            )
        )
        return self._spread_facts(
            requests,
            {
                (customer_id, company_id): [StopFact(name, since=since)]
                for customer_id, company_id, name, since in rows
            },
        )

    @api.model
    def _explain_undelivered(self, request, fact, at):
        return self.env._(
            "%(name)s was due on %(date)s, the customer is waiting for it.",
            name=fact.name,
            date=format_date(self.env, fact.since),
        )

    # ----------------------------------------------------------------- addresses

    @api.model
    def _get_facts_dead_address(self, requests, at):
        """How often an address failed in a row: bounces, and rows of the ledger."""
        self.env["c360.contact.touch"].flush_model()
        self.env["res.partner"].flush_model(["message_bounce", "email_normalized"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT 'email', person.email_normalized, NULL, person.message_bounce
                  FROM res_partner AS person
                 WHERE person.id = ANY(%(partner_ids)s)
                   AND person.message_bounce > 0
             UNION ALL
                SELECT touch.channel, touch.address, touch.company_id, COUNT(*)
                  FROM c360_contact_touch AS touch
                 WHERE touch.address = ANY(%(addresses)s)
                   AND touch.direction = 'out'
                   AND touch.state = 'failed'
                   AND NOT EXISTS (
                       SELECT
                         FROM c360_contact_touch AS later
                        WHERE later.address = touch.address
                          AND later.channel = touch.channel
                          AND later.company_id = touch.company_id
                          AND later.direction = 'out'
                          AND later.state IN ('sent', 'answered')
                          AND later.date >= touch.date
                       )
              GROUP BY touch.channel, touch.address, touch.company_id
                """,
                partner_ids=list({r.partner_id for r in requests} - {None}),
                addresses=list({r.address for r in requests} - {None}),
            )
        )
        failures = {
            (channel, address, company_id): count
            for channel, address, company_id, count in rows
        }
        facts = {}
        for request in requests:
            # bounces are known for the address as such, failures per company
            count = max(
                failures.get((request.channel, request.address, company_id), 0)
                for company_id in (request.company_id, None)
            )
            if count and request.address:
                facts[request] = [StopFact(request.address, count=count)]
        return facts

    @api.model
    def _explain_dead_address(self, request, fact, at):
        if fact.count == 1:
            return self.env._(
                "%(address)s could not be reached the last time.", address=fact.name
            )
        return self.env._(
            "%(address)s could not be reached %(count)s times in a row.",
            address=fact.name,
            count=fact.count,
        )
