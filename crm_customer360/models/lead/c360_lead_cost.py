from odoo import fields, models


class C360LeadCost(models.Model):
    """What a source, a campaign or a medium cost in a period.

    The report of leads sets it against what came of them, by day where a period spans
    several months.
    """

    _name = "c360.lead.cost"
    _description = "Cost of Leads"
    _order = "date_from desc, id desc"
    _rec_name = "note"

    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: fields.Date.start_of(
            fields.Date.context_today(self), "month"
        ),
    )
    date_to = fields.Date(
        string="To",
        required=True,
        default=lambda self: fields.Date.end_of(
            fields.Date.context_today(self), "month"
        ),
    )
    source_id = fields.Many2one(
        comodel_name="utm.source", ondelete="restrict", index="btree_not_null"
    )
    campaign_id = fields.Many2one(
        comodel_name="utm.campaign", ondelete="restrict", index="btree_not_null"
    )
    medium_id = fields.Many2one(
        comodel_name="utm.medium", ondelete="restrict", index="btree_not_null"
    )
    amount = fields.Monetary(required=True)
    note = fields.Char(help="What was paid, for instance the number of the bill.")
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        default=lambda self: self.env.company,
        ondelete="cascade",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")

    _period_order = models.Constraint(
        "CHECK (date_from <= date_to)", "A period ends after it begins."
    )
    _amount_positive = models.Constraint(
        "CHECK (amount >= 0)", "A cost is an amount of zero or more."
    )
    _named = models.Constraint(
        "CHECK (COALESCE(source_id, campaign_id, medium_id) IS NOT NULL)",
        "Say what the money was for: source, campaign or medium.",
    )
