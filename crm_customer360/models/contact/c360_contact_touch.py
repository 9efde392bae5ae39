from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .c360_contact_policy import CHANNELS
from .c360_contact_purpose import PURPOSE_SOURCES, PURPOSES

# A booked slot counts before the message has left: that is what makes a limit exact.
COUNTING_STATES = ("reserved", "sent", "answered")

# The states a row may move to. History is never rewritten.
NEXT_STATES = {
    "deferred": {"deferred", "reserved", "blocked", "cancelled", "failed"},
    "reserved": {"sent", "deferred", "blocked", "cancelled", "failed"},
    "failed": {"reserved", "deferred", "blocked", "cancelled"},
    "sent": {"failed", "answered"},
    "blocked": set(),
    "cancelled": set(),
    "answered": set(),
}


class C360ContactTouch(models.Model):
    """The contact ledger: every contact with a customer, by whatever channel.

    One row per person and message. People read it; only the system moves the state
    of a row forward, nothing else of it changes, and nobody deletes one.
    """

    _name = "c360.contact.touch"
    _inherit = "c360.contact.masked.mixin"
    _description = "Contact History"
    _order = "date desc, id desc"
    _rec_name = "subject"

    # Who. The rows outlive the partner, hence the name and the address.
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Contact Person",
        ondelete="set null",
        readonly=True,
    )
    customer_id = fields.Many2one(
        comodel_name="res.partner",
        ondelete="set null",
        readonly=True,
        help="The company the contact person belonged to.",
    )
    partner_name = fields.Char(string="Name", readonly=True)
    address = fields.Char(
        readonly=True,
        help="The e-mail address or number that was used.",
    )
    # What
    channel = fields.Selection(selection=CHANNELS, required=True, readonly=True)
    purpose = fields.Selection(selection=PURPOSES, required=True, readonly=True)
    direction = fields.Selection(
        selection=[("out", "Outgoing"), ("in", "Incoming")],
        required=True,
        default="out",
        readonly=True,
    )
    subject = fields.Char(readonly=True)
    source_model = fields.Char(string="Document Model", readonly=True)
    source_id = fields.Many2oneReference(
        model_field="source_model",
        string="Document",
        readonly=True,
    )
    # The lead the contact was about: whoever may not see the lead sees no address.
    lead_id = fields.Many2one(
        comodel_name="crm.lead",
        compute="_compute_lead_id",
        store=True,
        ondelete="set null",
        index="btree_not_null",
    )
    message_id = fields.Many2one(
        comodel_name="mail.message",
        ondelete="set null",
        index="btree_not_null",
        readonly=True,
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="By",
        ondelete="set null",
        readonly=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        ondelete="cascade",
        readonly=True,
    )
    # What became of it
    state = fields.Selection(
        selection=[
            ("reserved", "Booked"),
            ("deferred", "Waiting"),
            ("blocked", "Stopped"),
            ("sent", "Sent"),
            ("answered", "Answered"),
            ("failed", "Failed"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="reserved",
        readonly=True,
        group_expand="_group_expand_state",
    )
    date = fields.Datetime(
        required=True,
        default=fields.Datetime.now,
        readonly=True,
        help="When it was decided, and once sent: when it left.",
    )
    scheduled_date = fields.Datetime(
        string="Leaves At",
        readonly=True,
        help="The first moment all limits allow; they are asked again then.",
    )
    policy_id = fields.Many2one(
        comodel_name="c360.contact.policy",
        ondelete="set null",
        readonly=True,
    )
    reason = fields.Char(readonly=True)
    expire_date = fields.Datetime(
        string="Expires",
        readonly=True,
        help="After this moment the contact has no sense any more.",
    )
    outcome = fields.Char(readonly=True, help="What the customer answered.")
    answer_to_id = fields.Many2one(
        comodel_name="c360.contact.touch",
        string="Answers",
        ondelete="set null",
        index="btree_not_null",
        readonly=True,
        help="Of an incoming contact: what it answers.",
    )
    # How it came about
    purpose_source = fields.Selection(
        selection=PURPOSE_SOURCES,
        string="Purpose Set By",
        required=True,
        default="sender",
        readonly=True,
    )
    is_override = fields.Boolean(
        string="Against the Limits",
        readonly=True,
        help="A colleague went on although a policy advised against it.",
    )
    override_reason = fields.Char(string="Why Nevertheless", readonly=True)
    campaign_key = fields.Char(
        readonly=True,
        export_string_translation=False,
        help="What reaches a person only once, however many jobs try.",
    )
    is_manual = fields.Boolean(
        string="Logged by Hand",
        readonly=True,
        help="A colleague wrote it down: he may correct it by another row.",
    )
    # Set by who hands it over: from here on no other contact may take its place.
    is_leaving = fields.Boolean(readonly=True, export_string_translation=False)

    # the gate: what counts for an address, whoever it belongs to
    _address_idx = models.Index(
        "(address, date)"
        " WHERE direction = 'out' AND state IN ('reserved', 'sent', 'answered')"
    )
    # the gate, for people who were deleted
    _orphan_idx = models.Index("(customer_id, date) WHERE partner_id IS NULL")
    # the gate: who waits for a place, for a customer and for an address
    _waiting_idx = models.Index(
        "(customer_id, scheduled_date) WHERE state = 'deferred'"
    )
    _waiting_address_idx = models.Index(
        "(address, scheduled_date) WHERE state = 'deferred'"
    )
    # the gate: did this campaign reach the address already? Or the person?
    _campaign_idx = models.Index(
        "(campaign_key, address) WHERE campaign_key IS NOT NULL"
    )
    _campaign_partner_idx = models.Index(
        "(campaign_key, partner_id) WHERE campaign_key IS NOT NULL"
    )
    # the gate: which addresses failed in a row
    _failed_idx = models.Index("(address, date) WHERE state = 'failed'")
    # the simulation of a policy, and the ledger's list: what happened lately
    _date_idx = models.Index("(date DESC, id DESC)")
    # the customer's page and timeline: newest rows of a customer
    _customer_date_idx = models.Index("(customer_id, date DESC, id DESC)")
    # the gate: what counts for these people since the longest period began; the foreign
    # key, and the ledger of one person
    _partner_date_idx = models.Index("(partner_id, date DESC, id DESC)")
    # what became of a document's messages
    _source_idx = models.Index("(source_model, source_id) WHERE source_id IS NOT NULL")
    # the cron that settles bookings nobody finished
    _open_idx = models.Index("(date) WHERE state IN ('reserved', 'deferred')")

    @api.depends("source_model", "source_id")
    def _compute_lead_id(self):
        about_leads = self.filtered(lambda touch: touch.source_model == "crm.lead")
        (self - about_leads).lead_id = False
        for touch in about_leads:
            touch.lead_id = touch.source_id

    @api.depends("subject", "channel", "partner_name")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_display_name(self):
        channels = dict(self._fields["channel"]._description_selection(self.env))
        for touch in self._mask_names():
            what = touch.subject or channels.get(touch.channel, "")
            touch.display_name = (
                f"{touch.partner_name}: {what}" if touch.partner_name else what
            )

    # ----------------------------------------------------------------- business

    def _move(self, state, **values):
        """Move rows forward to ``state``.

        :param str state: the new state
        :param values: what else becomes known: date, scheduled_date, reason, …
        :raise UserError: a row cannot go there from where it is
        """
        for touch in self:
            if state not in NEXT_STATES[touch.state]:
                raise UserError(
                    self.env._(
                        "A contact that is “%(old)s” cannot become “%(new)s”: the "
                        "contact history is never rewritten.",
                        old=touch.state,
                        new=state,
                    )
                )
        self.write({"state": state, **values})
        self._on_state_changed()

    def _start_leaving(self):
        """Hand bookings over: from now on no other contact can take their place.

        :return: those that are still booked; the others lost their place meanwhile
        :raise psycopg2.errors.SerializationFailure: somebody took a place since the
            transaction started; run it again
        """
        self.flush_recordset(["state", "is_leaving"])
        if not self:
            return self
        rows = self.env.execute_query(
            SQL(
                """
                   UPDATE c360_contact_touch
                      SET is_leaving = TRUE
                    WHERE id = ANY(%(ids)s) AND state = 'reserved'
                RETURNING id
                """,
                ids=self.ids,
            )
        )
        self.invalidate_recordset(["state", "is_leaving"])
        return self.browse(row[0] for row in rows)

    def _on_state_changed(self):
        """Let other rooms act on rows that were booked or have moved."""

    def action_open_source(self):
        """Open the document the contact was about."""
        self.ensure_one()
        if (
            self.source_model not in self.env
            or not self.env[self.source_model].browse(self.source_id).exists()
        ):
            raise UserError(self.env._("The document of this contact is gone."))
        return {
            "type": "ir.actions.act_window",
            "res_model": self.source_model,
            "res_id": self.source_id,
            "view_mode": "form",
        }
