from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _name = "base.partner.merge.automatic.wizard"
    _inherit = ["base.partner.merge.automatic.wizard", "c360.customer.merge.mixin"]

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        self._c360_fold(src_partners, dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)

    @api.model
    def _update_reference_fields(self, src_partners, dst_partner):
        result = super()._update_reference_fields(src_partners, dst_partner)
        self._c360_reparent(src_partners, dst_partner)
        return result

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        partners = self.env["res.partner"].browse(partner_ids).exists()
        partners |= partners.commercial_partner_id
        result = super()._merge(partner_ids, dst_partner, extra_checks)
        self._c360_refresh_merged(partners)
        return result
