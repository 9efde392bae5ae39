from odoo import api, fields, models
from odoo.exceptions import UserError

from ...models.contact.c360_contact_consent import REFUSABLE_PURPOSES, STATUSES
from ...models.contact.c360_contact_policy import CHANNELS


class C360ContactConsentRecord(models.TransientModel):
    """What a customer told us about being contacted, with how we know."""

    _name = "c360.contact.consent.record"
    _description = "Record Consent"

    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Contact", required=True
    )
    status = fields.Selection(selection=STATUSES, required=True, default="refused")
    channel = fields.Selection(selection=CHANNELS)
    purpose = fields.Selection(selection=REFUSABLE_PURPOSES)
    topic_id = fields.Many2one(comodel_name="c360.contact.topic")
    # the others are the system's own
    source = fields.Selection(
        selection=[
            ("staff", "Told a colleague"),
            ("writing", "In writing"),
            ("order", "With an order"),
        ],
        required=True,
        default="staff",
    )
    proof = fields.Text()
    date = fields.Datetime(string="Said On", required=True, default=fields.Datetime.now)
    summary = fields.Char(compute="_compute_summary")

    @api.depends("partner_id", "status", "channel", "purpose", "topic_id")
    def _compute_summary(self):
        labels = {
            name: dict(self._fields[name]._description_selection(self.env))
            for name in ("channel", "purpose")
        }
        for wizard in self:
            words = {
                "who": wizard.partner_id.name or self.env._("The customer"),
                "what": wizard.topic_id.name
                or labels["purpose"].get(wizard.purpose)
                or self.env._("everything but what he needs"),
                "channel": labels["channel"].get(wizard.channel)
                or self.env._("every channel"),
            }
            wizard.summary = wizard._get_sentence(words)

    def _get_sentence(self, words):
        if self.status == "given":
            return self.env._("%(who)s agreed to %(what)s by %(channel)s.", **words)
        if self.status == "refused":
            return self.env._("%(who)s refused %(what)s by %(channel)s.", **words)
        return self.env._(
            "%(who)s takes back what was said of %(what)s by %(channel)s.", **words
        )

    def action_record(self):
        """Append the row, for whoever may read the contact.

        :raise UserError: consent that cannot be proved
        :raise AccessError: the contact is not to be read
        """
        self.ensure_one()
        if self.status == "given" and not (self.proof or "").strip():
            raise UserError(
                self.env._(
                    "Consent has to be proved: write what was said or signed, and "
                    "where that can be found."
                )
            )
        self.partner_id.check_access("read")
        self.env["c360.contact.consent"]._record(
            [
                {
                    "partner_id": self.partner_id.id,
                    "status": self.status,
                    "channel": self.channel,
                    "purpose": self.purpose,
                    "topic_id": self.topic_id.id,
                    "source": self.source,
                    "proof": self.proof,
                    "date": self.date,
                    "company_id": self.env.company.id,
                }
            ]
        )
        return {"type": "ir.actions.act_window_close"}
