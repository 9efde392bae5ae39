from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, email_normalize

from .c360_contact_consent import SOURCES
from .c360_contact_policy import CHANNELS


class C360ContactPreference(models.Model):
    """How a person wants to be contacted: by what, when, how often, and from when on.

    A ledger like that of consent: the newest row of a person holds, the others are
    its history. Each row is complete, an empty field means no wish.
    """

    _name = "c360.contact.preference"
    _inherit = "c360.contact.masked.mixin"
    _description = "Contact Preference"
    _order = "date desc, id desc"

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Contact",
        ondelete="set null",
        readonly=True,
    )
    partner_name = fields.Char(string="Name", readonly=True)
    address = fields.Char(
        readonly=True, help="Where no contact is known: the address it holds for."
    )
    preferred_channel = fields.Selection(selection=CHANNELS, readonly=True)
    hour_from = fields.Float(
        string="Reachable From",
        readonly=True,
        help="On the clock of the customer. The same hour twice: at any time.",
    )
    hour_to = fields.Float(string="Reachable Until", readonly=True)
    pause_until = fields.Datetime(
        readonly=True, help="Until then he gets only what he needs."
    )
    limit_count = fields.Integer(
        string="At Most",
        readonly=True,
        help="Zero: as it comes.",
    )
    limit_unit = fields.Selection(
        selection=[
            ("day", "a day"),
            ("week", "a week"),
            ("month", "a month"),
            ("year", "a year"),
        ],
        string="Per",
        readonly=True,
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now, readonly=True)
    source = fields.Selection(selection=SOURCES, required=True, readonly=True)
    proof = fields.Text(readonly=True)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Recorded By",
        ondelete="set null",
        readonly=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        ondelete="cascade",
        readonly=True,
        help="Each company has customers, and wishes, of its own.",
    )
    is_current = fields.Boolean(string="Current", default=True, readonly=True)
    summary = fields.Char(string="Wishes", compute="_compute_summary")

    # the gate: what a person wishes today; the foreign key
    _partner_idx = models.Index("(partner_id) WHERE is_current")
    # the gate: what is wished at an address without a contact
    _address_idx = models.Index("(address) WHERE is_current AND partner_id IS NULL")
    # the history of a person, newest first; merging and erasing him
    _partner_date_idx = models.Index("(partner_id, date DESC, id DESC)")

    _hours_of_a_day = models.Constraint(
        "CHECK (hour_from BETWEEN 0 AND 24 AND hour_to BETWEEN 0 AND 24)",
        "Hours go from 0 to 24.",
    )
    _limit_whole = models.Constraint(
        "CHECK (COALESCE(limit_count, 0) = 0"
        " OR (limit_count > 0 AND limit_unit IS NOT NULL))",
        "Say how often at most: a number of one or more, and per what.",
    )

    @api.depends("partner_name", "address")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_display_name(self):
        for row in self._mask_names():
            row.display_name = row.partner_name or row.address or ""

    @api.depends(
        "date",
        "preferred_channel",
        "hour_from",
        "hour_to",
        "pause_until",
        "limit_count",
        "limit_unit",
    )
    @api.depends_context("lang", "tz")
    def _compute_summary(self):
        for row in self:
            wishes = self.env["res.partner"]._c360_get_wishes(row, row.date)
            row.summary = " · ".join(
                f"{label}: {text}" for label, text in wishes
            ) or self.env._("No wishes")

    # --------------------------------------------------------------------- CRUD

    # Append-only: not even the system edits a row, so there is no way on to super.
    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(
            self.env._("Preferences are never rewritten. Record the new ones instead.")
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("Preferences are never deleted. Record the new ones instead.")
        )

    # ----------------------------------------------------------------- business

    @api.model
    def _record(self, vals_list):
        """Append what people wish.

        :param list vals_list: dictionaries of ``source``, one of ``partner_id`` and
            ``address``; and where they apply ``preferred_channel``, ``hour_from`` and
            ``hour_to`` (0 to 24), ``pause_until`` (UTC), ``limit_count`` per
            ``limit_unit``, ``proof``, ``date``, ``user_id``, ``company_id`` (default:
            the current company)
        :return: the rows, in their order
        :raise UserError: nobody is named
        """
        # The ledger belongs to the system: no user creates rows by himself.
        preferences_sudo = self.sudo()
        partners = preferences_sudo.env["res.partner"].browse(
            {vals["partner_id"] for vals in vals_list if vals.get("partner_id")}
        )
        partners.fetch(["name", "email_normalized"])
        prepared = []
        for vals in vals_list:
            partner = partners.browse(vals.get("partner_id"))
            address = vals.get("address") or partner.email_normalized
            if not partner and not address:
                raise UserError(
                    self.env._("Name the contact or the address the wishes are of.")
                )
            prepared.append(
                {
                    "partner_name": partner.name,
                    "user_id": self.env.uid,
                    "company_id": self.env.company.id,
                    **vals,
                    "address": email_normalize(address) or address,
                }
            )
        rows = preferences_sudo.create(prepared)
        rows._keep_newest_current()
        return rows.with_env(self.env)

    def _keep_newest_current(self):
        """Clear the mark of rows that a newer one of the same person replaces.

        In SQL, because the ledger refuses to be written.
        """
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE c360_contact_preference AS old
                   SET is_current = FALSE
                  FROM c360_contact_preference AS new
                 WHERE old.is_current AND new.is_current
                   AND (new.date, new.id) > (old.date, old.id)
                   AND new.company_id = old.company_id
                   AND ((old.partner_id = ANY(%(partner_ids)s)
                         AND new.partner_id = old.partner_id)
                        OR (old.partner_id IS NULL
                            AND old.address = ANY(%(addresses)s)
                            AND new.address = old.address))
                """,
                partner_ids=self.partner_id.ids,
                addresses=list({row.address for row in self if row.address}),
            )
        )
        self.invalidate_model(["is_current"])

    # ------------------------------------------------------------------ reading

    @api.model
    def _get_current(self, partner_ids, addresses):
        """Return the rows that hold today, of some people: one query.

        :param partner_ids: ids of contacts
        :param addresses: addresses, for people who are no contact
        """
        # Everybody's wishes hold, whatever the sender may read.
        preferences_sudo = self.sudo()
        return preferences_sudo.search_fetch(
            [
                ("is_current", "=", True),
                "|",
                ("partner_id", "in", list(partner_ids)),
                "&",
                ("partner_id", "=", False),
                ("address", "in", list(addresses)),
            ],
            [
                "partner_id",
                "address",
                "hour_from",
                "hour_to",
                "pause_until",
                "limit_count",
                "limit_unit",
                "company_id",
                "preferred_channel",
            ],
            order="date, id",
        )
