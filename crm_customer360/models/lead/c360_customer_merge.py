from odoo import api, models
from odoo.tools import SQL


class C360CustomerMergeMixin(models.AbstractModel):
    _inherit = "c360.customer.merge.mixin"

    @api.model
    def _c360_fold(self, src_partners, dst_partner):
        """Let the pairs of merged contacts name the one who stays.

        His keys are written anew; those of the others go.
        """
        result = super()._c360_fold(src_partners, dst_partner)
        self.env["c360.lead.duplicate"].flush_model()
        params = {
            "src": src_partners.ids,
            "dst": dst_partner.id,
            "all": (src_partners | dst_partner).ids,
            "uid": self.env.uid,
        }
        for statement in (
            "DELETE FROM c360_lead_identity WHERE partner_id = ANY(%(src)s)",
            """
            DELETE FROM c360_lead_duplicate AS pair
             WHERE partner_id = ANY(%(src)s)
               AND contact_id IS NULL
               AND EXISTS (
                   SELECT
                     FROM c360_lead_duplicate AS twin
                    WHERE twin.lead_id = pair.lead_id
                      AND (twin.partner_id = %(dst)s
                           OR twin.partner_id = ANY(%(src)s) AND twin.id < pair.id))
            """,
            """
            UPDATE c360_lead_duplicate
               SET partner_id = %(dst)s
             WHERE partner_id = ANY(%(src)s) AND contact_id IS NULL
            """,
            # two contacts: settled among the merged, looked for anew with others
            """
            UPDATE c360_lead_duplicate
               SET state = 'merged', decided_id = %(uid)s,
                   decided_date = NOW() AT TIME ZONE 'UTC'
             WHERE contact_id = ANY(%(all)s) AND partner_id = ANY(%(all)s)
            """,
            """
            DELETE FROM c360_lead_duplicate
             WHERE state = 'open' AND contact_id IS NOT NULL
               AND (contact_id = ANY(%(src)s) OR partner_id = ANY(%(src)s))
            """,
        ):
            self.env.cr.execute(SQL(statement, **params))
        self.env["c360.lead.duplicate"].invalidate_model(flush=False)
        self.env["c360.lead.identity"]._mark("res.partner", dst_partner.ids)
        return result

    @api.model
    def _c360_separated(self, partners):
        """Separated contacts are compared anew."""
        result = super()._c360_separated(partners)
        self.env["c360.lead.identity"]._mark("res.partner", partners.ids)
        return result


class C360CustomerMergeTrace(models.AbstractModel):
    _inherit = "c360.customer.merge.trace"

    # keys are written anew by whoever is merged or separated
    _trace_own = ("c360.customer.merge", "c360.lead.identity")


class C360CustomerMerge(models.Model):
    _inherit = "c360.customer.merge"

    @api.model
    def _get_untold_tables(self):
        return super()._get_untold_tables() | {"c360_lead_duplicate"}
