from odoo import fields, models

FIELDS = [
    ("skip", "(leave out)"),
    ("note", "Notes, with the heading"),
    ("contact_name", "Contact name"),
    ("first_name", "First name"),
    ("last_name", "Last name"),
    ("partner_name", "Company"),
    ("email_from", "E-mail"),
    ("phone", "Phone"),
    ("mobile", "Mobile phone"),
    ("function", "Job position"),
    ("website", "Website"),
    ("street", "Street"),
    ("street2", "Street 2"),
    ("zip", "Zip"),
    ("city", "City"),
    ("state_id", "State"),
    ("country_id", "Country"),
    ("description", "Notes"),
    ("name", "Title of the lead"),
    ("expected_revenue", "Expected revenue"),
    ("interest", "Products or product categories"),
    ("tag_ids", "Tags"),
    ("source_id", "Source"),
    ("medium_id", "Medium"),
    ("campaign_id", "Campaign"),
    ("capture_date", "Captured on"),
    ("referred", "Referred by"),
]


class C360LeadImportColumn(models.Model):
    """A column of a card list, and the field of the lead it fills."""

    _name = "c360.lead.import.column"
    _description = "Column of a Card List"
    _order = "position, id"
    _rec_name = "heading"

    import_id = fields.Many2one(
        comodel_name="c360.lead.import", required=True, index=True, ondelete="cascade"
    )
    position = fields.Integer(readonly=True)
    heading = fields.Char(readonly=True)
    sample = fields.Char(string="For Example", readonly=True)
    field = fields.Selection(
        selection=FIELDS, string="Becomes", required=True, default="note"
    )

    def write(self, vals):
        result = super().write(vals)
        if "field" in vals:
            # Whether the rows were looked through is the system's to note.
            columns_sudo = self.sudo()
            columns_sudo.import_id.is_checked = False
        return result
