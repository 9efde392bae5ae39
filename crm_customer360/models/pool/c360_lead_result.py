from odoo import api, fields, models
from odoo.tools import SQL


class C360LeadResult(models.Model):
    """What a collector may not know of a lead that waits in a pool."""

    _inherit = "c360.lead.result"
    _depends = {
        "crm.lead": ["contact_name", "partner_id", "partner_name", "pool_state"],
        "res.partner": ["name"],
    }

    state = fields.Selection(selection_add=[("pooled", "In a pool"), ("open",)])

    @api.model
    def _get_topic(self):
        topic = super()._get_topic()
        if not self.env["c360.pool"]._hides_from_me():
            return topic
        # what members of the pool read of it, by whom nobody is known
        safe = self.env["c360.pool.lead"]._scrub(
            SQL("crm_lead.name"),
            names=[
                SQL("crm_lead.contact_name"),
                SQL("crm_lead.partner_name"),
                SQL(
                    "(SELECT partner.name FROM res_partner AS partner "
                    "WHERE partner.id = crm_lead.partner_id)"
                ),
            ],
        )
        return SQL(
            "CASE WHEN crm_lead.pool_state = 'pooled' THEN %s ELSE %s END", safe, topic
        )

    @api.model
    def _get_state(self):
        state = super()._get_state()
        return SQL(
            """
            CASE WHEN crm_lead.pool_state = 'pooled' AND crm_lead.active
                  AND crm_lead.won_status = 'pending'
                 THEN 'pooled' ELSE %s
            END
            """,
            state,
        )
