from odoo import fields, models


class C360ContactTopic(models.Model):
    """What a customer may want to hear about, whatever the purpose: news, events, …"""

    _name = "c360.contact.topic"
    _description = "Contact Topic"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    description = fields.Char(
        translate=True,
        help="One sentence for the customer: what he gets, and how often.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        ondelete="cascade",
        help="Empty: a topic of every company.",
    )
    is_public = fields.Boolean(
        string="Customers Choose",
        default=True,
        help="The customer finds it on his page and chooses by himself.",
    )
