from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools.i18n import format_list

from ...tools.contact_limit import HORIZON
from ...tools.contact_week import leaves_a_moment
from .c360_contact_policy import CHANNELS
from .c360_contact_purpose import NEVER_HELD, PURPOSES

HOURS_A_DAY = 24
# Longer periods are a slip of the pen; the calendar ends somewhere.
MAX_PERIODS = {"hour": 87600, "day": 3660, "week": 520, "month": 120, "year": 10}
MAX_NUMBER = 1_000_000


class C360ContactPolicy(models.Model):
    """Policies that make no sense are refused, in words."""

    _inherit = "c360.contact.policy"

    @api.model
    def _check_known(self, vals):
        """Refuse words nobody knows, before the ORM stumbles over them.

        :raise ValidationError: an unknown channel, purpose, kind, …
        """
        for name, value in vals.items():
            field = self._fields.get(name)
            if field is None or field.type != "selection" or not value:
                continue
            labels = dict(field._description_selection(self.env))
            if not isinstance(value, str) or value not in labels:
                raise ValidationError(
                    self.env._(
                        "“%(value)s” is unknown for “%(field)s”. Use one of: "
                        "%(allowed)s.",
                        value=value,
                        field=field._description_string(self.env),
                        allowed=", ".join(labels),
                    )
                )

    # ------------------------------------------------------------------ numbers

    @api.constrains("limit_count", "period_count", "period_unit")
    def _check_numbers(self):
        units = dict(self._fields["period_unit"]._description_selection(self.env))
        for policy in self:
            most = MAX_PERIODS[policy.period_unit]
            if policy.period_count > most:
                raise ValidationError(
                    self.env._(
                        "“%(policy)s”: a period of %(count)s %(unit)s is too long. "
                        "The longest is %(most)s.",
                        policy=policy.name,
                        count=policy.period_count,
                        unit=units[policy.period_unit].lower(),
                        most=most,
                    )
                )
            if policy.limit_count > MAX_NUMBER:
                raise ValidationError(
                    self.env._(
                        "“%(policy)s”: nobody is contacted so often. Clear “Limit the "
                        "Number” to limit nothing.",
                        policy=policy.name,
                    )
                )

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for policy in self:
            if (
                policy.date_from
                and policy.date_to
                and policy.date_to <= policy.date_from
            ):
                raise ValidationError(
                    self.env._(
                        "“%(policy)s” would end before it begins. Set “Valid Until” "
                        "later than “Valid From”.",
                        policy=policy.name,
                    )
                )

    @api.constrains("kind", "stop_kind", "stop_days", "stop_count")
    def _check_stop(self):
        for policy in self.filtered(lambda policy: policy.kind == "stop"):
            if not policy.stop_kind:
                raise ValidationError(
                    self.env._(
                        "“%(policy)s” stops nothing yet: say in “While” what stops "
                        "the contacts.",
                        policy=policy.name,
                    )
                )
            if not 0 <= policy.stop_days <= MAX_PERIODS["day"]:
                raise ValidationError(
                    self.env._(
                        "“%(policy)s”: the days must be between 0 and %(most)s.",
                        policy=policy.name,
                        most=MAX_PERIODS["day"],
                    )
                )
            if policy.stop_kind == "dead_address" and policy.stop_count < 1:
                raise ValidationError(
                    self.env._(
                        "“%(policy)s”: an address is dead after at least 1 failure.",
                        policy=policy.name,
                    )
                )

    # ------------------------------------------------------------------ for whom

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

    # --------------------------------------------------------------- quiet times

    @api.constrains(
        "kind",
        "active",
        "hour_from",
        "hour_to",
        "quiet_monday",
        "quiet_tuesday",
        "quiet_wednesday",
        "quiet_thursday",
        "quiet_friday",
        "quiet_saturday",
        "quiet_sunday",
        "channel",
        "purpose_ids",
        "company_id",
        "partner_domain",
        "date_from",
        "date_to",
    )
    def _check_quiet_time(self):
        quiet = self.filtered(lambda policy: policy.kind == "quiet")
        for policy in quiet:
            if any(
                not 0 <= hour <= HOURS_A_DAY
                for hour in (policy.hour_from, policy.hour_to)
            ):
                raise ValidationError(
                    self.env._(
                        "“%(policy)s”: quiet hours lie between 00:00 and 24:00.",
                        policy=policy.name,
                    )
                )
        active = quiet.filtered("active")
        if active:
            active._check_leaves_a_moment()

    def _check_leaves_a_moment(self):
        """Refuse quiet times that together leave no moment of the week.

        :raise ValidationError: contacts of some channel and purpose could never leave
        """
        # also those of companies the user does not see count for his customers
        policies_sudo = self._search_active().filtered(
            lambda policy: policy.kind == "quiet"
        )
        rules = {policy: policy._get_rule_quiet() for policy in policies_sudo}
        known = {}
        for together in self._get_groups_together(rules):
            if not together & set(self._ids):
                continue
            if together not in known:
                known[together] = leaves_a_moment(
                    rule.get_clock("UTC")
                    for policy, rule in rules.items()
                    if policy.id in together
                )
            if not known[together]:
                raise ValidationError(
                    self.env._(
                        "These quiet times leave no moment of the week: %(policies)s. "
                        "Nobody could ever be contacted.",
                        policies=format_list(
                            self.env,
                            [
                                rule.name
                                for policy, rule in rules.items()
                                if policy.id in together
                            ],
                        ),
                    )
                )

    @api.model
    def _get_groups_together(self, rules):
        """Return which policies one and the same contact may meet, as sets of ids.

        Only those that hold for longer than the gate lets anybody wait: a policy that
        ends sooner leaves every moment after it.

        :param dict rules: ``{policy: ContactQuiet}``
        """
        now = fields.Datetime.now()
        starts = {max(rule.date_from or now, now) for rule in rules.values()}
        companies = {rule.company_id for rule in rules.values()} | {None}
        filters = {rule.partner_domain for rule in rules.values()} | {None}
        codes = [code for code, _label in PURPOSES if code not in NEVER_HELD]
        return {
            frozenset(
                policy.id
                for policy, rule in rules.items()
                if rule.channel in (None, channel)
                and (not rule.codes or code in rule.codes)
                and rule.company_id in (None, company_id)
                and rule.partner_domain in (None, partner_domain)
                and rule.is_active(start)
                and rule.is_active(start + HORIZON)
            )
            for start in starts
            for channel, _label in CHANNELS
            for code in codes
            for company_id in companies
            for partner_domain in filters
        }
