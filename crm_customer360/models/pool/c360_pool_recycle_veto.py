from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

VETO_TABLES = {
    "crm.lead": ("partner_id",),
    "res.partner": ("commercial_partner_id",),
    "sale.order": (
        "company_id",
        "delivery_status",
        "name",
        "opportunity_id",
        "partner_id",
        "state",
        "validity_date",
    ),
    "account.move": ("company_id", "move_type", "partner_id", "payment_state", "state"),
    "helpdesk.ticket": ("active", "company_id", "number", "partner_id", "stage_id"),
    "helpdesk.ticket.stage": ("closed",),
    "mail.activity": ("active", "date_deadline", "res_id", "res_model"),
}


class C360Pool(models.Model):
    """What keeps a lead with its owner although its time is up.

    Papers of the opportunity, or of its customer (the whole company) in the company of
    the lead.
    """

    _inherit = "c360.pool"

    @api.model
    def _get_vetoes(self, lead_ids):
        """Return ``{lead id: [(code, name of the paper)]}`` in one statement.

        Plain SQL: what keeps a lead does not depend on who asks. Callers show the name
        of a paper, nothing else of it.
        """
        if not lead_ids:
            return {}
        for model, names in VETO_TABLES.items():
            self.env[model].flush_model(names)
        rows = self.env.execute_query(
            SQL(
                """
                WITH lead AS (
                    SELECT lead.id, lead.company_id, customer.commercial_partner_id
                      FROM crm_lead AS lead
                 LEFT JOIN res_partner AS customer ON customer.id = lead.partner_id
                     WHERE lead.id = ANY(%(ids)s)
                ), person AS (
                    SELECT lead.id AS lead_id, lead.company_id,
                           person.id AS partner_id
                      FROM lead
                      JOIN res_partner AS person
                        ON person.commercial_partner_id = lead.commercial_partner_id
                )
                %(papers)s
                """,
                ids=list(lead_ids),
                papers=SQL(" UNION ALL ").join(self._get_veto_queries(lead_ids)),
            )
        )
        vetoes = defaultdict(list)
        for lead_id, code, name in rows:
            vetoes[lead_id].append((code, name))
        return dict(vetoes)

    @api.model
    def _get_veto_queries(self, lead_ids):
        """Return statements of ``lead id, code, name``.

        They may read ``lead`` and ``person``: the leads, and everybody of their
        customers.
        """
        queries = self._get_customer_veto_queries()
        for code, condition in self._get_order_vetoes():
            queries.append(
                SQL(
                    """
                    SELECT sale.opportunity_id, %(code)s, sale.name
                      FROM sale_order AS sale
                     WHERE sale.opportunity_id = ANY(%(ids)s) AND %(condition)s
                    """,
                    code=code,
                    condition=condition,
                    ids=list(lead_ids),
                )
            )
        queries += [
            SQL(
                """
                SELECT activity.res_id, 'activity', NULL
                  FROM mail_activity AS activity
                 WHERE activity.res_model = 'crm.lead'
                   AND activity.res_id = ANY(%(ids)s)
                   AND activity.active
                   AND activity.date_deadline >= %(today)s
                """,
                ids=list(lead_ids),
                today=fields.Date.context_today(self),
            ),
        ]
        if "protected_until" in self.env["crm.lead"]._fields:
            self.env["crm.lead"].flush_model(["protected_until"])
            queries.append(
                SQL(
                    """
                    SELECT protected.id, 'protected', NULL
                      FROM crm_lead AS protected
                     WHERE protected.id = ANY(%(ids)s)
                       AND protected.protected_until > %(now)s
                    """,
                    ids=list(lead_ids),
                    now=fields.Datetime.now(),
                )
            )
        return queries

    @api.model
    def _get_order_vetoes(self):
        """Return ``(code, condition on sale)`` of the orders that keep a lead."""
        today = fields.Date.context_today(self)
        return [
            (
                "delivery",
                SQL(
                    "sale.state = 'sale'"
                    " AND sale.delivery_status IN ('pending', 'started', 'partial')"
                ),
            ),
            (
                "quotation",
                SQL(
                    "sale.state = 'sent' AND COALESCE(sale.validity_date >= %s, TRUE)",
                    today,
                ),
            ),
        ]

    @api.model
    def _get_customer_veto_queries(self):
        """Return the statements of papers of the customer, which read ``person``."""
        queries = [
            SQL(
                """
                SELECT person.lead_id, %(code)s, sale.name
                  FROM person
                  JOIN sale_order AS sale ON sale.partner_id = person.partner_id
                 WHERE %(condition)s
                   AND COALESCE(sale.company_id = person.company_id, TRUE)
                """,
                code=code,
                condition=condition,
            )
            for code, condition in self._get_order_vetoes()
        ]
        return [
            *queries,
            SQL(
                """
                SELECT person.lead_id, 'invoice', invoice.name
                  FROM person
                  JOIN account_move AS invoice
                    ON invoice.partner_id = person.partner_id
                 WHERE invoice.move_type = 'out_invoice'
                   AND invoice.state = 'posted'
                   AND invoice.payment_state IN ('not_paid', 'partial')
                   AND COALESCE(invoice.company_id = person.company_id, TRUE)
                """
            ),
            SQL(
                """
                SELECT person.lead_id, 'ticket', ticket.number
                  FROM person
                  JOIN helpdesk_ticket AS ticket
                    ON ticket.partner_id = person.partner_id
             LEFT JOIN helpdesk_ticket_stage AS stage ON stage.id = ticket.stage_id
                 WHERE ticket.active
                   AND stage.closed IS NOT TRUE
                   AND COALESCE(ticket.company_id = person.company_id, TRUE)
                """
            ),
        ]

    @api.model
    def _pick_veto(self, rule, vetoes):
        """Return the first of the vetoes that a rule minds, or None."""
        for code, name in vetoes:
            if code in rule.vetoes:
                return code, name
        return None
