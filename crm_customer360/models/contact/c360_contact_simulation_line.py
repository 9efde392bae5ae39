from datetime import timedelta

from babel.dates import format_timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import get_lang


class C360ContactSimulationTally(models.AbstractModel):
    """How many contacts would have left, waited, been stopped."""

    _name = "c360.contact.simulation.tally"
    _description = "Simulated Contacts"

    total = fields.Integer(string="Contacts", readonly=True)
    left = fields.Integer(string="Leave", readonly=True)
    waited = fields.Integer(string="Wait", readonly=True)
    stopped = fields.Integer(readonly=True)
    wait_seconds = fields.Float(readonly=True, export_string_translation=False)
    wait_words = fields.Char(string="Average Wait", compute="_compute_wait_words")

    @api.depends("wait_seconds")
    @api.depends_context("lang")
    def _compute_wait_words(self):
        locale = get_lang(self.env).code
        for record in self:
            wait = timedelta(seconds=record.wait_seconds)
            record.wait_words = format_timedelta(wait, locale=locale) if wait else False

    @api.model
    def _prepare_tally(self, tally):
        return {
            "total": tally.total,
            "left": tally.left,
            "waited": tally.waited,
            "stopped": tally.stopped,
            "wait_seconds": tally.average_wait,
        }


class C360ContactSimulationLine(models.TransientModel):
    """The result of a simulation for one purpose, or for one customer."""

    _name = "c360.contact.simulation.line"
    _inherit = "c360.contact.simulation.tally"
    _description = "Contact Policy Simulation Line"
    _order = "id"

    simulation_id = fields.Many2one(
        comodel_name="c360.contact.simulation",
        required=True,
        ondelete="cascade",
        index=True,
    )
    purpose = fields.Selection(
        selection=lambda self: self.env["c360.contact.touch"]
        ._fields["purpose"]
        ._description_selection(self.env),
        readonly=True,
    )
    customer_id = fields.Many2one(
        comodel_name="res.partner", readonly=True, ondelete="cascade"
    )

    def action_view_touches(self):
        """Open the rows of the ledger the line is made of."""
        self.ensure_one()
        domain = self.simulation_id._get_touch_domain()
        if self.purpose:
            domain &= Domain("purpose", "=", self.purpose)
        else:
            # people count for the customer they belong to today
            domain &= Domain(
                "partner_id.commercial_partner_id", "=", self.customer_id.id
            ) | (
                Domain("partner_id", "=", False)
                & Domain("customer_id", "=", self.customer_id.id)
            )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer360.c360_contact_touch_action"
        )
        return {
            **action,
            "domain": list(domain),
            "context": {},
            "display_name": self.customer_id.display_name
            or dict(self._fields["purpose"]._description_selection(self.env))[
                self.purpose
            ],
        }
