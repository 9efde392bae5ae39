from odoo import api, models


class C360CustomerAuditPartnerMixin(models.AbstractModel):
    """What only an address book of customers has: names with addresses, and cards."""

    _name = "c360.customer.audit.partner.mixin"
    _inherit = "c360.customer.audit.mixin"
    _description = "Customers on Record"

    def _get_audit_size(self):
        """Count customers: the host writes an address to every contact of a company."""
        size = super()._get_audit_size()
        if size < self.env["c360.customer.audit"]._get_mass_size():
            return size
        # a contact may hang below a customer one may not read
        partners_sudo = self.sudo()
        return len(partners_sudo.commercial_partner_id)

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


class C360CustomerAuditLabelMixin(models.AbstractModel):
    """Labels given to many customers from the label's side."""

    _name = "c360.customer.audit.label.mixin"
    _description = "Labels of Many Customers on Record"

    @api.model_create_multi
    def create(self, vals_list):
        labels = super().create(vals_list)
        if any("partner_ids" in vals for vals in vals_list):
            self.env["c360.customer.audit"]._allow_change(
                "change", labels.partner_ids, ["category_id"]
            )
        return labels

    def write(self, vals):
        if "partner_ids" not in vals or self.env.su:
            return super().write(vals)
        before = {label: label.partner_ids for label in self}
        result = super().write(vals)
        changed = self.env["res.partner"]
        for label in self:
            after = label.partner_ids
            changed |= (before[label] - after) | (after - before[label])
        self.env["c360.customer.audit"]._allow_change(
            "change", changed, ["category_id"]
        )
        return result
