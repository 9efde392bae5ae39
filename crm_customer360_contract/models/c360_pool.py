from odoo import api, fields, models
from odoo.tools import SQL


class C360Pool(models.Model):
    """A contract that ended without renewal is a reason to ask somebody else."""

    _inherit = "c360.pool"

    @api.model
    def _extend_facts(self, facts):
        result = super()._extend_facts(facts)
        rules = self.env["c360.pool.rule"]._get_table()
        if facts and any(rule.kind == "contract_end" for rule in rules):
            for lead_id, end in self._get_contract_ends(list(facts)).items():
                facts[lead_id] = facts[lead_id]._replace(
                    # the contract holds until its last day is over
                    contract_end=fields.Datetime.add(
                        fields.Datetime.to_datetime(end), days=1
                    )
                )
        return result

    @api.model
    def _get_contract_ends(self, lead_ids):
        """Return ``{lead id: last day}`` of the customers' contracts.

        Customers with a contract that goes on, or begins later, are not among them:
        one was renewed, or another took its place. Plain SQL: what sends a lead back
        does not depend on who asks.
        """
        self.env["contract.contract"].flush_model(
            [
                "active",
                "commercial_partner_id",
                "company_id",
                "contract_type",
                "date_end",
            ]
        )
        rows = self.env.execute_query(
            SQL(
                """
                  SELECT lead.id, MAX(contract.date_end)
                    FROM crm_lead AS lead
                    JOIN res_partner AS customer ON customer.id = lead.partner_id
                    JOIN contract_contract AS contract
                      ON contract.commercial_partner_id = customer.commercial_partner_id
                     AND COALESCE(contract.company_id = lead.company_id, TRUE)
                   WHERE lead.id = ANY(%(leads)s)
                     AND contract.active
                     AND contract.contract_type = 'sale'
                GROUP BY lead.id
                  HAVING BOOL_AND(contract.date_end IS NOT NULL)
                """,
                leads=lead_ids,
            )
        )
        return dict(rows)
