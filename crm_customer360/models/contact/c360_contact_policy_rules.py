import logging
from ast import literal_eval
from dataclasses import replace
from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import ormcache

from ...tools.contact_cap import Period
from ...tools.contact_limit import ContactLimit, ContactQuiet
from ...tools.contact_stop import ContactStop
from .c360_contact_policy import QUIET_WEEKDAYS

_logger = logging.getLogger(__name__)


class C360ContactPolicy(models.Model):
    """What the gate reads of the policies: plain values, ready to be asked often."""

    _inherit = "c360.contact.policy"

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
    def _get_stops(self, partner_ids):
        """Return the :class:`ContactStop` of the active policies.

        :param partner_ids: ids of the contacts that are asked for
        """
        return self._resolve_filters(self._get_active_stops(), partner_ids)

    @api.model
    def _get_stopped_codes(self):
        """Return the codes of the purposes that stops name."""
        return frozenset(
            code for stop in self._get_active_stops() for code in stop.codes
        )

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
    def _get_active_limits(self):
        return self._get_active_rules()["limit"]

    @api.model
    def _get_active_quiets(self):
        return self._get_active_rules()["quiet"]

    @api.model
    def _get_active_stops(self):
        return self._get_active_rules()["stop"]

    @api.model
    @ormcache("self.env.lang")
    def _get_active_rules(self):
        """Return ``{kind: (ContactPolicy, …)}`` of the policies in force."""
        rules = {kind: [] for kind in self._fields["kind"].get_values(self.env)}
        for policy in self._search_active():
            if policy.kind != "limit" or policy.is_limited:
                rules[policy.kind].append(policy._get_rule())
        return {kind: tuple(found) for kind, found in rules.items()}

    @api.model
    def _search_active(self):
        # The policies hold for every sender, whatever he may read.
        policies_sudo = self.sudo().search([("active", "=", True)])
        return policies_sudo

    # ------------------------------------------------------------- one policy

    def _get_rule(self):
        """Return the policy as a :class:`ContactPolicy` of its kind."""
        self.ensure_one()
        return getattr(self, f"_get_rule_{self.kind}")()

    def _get_rule_limit(self):
        return ContactLimit(
            **self._get_scope(),
            scope=self.scope,
            limit=self.limit_count,
            period=Period(self.period_count, self.period_unit),
        )

    def _get_rule_quiet(self):
        # the same hour twice: no quiet hours
        has_hours = self.hour_from != self.hour_to
        return ContactQuiet(
            **self._get_scope(),
            hour_from=self.hour_from if has_hours else None,
            hour_to=self.hour_to if has_hours else None,
            weekdays=frozenset(
                number for number, name in enumerate(QUIET_WEEKDAYS) if self[name]
            ),
            holidays=self._get_holidays(),
        )

    def _get_rule_stop(self):
        return ContactStop(
            **self._get_scope(),
            kind=self.stop_kind,
            days=self.stop_days,
            count=self.stop_count,
        )

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

    # --------------------------------------------------------------- holidays

    def _get_holidays(self):
        """Return the public holidays of the schedule: spans of UTC moments.

        Those of the schedule itself, and those its company has for all schedules.
        """
        self.ensure_one()
        if not self.calendar_id:
            return ()
        # Days on which nobody works are no secret, but not everybody may read them.
        leaves_sudo = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                Domain("resource_id", "=", False)
                & (
                    Domain("calendar_id", "=", self.calendar_id.id)
                    | Domain("calendar_id", "=", False)
                    & Domain("company_id", "=", self.calendar_id.company_id.id)
                ),
                order="date_from",
            )
        )
        return tuple(
            (
                leave.date_from,
                # the host ends a day at 23:59:59: that second is still a holiday
                leave.date_to + timedelta(seconds=leave.date_to.second == 59),
            )
            for leave in leaves_sudo
        )

    @api.model
    def _forget_holidays(self, leaves):
        """Read the holidays again: days off of everybody have changed."""
        if any(not leave.resource_id for leave in leaves):
            self.env.registry.clear_cache()

    # ----------------------------------------------------------------- filter

    @api.model
    def _filter_ids(self, policy, partner_ids):
        """Return which of the contacts the filter of a policy names."""
        # The filter is asked for all contacts, also those the sender may not read.
        partners_sudo = self.env["res.partner"].sudo().with_context(active_test=False)
        try:
            domain = Domain(literal_eval(policy.partner_domain))
            domain &= Domain("id", "in", list(partner_ids))
            return frozenset(partners_sudo.search(domain)._ids)
        except ValueError:
            # A field of the filter has gone away since. One broken policy must not
            # stop every message of the company.
            _logger.warning(
                "Contact policy %s (%s): its filter cannot be read, it is skipped",
                policy.policy_id,
                policy.name,
            )
            return frozenset()
