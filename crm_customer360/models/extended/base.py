from odoo import models


class Base(models.AbstractModel):
    _inherit = "base"

    def export_data(self, fields_to_export):
        """Put exports of customers, and of documents that name one, on record."""
        result = super().export_data(fields_to_export)
        partner = self._fields.get("partner_id")
        if self._name == "res.partner" or (
            partner and partner.comodel_name == "res.partner"
        ):
            self.env["c360.customer.audit"]._record(
                "export", self._name, len(self), fields_to_export
            )
        return result
