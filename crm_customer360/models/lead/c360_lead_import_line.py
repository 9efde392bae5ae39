from odoo import api, fields, models

SHOWN = ("contact_name", "partner_name", "email_from", "phone", "city")


class C360LeadImportLine(models.Model):
    """A row of a card list: what it says, and what becomes of it."""

    _name = "c360.lead.import.line"
    _description = "Row of a Card List"
    _order = "number, id"
    _rec_name = "number"

    import_id = fields.Many2one(
        comodel_name="c360.lead.import",
        string="Card List",
        required=True,
        ondelete="cascade",
    )
    number = fields.Integer(string="Row", aggregator=False)
    # forgotten once the lead has them
    cells = fields.Json()
    vals = fields.Json()
    state = fields.Selection(
        selection=[
            ("new", "New"),
            ("duplicate", "Duplicate"),
            ("invalid", "Invalid"),
            ("imported", "Imported"),
            ("refused", "Refused"),
        ],
        required=True,
        default="new",
    )
    reason = fields.Char()
    lead_id = fields.Many2one(
        comodel_name="crm.lead", index="btree_not_null", ondelete="set null"
    )
    contact_name = fields.Char(string="Contact", compute="_compute_shown")
    partner_name = fields.Char(string="Company", compute="_compute_shown")
    email_from = fields.Char(string="E-mail", compute="_compute_shown")
    phone = fields.Char(compute="_compute_shown")
    city = fields.Char(compute="_compute_shown")

    # the preview, the counts, and the next slice: WHERE import_id = … AND state = …
    _import_state_idx = models.Index("(import_id, state, number)")

    @api.depends("vals")
    def _compute_shown(self):
        for line in self:
            for name in SHOWN:
                line[name] = (line.vals or {}).get(name, False)
