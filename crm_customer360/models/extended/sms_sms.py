from odoo import fields, models


class SmsSms(models.Model):
    # The mixin comes first: the host's ``_send`` calls no ``super``.
    _name = "sms.sms"
    _inherit = ["c360.contact.sms.mixin", "sms.sms"]

    # Not “outgoing” with a date: the host's queue would take it up again and again.
    state = fields.Selection(
        selection_add=[("waiting", "Waiting"), ("process",)],
        ondelete={"waiting": "set canceled"},
    )

    # the queue: whose moment has come
    _contact_waiting_idx = models.Index(
        "(contact_scheduled_date) WHERE state = 'waiting'"
    )
