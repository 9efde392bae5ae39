from odoo import api, fields, models


class C360CustomerMergeChoice(models.TransientModel):
    """A value that differs among contacts to be merged: whose is kept?"""

    _name = "c360.customer.merge.choice"
    _description = "Choice of a Merge"
    _order = "id"

    wizard_id = fields.Many2one(
        comodel_name="base.partner.merge.automatic.wizard",
        required=True,
        ondelete="cascade",
    )
    name = fields.Char(string="Field", required=True, readonly=True)
    label = fields.Char(string="What Differs", compute="_compute_label")
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Keep the Value Of",
        required=True,
        context={"active_test": False},
    )
    value = fields.Char(string="Value Kept", compute="_compute_value")
    other = fields.Char(string="Given Up", compute="_compute_value")

    @api.depends("name")
    @api.depends_context("lang")
    def _compute_label(self):
        labels = self.env["res.partner"].fields_get(self.mapped("name"), ["string"])
        for choice in self:
            choice.label = labels.get(choice.name, {}).get("string", choice.name)

    @api.depends("name", "partner_id", "wizard_id.partner_ids")
    def _compute_value(self):
        for choice in self:
            texts = {
                partner: self._get_text(partner, choice.name)
                for partner in choice.wizard_id.partner_ids
            }
            kept = texts.pop(choice.partner_id._origin, "")
            choice.value = kept
            choice.other = ", ".join(
                dict.fromkeys(t for t in texts.values() if t and t != kept)
            )

    @api.model
    def _get_text(self, partner, name):
        """Return a value as people read it."""
        field, value = partner._fields.get(name), partner[name]
        if field.type == "many2one":
            return value.display_name or ""
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value) or ""
        return str(value) if value else ""
