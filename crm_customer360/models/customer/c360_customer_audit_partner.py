from odoo import models


class C360CustomerAuditPartnerMixin(models.AbstractModel):
    """What only an address book of customers has: names with addresses, and cards."""

    _name = "c360.customer.audit.partner.mixin"
    _inherit = "c360.customer.audit.mixin"
    _description = "Customers on Record"

    def _compute_display_name(self):
        """Every list of names ends here, those of a document's customer as well."""
        result = super()._compute_display_name()
        context = self.env.context
        keys = ["show_email"]
        if not context.get("formatted_display_name"):
            keys += ["show_address", "show_vat"]
        if any(context.get(key) for key in keys):
            self.env["c360.customer.reading"]._count_names(self)
        return result

    def _get_vcard_file(self):
        self.env["c360.customer.reading"]._count(self._name, len(self))
        return super()._get_vcard_file()
