from odoo import api, models
from odoo.tools import SQL


class C360CustomerMergeMixin(models.AbstractModel):
    _inherit = "c360.customer.merge.mixin"

    @api.model
    def _c360_reparent(self, src_partners, dst_partner):
        """Let the contacts about merged people be about the one who stays."""
        result = super()._c360_reparent(src_partners, dst_partner)
        self.env["c360.contact.touch"]._reparent(src_partners, dst_partner)
        return result

    @api.model
    def _c360_refresh_merged(self, partners):
        """Let the contact history of merged people name the customer they are now."""
        result = super()._c360_refresh_merged(partners)
        self.env["c360.contact.touch"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE c360_contact_touch AS touch
                   SET customer_id = person.commercial_partner_id
                  FROM res_partner AS person
                 WHERE person.id = touch.partner_id
                   AND person.commercial_partner_id <> touch.customer_id
                   AND (touch.partner_id = ANY(%(ids)s)
                        OR touch.customer_id = ANY(%(ids)s))
                """,
                ids=partners.exists().ids,
            )
        )
        self.env["c360.contact.touch"].invalidate_model(["customer_id"])
        return result


class C360ContactTouch(models.Model):
    _inherit = "c360.contact.touch"

    @api.model
    def _reparent(self, documents, document):
        """Let the rows about merged documents be about the one that stays.

        :param documents: records of one model, about to go
        :param document: the record that stays
        """
        self.flush_model(["source_model", "source_id", "lead_id"])
        # Plain SQL: one statement for any number of rows, and no new decisions.
        self.env.execute_query(
            SQL(
                """
                   UPDATE c360_contact_touch
                      SET source_id = %(stays)s,
                          lead_id = CASE WHEN source_model = 'crm.lead'
                                         THEN %(stays)s ELSE lead_id END
                    WHERE source_model = %(model)s AND source_id = ANY(%(ids)s)
                RETURNING id
                """,
                stays=document.id,
                model=documents._name,
                ids=documents.ids,
            )
        )
        self.invalidate_model(["source_id", "lead_id"], flush=False)
