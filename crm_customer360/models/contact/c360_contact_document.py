from odoo import api, fields, models


class C360ContactDocumentMixin(models.AbstractModel):
    """A document from which one gets to the contacts about it."""

    _name = "c360.contact.document.mixin"
    _description = "Leads to the Contact History"

    contact_touch_count = fields.Integer(
        string="Contacts Made",
        compute="_compute_contact_touch_count",
        compute_sudo=False,
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_contact_touch_count(self):
        """Count the rows the user may read, in one query for all documents."""
        touches = self.env["c360.contact.touch"]
        field = self._get_contact_field()
        counts = {}
        if touches.has_access("read") and self.ids:
            counts = {
                getattr(found, "id", found): count
                for found, count in touches._read_group(
                    [*self._get_contact_domain(), (field, "in", self.ids)],
                    [field],
                    ["__count"],
                )
            }
        for record in self:
            record.contact_touch_count = counts.get(record._origin.id, 0)

    @api.model
    def _get_contact_field(self):
        """Return the field of the ledger that holds these documents."""
        return "source_id"

    @api.model
    def _get_contact_domain(self):
        return [("source_model", "=", self._name)]

    def action_view_contacts(self):
        """Open the contact history of the document."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer360.c360_contact_touch_action"
        )
        return {
            **action,
            "domain": [
                *self._get_contact_domain(),
                (self._get_contact_field(), "=", self.id),
            ],
        }


class C360ContactPersonMixin(models.AbstractModel):
    """Contacts made with a person, or with the people of a company."""

    _name = "c360.contact.person.mixin"
    _inherit = "c360.contact.document.mixin"
    _description = "Leads to the Contact History of a Person"

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_contact_touch_count(self):
        """A company counts the contacts of its people."""
        companies = self.filtered("is_company")
        people = self - companies
        if companies and people:
            companies._compute_contact_touch_count()
            return people._compute_contact_touch_count()
        return super()._compute_contact_touch_count()

    @api.model
    def _get_contact_field(self):
        return "customer_id" if self[:1].is_company else "partner_id"

    @api.model
    def _get_contact_domain(self):
        return []
