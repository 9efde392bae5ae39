from odoo import api, fields, models
from odoo.exceptions import UserError

LIFECYCLE = [
    ("prospect", "Prospect"),
    ("new", "New"),
    ("retained", "Retained"),
    ("won_back", "Won back"),
    ("churned", "Churned"),
]


class C360CustomerLifecycle(models.Model):
    """The ledger of lifecycle transitions: written by the refresh, never edited.

    ``date`` is the day on which the transition happened in business terms, which may
    lie before the day it was found out. When history itself changes (an order is
    cancelled, a window is set differently), what is written stays and a correction
    dated that day is appended.
    """

    _name = "c360.customer.lifecycle"
    _description = "Lifecycle Transition"
    _order = "date desc, id desc"
    _rec_name = "partner_id"
    _log_access = False

    # Deleting a customer keeps his transitions: the figures of the past stay true.
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        ondelete="set null",
        readonly=True,
    )
    partner_name = fields.Char(
        string="Customer Name",
        readonly=True,
        help="The name at the time; stays when the customer is deleted.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        ondelete="cascade",
        readonly=True,
    )
    date = fields.Date(required=True, readonly=True)
    old = fields.Selection(
        selection=LIFECYCLE, string="From", required=True, readonly=True
    )
    new = fields.Selection(
        selection=LIFECYCLE, string="To", required=True, readonly=True
    )
    user_id = fields.Many2one(related="partner_id.user_id", string="Salesperson")
    country_id = fields.Many2one(related="partner_id.country_id")

    # the transitions of one customer, newest first; moving them in a merge
    _partner_idx = models.Index("(partner_id, date DESC, id DESC)")
    # the list, newest first; a report over a period
    _date_idx = models.Index("(date DESC, id DESC)")

    # Append-only: not even the system edits a row, so there is no way on to super.
    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("The lifecycle ledger cannot be changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The lifecycle ledger cannot be changed."))
