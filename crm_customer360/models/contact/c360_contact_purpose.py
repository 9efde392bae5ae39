from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import ormcache

# Why we contact somebody. The codes are fixed, what follows from them is configured.
PURPOSES = [
    ("transactional", "Transactional"),
    ("service", "Service"),
    ("care", "Care"),
    ("sales", "Sales"),
    ("marketing", "Marketing"),
    ("survey", "Survey"),
    ("collection", "Collection"),
]

# How a message came by its purpose.
PURPOSE_SOURCES = [
    ("sender", "The sender"),
    ("bulk", "Bulk mail of a person"),
    ("system", "System message"),
    ("import", "Taken over from history"),
]

# Writing to many of these is selling; writing to many orders, invoices or tickets is
# answering for them, and the host itself does it with the same composer.
SELLING_MODELS = ("res.partner", "crm.lead", "mailing.contact", "mailing.list")

# Messages the customer needs: nothing may ever hold them back.
NEVER_HELD = ("transactional", "service")
HOLDING_FIELDS = (
    "is_capped",
    "stopped_by_complaint",
    "keeps_quiet_hours",
    "needs_consent",
)


class PurposeRule(NamedTuple):
    is_capped: bool
    is_counted: bool
    stopped_by_complaint: bool
    keeps_quiet_hours: bool = False
    needs_consent: bool = False
    priority: int = 0
    expiry_days: int = 0


class C360ContactPurpose(models.Model):
    """What follows from the purpose of a contact: is it limited, counted, stopped?"""

    _name = "c360.contact.purpose"
    _description = "Contact Purpose"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Selection(selection=PURPOSES, required=True)
    sequence = fields.Integer(default=10)
    is_capped = fields.Boolean(
        string="Limited",
        help="Contact limits apply to messages of this purpose.",
    )
    is_counted = fields.Boolean(
        string="Counts",
        help="Messages of this purpose use up limits that name no purpose.",
    )
    stopped_by_complaint = fields.Boolean(
        help="An open complaint of the customer stops messages of this purpose.",
    )
    keeps_quiet_hours = fields.Boolean(
        help="Messages of this purpose wait for the end of quiet hours and days.",
    )
    needs_consent = fields.Boolean(
        help="Only people who agreed get messages of this purpose. Off: everybody who "
        "has not refused.",
    )
    priority = fields.Integer(
        help="When two want the last place of a limit, the purpose with the higher "
        "number gets it.",
    )
    expiry_days = fields.Integer(
        string="Expires After (days)",
        help="A message that would have to wait longer than this is stopped instead. "
        "Zero: it waits as long as it takes.",
    )
    description = fields.Char(translate=True)

    _code_unique = models.Constraint(
        "UNIQUE (code)",
        "Each purpose exists once.",
    )
    _expiry_not_negative = models.Constraint(
        "CHECK (expiry_days >= 0)",
        "The days after which a message expires cannot be negative. Use 0 for never.",
    )

    @api.constrains("code", *HOLDING_FIELDS)
    def _check_never_held(self):
        for purpose in self:
            if purpose.code in NEVER_HELD and any(
                purpose[name] for name in HOLDING_FIELDS
            ):
                raise ValidationError(
                    self.env._(
                        "Messages of the purpose “%(purpose)s” are needed by the "
                        "customer (orders, invoices, deliveries, answers). They can be "
                        "neither limited nor stopped.",
                        purpose=purpose.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    @api.model
    @ormcache()
    def _get_rules(self):
        """Return ``{code: PurposeRule}``, deleted purposes hold nothing."""
        # The rules hold for every sender, whatever he may read.
        purposes_sudo = self.sudo().search([], limit=len(PURPOSES))
        nothing = PurposeRule(False, False, False)
        return {code: nothing for code, _label in PURPOSES} | {
            purpose.code: PurposeRule(*(purpose[name] for name in PurposeRule._fields))
            for purpose in purposes_sudo
        }

    @api.model
    def _check_codes(self, codes):
        """Refuse purposes nobody knows, before the ORM stumbles over them.

        :raise ValidationError: one of the codes is none, empty ones are fine
        """
        known = dict(PURPOSES)
        for code in codes:
            if code and (not isinstance(code, str) or code not in known):
                raise ValidationError(
                    self.env._(
                        "The purpose “%(value)s” is unknown. Use one of: %(allowed)s.",
                        value=code,
                        allowed=", ".join(known),
                    )
                )

    @api.model
    def _check_bulk(self, code):
        """Refuse that somebody takes a message to many out of every limit.

        :raise UserError: nothing may hold the purpose back, and the user is neither
            care officer nor team leader
        """
        if code not in NEVER_HELD or self.env.su:
            return
        answerable = ("crm_customer360.group_care", "crm_customer360.group_leader")
        if any(self.env.user.has_group(group) for group in answerable):
            return
        raise UserError(
            self.env._(
                "A message to many customers is not “%(purpose)s”: no limit and no "
                "wish of theirs would hold it. Choose another purpose, or ask a care "
                "officer or your team leader to send it.",
                purpose=dict(self._fields["code"]._description_selection(self.env))[
                    code
                ],
            )
        )
