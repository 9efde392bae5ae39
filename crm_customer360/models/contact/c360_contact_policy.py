import logging
from ast import literal_eval
from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import ormcache

from ...tools.contact_cap import Period
from ...tools.contact_limit import ContactLimit, ContactQuiet
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

QUIET_WEEKDAYS = (
    "quiet_monday",
    "quiet_tuesday",
    "quiet_wednesday",
    "quiet_thursday",
    "quiet_friday",
    "quiet_saturday",
    "quiet_sunday",
)


class C360ContactPolicy(models.Model):
    """When a customer may be contacted: how often, at which hours, and when not.

    All policies that apply are asked, the strictest wins. Which purposes can be
    limited at all is said by ``c360.contact.purpose``.
    """

    _name = "c360.contact.policy"
    _description = "Contact Policy"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        selection=[
            ("limit", "Limit the number"),
            ("quiet", "Quiet hours and days"),
        ],
        required=True,
        default="limit",
    )
    date_from = fields.Datetime(string="Valid From")
    date_to = fields.Datetime(string="Valid Until")
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
    # Quiet hours and days, on the clock on the customer's wall
    hour_from = fields.Float(
        string="Quiet From",
        default=20.0,
        help="On the clock of the customer: his time zone, else that of the company.",
    )
    hour_to = fields.Float(string="Quiet Until", default=8.0)
    quiet_monday = fields.Boolean(string="Monday")
    quiet_tuesday = fields.Boolean(string="Tuesday")
    quiet_wednesday = fields.Boolean(string="Wednesday")
    quiet_thursday = fields.Boolean(string="Thursday")
    quiet_friday = fields.Boolean(string="Friday")
    quiet_saturday = fields.Boolean(string="Saturday")
    quiet_sunday = fields.Boolean(string="Sunday")
    calendar_id = fields.Many2one(
        comodel_name="resource.calendar",
        string="Holidays Of",
        ondelete="set null",
        help="The public holidays of this working schedule are quiet days.",
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
        return self._resolve_filters(self._get_active_limits(), partner_ids)

    @api.model
    def _get_quiets(self, partner_ids):
        """Return the :class:`ContactQuiet` of the active policies.

        :param partner_ids: ids of the contacts that are asked for
        """
        return self._resolve_filters(self._get_active_quiets(), partner_ids)

    @api.model
    def _resolve_filters(self, policies, partner_ids):
        """Say of policies with a filter, which of the contacts it names."""
        return [
            replace(policy, partner_ids=self._filter_ids(policy, partner_ids))
            if policy.partner_domain
            else policy
            for policy in policies
        ]

    @api.model
    @ormcache("self.env.lang")
    def _get_active_limits(self):
        policies_sudo = self._search_active("limit")
        return tuple(
            ContactLimit(
                **policy._get_scope(),
                scope=policy.scope,
                limit=policy.limit_count,
                period=Period(policy.period_count, policy.period_unit),
            )
            for policy in policies_sudo
            if policy.is_limited
        )

    @api.model
    @ormcache("self.env.lang")
    def _get_active_quiets(self):
        policies_sudo = self._search_active("quiet")
        return tuple(
            ContactQuiet(
                **policy._get_scope(),
                hour_from=policy.hour_from
                if policy.hour_from != policy.hour_to
                else None,
                hour_to=policy.hour_to,
                weekdays=frozenset(
                    number for number, name in enumerate(QUIET_WEEKDAYS) if policy[name]
                ),
                holidays=policy._get_holidays(),
            )
            for policy in policies_sudo
        )

    @api.model
    def _search_active(self, kind):
        # The policies hold for every sender, whatever he may read.
        return self.sudo().search([("kind", "=", kind), ("active", "=", True)])

    def _get_scope(self):
        """Return for which contacts the policy is: arguments of a ContactPolicy."""
        self.ensure_one()
        return {
            "policy_id": self.id,
            "name": self.name,
            "channel": self.channel or None,
            "codes": frozenset(self.purpose_ids.mapped("code")),
            "company_id": self.company_id.id or None,
            "partner_domain": self.partner_domain or None,
            "date_from": self.date_from or None,
            "date_to": self.date_to or None,
        }

    def _get_holidays(self):
        """Return the public holidays of the schedule: spans of UTC moments."""
        self.ensure_one()
        return tuple(
            (leave.date_from, leave.date_to)
            for leave in self.calendar_id.global_leave_ids.sorted("date_from")
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
