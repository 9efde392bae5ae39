from odoo import api, fields, models

from ..contact.c360_contact_purpose import PURPOSE_SOURCES, PURPOSES


class MailMessage(models.Model):
    _inherit = "mail.message"

    # On the message, not on the mail: it survives queues, schedules and SMS.
    contact_purpose = fields.Selection(
        selection=PURPOSES,
        help="Why the customer is contacted; empty means transactional.",
    )
    contact_purpose_source = fields.Selection(
        selection=PURPOSE_SOURCES,
        string="Purpose Set By",
        help="Empty: whoever sent it chose the purpose.",
    )
    contact_override_reason = fields.Char(
        help="Why the author writes although a contact policy advises against it.",
    )
    contact_expire_date = fields.Datetime(
        help="After this moment the message has no sense any more and is stopped.",
    )
    contact_topic_id = fields.Many2one(
        comodel_name="c360.contact.topic",
        ondelete="set null",
        index="btree_not_null",
        help="What it is about: people may want to hear of some topics, of others not.",
    )

    # The customer's timeline: newest messages on a contact's page.
    _c360_timeline_idx = models.Index(
        "(res_id, date DESC, id DESC) WHERE model = 'res.partner'"
    )

    @api.model_create_multi
    def create(self, vals_list):
        purposes = {vals.get("contact_purpose") for vals in vals_list}
        self.env["c360.contact.purpose"]._check_codes(purposes)
        return super().create(vals_list)

    def _to_store_defaults(self, target):
        # read with the message: who asks why it waits needs no other query
        return [*super()._to_store_defaults(target), "contact_purpose"]
