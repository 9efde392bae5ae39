from odoo import api, fields, models

from ...tools.lead_identity import get_identity


class C360LeadContactMixin(models.AbstractModel):
    """A contact compared with the contacts there are: on its form, never on a write."""

    _name = "c360.lead.contact.mixin"
    _description = "Contact with Duplicates"

    c360_similar_ids = fields.Many2many(
        comodel_name="res.partner",
        string="Looks Like",
        compute="_compute_c360_similar_ids",
    )

    @api.depends(
        "name", "email", "phone", "vat", "street", "zip", "city", "is_company", "type"
    )
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_c360_similar_ids(self):
        """Find whom the contact of a form resembles, while it is typed too: one query.

        For one contact: a list of contacts asks the table of pairs instead.
        """
        self.c360_similar_ids = False
        if len(self) != 1 or not self.env["c360.lead.identity"]._is_used():
            return
        if (self.parent_id and self.type != "contact") or not self.partner_share:
            return
        duplicates = self.env["c360.lead.duplicate"]
        if duplicates.has_access("read"):
            similar_sudo = duplicates._find_similar_contacts(self, self._get_identity())
            similar = similar_sudo.sudo(self.env.su)[:5]
            self.c360_similar_ids = similar._filtered_access("read")

    def _get_identity(self):
        company = self.name if self.is_company else self.commercial_company_name
        return get_identity(
            person=None if self.is_company else self.name,
            company=company,
            email=self.email,
            phone=self.phone,
            street=self.street,
            street2=self.street2,
            zip=self.zip,
            city=self.city,
            country=self.country_id.code,
            vat=self.vat,
        )

    def action_merge_c360_similar(self):
        """Open the merge of this contact with those it looks like."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "base.action_partner_merge"
        )
        action["context"] = {
            "active_model": "res.partner",
            "active_ids": (self | self.c360_similar_ids).ids,
        }
        return action
