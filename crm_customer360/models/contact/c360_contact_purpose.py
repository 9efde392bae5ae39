from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import ValidationError
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

# Messages the customer needs: nothing may ever hold them back.
NEVER_HELD = ("transactional", "service")


class PurposeRule(NamedTuple):
    is_capped: bool
    is_counted: bool
    stopped_by_complaint: bool


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
    description = fields.Char(translate=True)

    _code_unique = models.Constraint(
        "UNIQUE (code)",
        "Each purpose exists once.",
    )

    @api.constrains("code", "is_capped", "stopped_by_complaint")
    def _check_never_held(self):
        for purpose in self:
            if purpose.code in NEVER_HELD and (
                purpose.is_capped or purpose.stopped_by_complaint
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
        """Return ``{code: PurposeRule}``."""
        # The rules hold for every sender, whatever he may read.
        purposes_sudo = self.sudo().search([], limit=len(PURPOSES))
        return {
            purpose.code: PurposeRule(
                purpose.is_capped,
                purpose.is_counted,
                purpose.stopped_by_complaint,
            )
            for purpose in purposes_sudo
        }
