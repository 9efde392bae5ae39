import logging
from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import ormcache

from ...tools.contact_cap import Period
from ...tools.contact_limit import ContactLimit
from .c360_contact_purpose import PURPOSES

_logger = logging.getLogger(__name__)

CHANNELS = [
    ("email", "E-mail"),
    ("sms", "SMS"),
    ("phone", "Phone call"),
    ("letter", "Letter"),
    ("visit", "Visit"),
    ("chat", "Chat"),
    ("other", "Other"),
]


class C360ContactPolicy(models.Model):
    """How often a customer may be contacted: at most so many in a rolling period.

    All policies that apply are asked, the strictest wins. Which purposes can be
    limited at all is said by ``c360.contact.purpose``.
    """

    _name = "c360.contact.policy"
    _description = "Contact Policy"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        comodel_name="res.company",
        ondelete="cascade",
        help="Empty: every company, each counted for itself.",
    )
    channel = fields.Selection(
        selection=CHANNELS,
        help="Empty: all channels count together.",
    )
    purpose_ids = fields.Many2many(
        comodel_name="c360.contact.purpose",
        string="Purposes",
        help="Empty: all purposes that count, together.",
    )
    # One purpose or none, for callers that think in codes.
    purpose = fields.Selection(
        selection=PURPOSES,
        compute="_compute_purpose",
        inverse="_inverse_purpose",
        search="_search_purpose",
        export_string_translation=False,
    )
    scope = fields.Selection(
        selection=[
            ("contact", "Each contact person"),
            ("customer", "The whole customer"),
        ],
        required=True,
        default="contact",
        string="Counted For",
        help="The whole customer: the company with all its contact persons together.",
    )
    # An integer column cannot tell “no limit” from zero, which means never.
    is_limited = fields.Boolean(string="Limit the Number", default=False)
    limit_count = fields.Integer(
        string="At Most",
        help="Zero: never. The number itself is still allowed.",
    )
    period_count = fields.Integer(string="In", required=True, default=7)
    period_unit = fields.Selection(
        selection=[
            ("hour", "Hours"),
            ("day", "Days"),
            ("week", "Weeks"),
            ("month", "Months"),
            ("year", "Years"),
        ],
        required=True,
        default="day",
    )
    partner_domain = fields.Char(
        string="Only For",
        help="Contacts the policy is for; empty: everybody.",
    )
    summary = fields.Char(compute="_compute_summary")

    _limit_not_negative = models.Constraint(
        "CHECK (limit_count >= 0)",
        "A limit cannot be negative. Use 0 for never, or clear “Limit the Number”.",
    )
    _period_positive = models.Constraint(
        "CHECK (period_count > 0)",
        "The period must be at least 1.",
    )

    # ------------------------------------------------------------------ compute

    @api.depends("purpose_ids.code")
    def _compute_purpose(self):
        for policy in self:
            purposes = policy.purpose_ids
            policy.purpose = purposes.code if len(purposes) == 1 else False

    def _inverse_purpose(self):
        by_code = {
            purpose.code: purpose
            for purpose in self.env["c360.contact.purpose"].search([])
        }
        for policy in self:
            policy.purpose_ids = by_code.get(policy.purpose)

    def _search_purpose(self, operator, value):
        if operator != "in":
            return NotImplemented
        codes = [code for code in value if code]
        domain = Domain("purpose_ids.code", "in", codes)
        return domain | Domain("purpose_ids", "=", False) if False in value else domain

    @api.depends(
        "is_limited",
        "limit_count",
        "period_count",
        "period_unit",
        "channel",
        "purpose_ids.name",
        "scope",
    )
    @api.depends_context("lang")
    def _compute_summary(self):
        for policy in self:
            policy.summary = policy._get_summary()

    def _get_summary(self):
        """Say in one sentence what the policy does."""
        self.ensure_one()
        labels = {
            name: dict(self._fields[name]._description_selection(self.env))
            for name in ("channel", "period_unit")
        }
        units = labels["period_unit"]
        if not self.is_limited:
            return self.env._("Limits nothing.")
        words = {
            "limit": self.limit_count,
            "channel": labels["channel"].get(self.channel)
            or self.env._("contacts by any channel"),
            "purposes": ", ".join(self.purpose_ids.mapped("name"))
            or self.env._("all purposes that count"),
            "period": f"{self.period_count} {units[self.period_unit].lower()}",
        }
        if not self.limit_count:
            return self.env._("Never: %(channel)s (%(purposes)s).", **words)
        if self.scope == "customer":
            return self.env._(
                "The whole customer gets at most %(limit)s within %(period)s: "
                "%(channel)s (%(purposes)s).",
                **words,
            )
        return self.env._(
            "Each contact person gets at most %(limit)s within %(period)s: "
            "%(channel)s (%(purposes)s).",
            **words,
        )

    @api.constrains("partner_domain")
    def _check_partner_domain(self):
        for policy in self.filtered("partner_domain"):
            try:
                domain = Domain(literal_eval(policy.partner_domain))
                domain.validate(self.env["res.partner"])
            except (ValueError, SyntaxError, TypeError) as error:
                raise ValidationError(
                    self.env._(
                        "The filter of the policy “%(policy)s” cannot be read. Choose "
                        "the contacts again with the filter editor.",
                        policy=policy.name,
                    )
                ) from error

    # --------------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create([self._normalize_limit(vals) for vals in vals_list])

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(self._normalize_limit(vals))

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    @api.model
    def _normalize_limit(self, vals):
        """An empty limit limits nothing, a given one limits: zero means never."""
        if "limit_count" not in vals or "is_limited" in vals:
            return vals
        limit = vals["limit_count"]
        return {**vals, "is_limited": limit is not None and limit is not False}

    # ----------------------------------------------------------------- business

    @api.model
    def _get_limits(self, partner_ids):
        """Return the :class:`ContactLimit` of the active policies.

        One query per policy with a filter, none for the others.

        :param partner_ids: ids of the contacts that are asked for
        """
        return [
            limit._replace(partner_ids=self._filter_ids(limit, partner_ids))
            if limit.partner_domain
            else limit
            for limit in self._get_active_limits()
        ]

    @api.model
    @ormcache("self.env.lang")
    def _get_active_limits(self):
        # The limits hold for every sender, whatever he may read.
        policies_sudo = self.sudo().search(
            [("is_limited", "=", True), ("active", "=", True)]
        )
        return tuple(
            ContactLimit(
                policy_id=policy.id,
                name=policy.name,
                channel=policy.channel or None,
                codes=frozenset(policy.purpose_ids.mapped("code")),
                scope=policy.scope,
                limit=policy.limit_count,
                period=Period(policy.period_count, policy.period_unit),
                company_id=policy.company_id.id or None,
                partner_domain=policy.partner_domain or None,
            )
            for policy in policies_sudo
        )

    @api.model
    def _filter_ids(self, limit, partner_ids):
        # The filter is asked for all contacts, also those the sender may not read.
        partners_sudo = self.env["res.partner"].sudo().with_context(active_test=False)
        try:
            domain = Domain(literal_eval(limit.partner_domain))
            domain &= Domain("id", "in", list(partner_ids))
            return frozenset(partners_sudo.search(domain)._ids)
        except ValueError:
            # A field of the filter has gone away since. One broken policy must not
            # stop every message of the company.
            _logger.warning(
                "Contact policy %s (%s): its filter cannot be read, it is skipped",
                limit.policy_id,
                limit.name,
            )
            return frozenset()
