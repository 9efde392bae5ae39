from odoo import api, fields, models
from odoo.exceptions import UserError

from ...models.contact.c360_contact_policy import CHANNELS
from ...models.contact.c360_contact_purpose import PURPOSES

DOCUMENTS = ("crm.lead", "helpdesk.ticket", "sale.order")


class C360ContactLog(models.TransientModel):
    """Write down a contact nobody else saw: a call, a letter, a visit, an answer.

    Also the way to correct one: what was logged stays, ended, and the right row
    follows.
    """

    _name = "c360.contact.log"
    _description = "Log a Contact"

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Person",
        default=lambda self: self._default_partner_id(),
    )
    customer_id = fields.Many2one(related="partner_id.commercial_partner_id")
    source_model = fields.Char(default=lambda self: self._default_source()[0])
    source_id = fields.Many2oneReference(
        model_field="source_model", default=lambda self: self._default_source()[1]
    )
    channel = fields.Selection(selection=CHANNELS, required=True, default="phone")
    direction = fields.Selection(
        selection=[("out", "We contacted them"), ("in", "They contacted us")],
        required=True,
        default="out",
    )
    purpose = fields.Selection(
        selection=PURPOSES,
        required=True,
        default=lambda self: self._default_purpose(),
    )
    date = fields.Datetime(
        string="When", required=True, default=lambda self: fields.Datetime.now()
    )
    subject = fields.Char(required=True)
    outcome = fields.Text(string="What Was Said")
    answer_to_id = fields.Many2one(
        comodel_name="c360.contact.touch",
        string="Answers",
        domain="""[
            ('direction', '=', 'out'),
            ('state', 'in', ('sent', 'answered')),
            ('customer_id', '=', customer_id),
        ]""",
    )
    # Correcting
    corrected_id = fields.Many2one(
        comodel_name="c360.contact.touch", string="Corrects", readonly=True
    )
    reason = fields.Char(string="Why It Was Wrong")
    is_void = fields.Boolean(string="It never took place")

    @api.model
    def _default_source(self):
        """Return model and id of the document the window was opened from."""
        model = self.env.context.get("active_model")
        if model not in DOCUMENTS:
            return False, False
        return model, self.env.context.get("active_id")

    @api.model
    def _default_partner_id(self):
        context = self.env.context
        if context.get("active_model") == "res.partner":
            return context.get("active_id")
        model, record_id = self._default_source()
        return record_id and self.env[model].browse(record_id).partner_id

    @api.model
    def _default_purpose(self):
        purposes = self.env["mail.activity"]._get_contact_call_purposes()
        return purposes.get(self.env.context.get("active_model"), "sales")

    # ------------------------------------------------------------------ actions

    def action_save(self):
        """Write the row, or correct the old one.

        :raise UserError: nobody is named, it lies in the future, it answers what it
            cannot answer, or the reason of a correction is missing
        :raise AccessError: he may not read the person, the document, or the row that
            is answered or corrected
        """
        self.ensure_one()
        # whom he may not read, he has not spoken to
        (self.partner_id or self._get_document()).check_access("read")
        if self.corrected_id:
            if not self.reason:
                raise UserError(self.env._("Say why the row was wrong."))
            vals = None if self.is_void else self._prepare_touch_vals()
            self.corrected_id._correct(self.reason, vals)
            message = self.env._("The contact was corrected.")
        else:
            self.env["c360.contact.touch"]._log([self._prepare_touch_vals()])
            message = self.env._("The contact was logged.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": message,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    @api.model
    def _get_correction_action(self, touch):
        """Return the window that corrects a row, filled with what it says."""
        names = ("channel", "direction", "purpose", "date", "subject", "outcome")
        wizard = self.create(
            {
                "corrected_id": touch.id,
                "partner_id": touch.partner_id.id,
                "source_model": touch.source_model,
                "source_id": touch.source_id,
                "answer_to_id": touch.answer_to_id.id,
                **{name: touch[name] for name in names},
                "subject": touch.subject or touch.display_name,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Correct a Contact"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }

    # ----------------------------------------------------------------- business

    def _get_document(self):
        """Return the document it was about.

        :raise UserError: there is neither a person nor a document
        """
        self.ensure_one()
        if self.source_model not in DOCUMENTS or not self.source_id:
            raise UserError(self.env._("Say who was contacted."))
        return self.env[self.source_model].browse(self.source_id)

    def _prepare_touch_vals(self):
        self.ensure_one()
        if self.date > fields.Datetime.now():
            raise UserError(
                self.env._(
                    "This has not happened yet. Plan a call as an activity instead."
                )
            )
        answered = self._get_answered()
        vals = {
            "partner_id": self.partner_id.id,
            "channel": self.channel,
            "direction": self.direction,
            "purpose": self.purpose,
            "date": self.date,
            "subject": self.subject,
            "outcome": self.outcome,
            "answer_to_id": answered.id,
            "is_manual": True,
        }
        if self.source_model:
            record = self._get_document()
            record.check_access("read")
            company = record._mail_get_companies(default=self.env.company)[record.id]
            vals |= {
                "source_model": record._name,
                "source_id": record.id,
                "company_id": company.id,
            }
            if not self.partner_id and record._name == "crm.lead":
                vals |= self._prepare_lead_vals(record)
        return vals

    def _get_answered(self):
        """Return the row this answers; it ends, so it has to be one he may see.

        :raise AccessError: he may not read it
        :raise UserError: it is no message of ours to this very customer
        """
        self.ensure_one()
        answered = self.answer_to_id
        if self.direction != "in" or not answered:
            return answered.browse()
        if answered != self.corrected_id.answer_to_id:
            answered.check_access("read")
        # a row he corrects may answer what is somebody else's to see by now
        answered_sudo = answered.sudo()
        customer = self.partner_id.commercial_partner_id
        is_same = (
            customer
            and customer == answered_sudo.customer_id
            # a lead without contact is nobody's customer yet
            or not answered_sudo.customer_id
            and self.source_id
            and self.source_model == answered_sudo.source_model
            and self.source_id == answered_sudo.source_id
        )
        if answered_sudo.direction != "out" or not is_same:
            raise UserError(
                self.env._("This can only answer a message of ours to the same person.")
            )
        return answered

    def _prepare_lead_vals(self, lead):
        """Return who a lead without contact is."""
        address = (
            lead.email_normalized if self.channel == "email" else lead.phone_sanitized
        )
        return {
            "partner_name": lead.contact_name or lead.partner_name,
            "address": address,
        }
