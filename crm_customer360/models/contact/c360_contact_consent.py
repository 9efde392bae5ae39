from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, email_normalize

from .c360_contact_policy import CHANNELS
from .c360_contact_purpose import PURPOSES

# What nobody can refuse: messages he needs, and being reminded of what he owes.
NEEDED_PURPOSES = ("transactional", "service", "collection")
REFUSABLE_PURPOSES = [
    (code, label) for code, label in PURPOSES if code not in NEEDED_PURPOSES
]
STATUSES = [
    ("given", "Agreed"),
    ("refused", "Refused"),
    ("unknown", "Taken back"),
]
SOURCES = [
    ("staff", "Told a colleague"),
    ("writing", "In writing"),
    ("order", "With an order"),
    ("customer", "On his own page"),
    ("mailing_list", "Mailing list"),
    ("blacklist", "Blacklist"),
    ("import", "Import"),
]


class C360ContactConsent(models.Model):
    """The consent ledger: what a person agreed to or refused, and how we know.

    Rows are appended by ``_record`` only. Nothing is edited or deleted: who changes his
    mind gets another row. The narrower a row (topic, purpose, channel), the more it
    weighs; see ``tools/contact_consent.py``.
    """

    _name = "c360.contact.consent"
    _inherit = "c360.contact.masked.mixin"
    _description = "Consent"
    _order = "date desc, id desc"

    # Who. The rows outlive the partner, and an address may have none.
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Contact",
        ondelete="set null",
        readonly=True,
    )
    partner_name = fields.Char(string="Name", readonly=True)
    address = fields.Char(
        readonly=True,
        help="The e-mail address or number it was said of; it holds for everybody who "
        "has it.",
    )
    # To what
    channel = fields.Selection(
        selection=CHANNELS, readonly=True, help="Empty: every channel."
    )
    purpose = fields.Selection(
        selection=REFUSABLE_PURPOSES,
        readonly=True,
        help="Empty: every purpose but messages the customer needs.",
    )
    topic_id = fields.Many2one(
        comodel_name="c360.contact.topic",
        ondelete="restrict",
        readonly=True,
        help="Empty: every topic.",
    )
    status = fields.Selection(selection=STATUSES, required=True, readonly=True)
    scope = fields.Char(string="About", compute="_compute_scope")
    # How we know
    date = fields.Datetime(required=True, default=fields.Datetime.now, readonly=True)
    source = fields.Selection(selection=SOURCES, required=True, readonly=True)
    proof = fields.Text(
        readonly=True, help="What was said or signed, and where that can be found."
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Recorded By",
        ondelete="set null",
        readonly=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        ondelete="cascade",
        readonly=True,
        help="Empty: it holds for every company.",
    )
    is_current = fields.Boolean(
        string="Current",
        default=True,
        readonly=True,
        help="The newest word of this person on this channel, purpose and topic.",
    )

    # the gate: what a person says today; the foreign key
    _partner_idx = models.Index("(partner_id) WHERE is_current")
    # the gate: what is said of an address today
    _address_idx = models.Index("(address) WHERE is_current")
    # the history of a person, newest first; merging and erasing him
    _partner_date_idx = models.Index("(partner_id, date DESC, id DESC)")

    _purpose_refusable = models.Constraint(
        "CHECK (purpose NOT IN ('transactional', 'service', 'collection'))",
        "Nobody can refuse the messages he needs.",
    )

    @api.depends("partner_name", "address", "status")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_display_name(self):
        statuses = dict(self._fields["status"]._description_selection(self.env))
        for row in self._mask_names():
            who = row.partner_name or row.address or ""
            row.display_name = f"{who}: {statuses.get(row.status, '')}"

    @api.depends("channel", "purpose", "topic_id.name")
    @api.depends_context("lang")
    def _compute_scope(self):
        channels = dict(self._fields["channel"]._description_selection(self.env))
        purposes = dict(self._fields["purpose"]._description_selection(self.env))
        for row in self:
            about = " · ".join(
                filter(None, (row.topic_id.name, purposes.get(row.purpose)))
            )
            row.scope = (
                self.env._(
                    "%(about)s by %(channel)s",
                    about=about or self.env._("Everything"),
                    channel=channels[row.channel],
                )
                if row.channel
                else about or self.env._("Everything")
            )

    # --------------------------------------------------------------------- CRUD

    # Append-only: not even the system edits a row, so there is no way on to super.
    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(
            self.env._("Consent is never rewritten. Record what holds now instead.")
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("Consent is never deleted. Record what holds now instead.")
        )

    # ----------------------------------------------------------------- business

    @api.model
    def _record(self, vals_list):
        """Append what people said, and keep the host's blacklists in step.

        The door for whoever learns something: staff, the customer's page, blacklists,
        mailing lists, imports. A fixed number of queries for any number of rows.

        :param list vals_list: dictionaries of ``status`` (given, refused, unknown:
            taken back), ``source``, one of ``partner_id`` and ``address`` or both; and
            where they apply ``channel``, ``purpose``, ``topic_id``, ``proof``,
            ``date`` (UTC, default now), ``user_id`` and ``company_id`` (default:
            every company)
        :return: the rows, in their order
        :raise UserError: nobody is named, a value is unknown, or the date lies ahead
        """
        # The ledger belongs to the system: no user creates rows by himself.
        consents_sudo = self.sudo()
        rows = consents_sudo.create(consents_sudo._prepare_rows(vals_list))
        rows._keep_newest_current()
        rows._on_recorded()
        return rows.with_env(self.env)

    def _on_recorded(self):
        """Let others follow rows that were just appended."""

    @api.model
    def _prepare_rows(self, vals_list):
        now = fields.Datetime.now()
        partners = self.env["res.partner"].browse(
            {vals["partner_id"] for vals in vals_list if vals.get("partner_id")}
        )
        partners.fetch(["name", "email_normalized", "phone_sanitized"])
        prepared = []
        for vals in vals_list:
            partner = partners.browse(vals.get("partner_id"))
            address = vals.get("address") or self._get_address(
                partner, vals.get("channel")
            )
            prepared.append(
                {
                    "partner_name": partner.name,
                    "date": now,
                    "user_id": self.env.uid,
                    **vals,
                    "address": email_normalize(address) or address,
                }
            )
        self._check_rows(prepared, now)
        return prepared

    @api.model
    def _check_rows(self, vals_list, now):
        for vals in vals_list:
            if not vals.get("partner_id") and not vals.get("address"):
                raise UserError(
                    self.env._("Name the contact or the address the consent is about.")
                )
            if fields.Datetime.to_datetime(vals["date"]) > now:
                raise UserError(self.env._("A consent cannot be dated in the future."))
            for name in ("status", "source", "channel", "purpose"):
                value = vals.get(name)
                known = dict(self._fields[name].selection)
                if value not in known and (value or self._fields[name].required):
                    raise UserError(
                        self.env._(
                            "“%(value)s” is unknown. Use one of: %(allowed)s.",
                            value=value or "",
                            allowed=", ".join(known),
                        )
                    )

    @api.model
    def _get_address(self, partner, channel):
        """Return the address of a partner that a channel uses; of none: his e-mail."""
        if channel in ("sms", "phone"):
            return partner.phone_sanitized
        if channel in (False, None, "email"):
            return partner.email_normalized or partner.phone_sanitized
        return False

    def _keep_newest_current(self):
        """Clear the mark of rows that a newer one with the same scope replaces.

        Also of those just appended, where they are older than what is known. In SQL,
        because the ledger refuses to be written. What was said of an address alone is
        replaced by whoever has it; what a person said only by himself.
        """
        self.flush_model()
        replaced = SQL(
            """
            UPDATE c360_contact_consent AS old
               SET is_current = FALSE
              FROM c360_contact_consent AS new
             WHERE old.is_current AND new.is_current
               AND (new.date, new.id) > (old.date, old.id)
               AND new.channel IS NOT DISTINCT FROM old.channel
               AND new.purpose IS NOT DISTINCT FROM old.purpose
               AND new.topic_id IS NOT DISTINCT FROM old.topic_id
               AND new.company_id IS NOT DISTINCT FROM old.company_id
            """
        )
        self.env.cr.execute(
            SQL(
                "%s AND old.partner_id = ANY(%s) AND new.partner_id = old.partner_id",
                replaced,
                self.partner_id.ids,
            )
        )
        self.env.cr.execute(
            SQL(
                "%s AND old.address = ANY(%s) AND new.address = old.address"
                " AND old.partner_id IS NULL",
                replaced,
                list({row.address for row in self if row.address}),
            )
        )
        self.invalidate_model(["is_current"])
