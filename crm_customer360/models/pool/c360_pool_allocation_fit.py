import logging
from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .c360_pool import RULE_ERRORS

_logger = logging.getLogger(__name__)


class C360Pool(models.Model):
    """Which lead fits whom, when leads are handed out."""

    _inherit = "c360.pool"

    def _get_fits(self, rows, members):
        """Return for each row two bit masks: who may have it, who prefers it."""
        ids = [row["id"] for row in rows]
        place_of = {lead_id: number for number, lead_id in enumerate(ids)}
        everybody = (1 << len(members)) - 1
        fits, preferred = [everybody] * len(rows), [0] * len(rows)
        found = {}

        def match(rule):
            if rule not in found:
                found[rule] = self._search_rule(rule, ids)
            return found[rule]

        for place, member in enumerate(members):
            bit = 1 << place
            if (allowed := match(member.lead_domain)) is not None:
                for number, lead_id in enumerate(ids):
                    if lead_id not in allowed:
                        fits[number] &= ~bit
            for lead_id in match(member.preferred_domain) or ():
                preferred[place_of[lead_id]] |= bit
            companies = {*member.user_id.company_ids.ids, None}
            for number, row in enumerate(rows):
                if row["company_id"] not in companies:
                    fits[number] &= ~bit
        places = {member.user_id.id: 1 << n for n, member in enumerate(members)}
        for lead_id, user_id in self._get_allocation_bars(ids, list(places)):
            fits[place_of[lead_id]] &= ~places[user_id]
        return fits, preferred

    @api.model
    def _search_rule(self, rule, lead_ids):
        """Return which of these leads fit the rule of a member; None: no rule."""
        try:
            domain = literal_eval(rule or "[]")
            if not domain:
                return None
            # members do not see what waits; the rule has to
            leads_sudo = self.env["crm.lead"].sudo()
            query = leads_sudo._search(Domain(domain) & Domain("id", "in", lead_ids))
            return set(query.get_result_ids())
        except RULE_ERRORS:
            # A field of it is gone: the member keeps his place, without the wish.
            _logger.warning("The rule %s of a pool member is skipped", rule)
            return None

    def _get_allocation_bars(self, lead_ids, user_ids):
        """Return who must not get which lead: ``{(lead id, user id)}``.

        Former owners within the cool-down. Bridges add to it.
        """
        return set(self._get_cooldowns(lead_ids, user_ids))


class C360PoolMember(models.Model):
    """What a member gets by allocation."""

    _inherit = "c360.pool.member"

    weight = fields.Integer(
        string="Share",
        default=1,
        help="Twice the share is twice the leads when they are handed out.",
    )
    paused = fields.Boolean(
        help="Gets no leads by allocation and no offers; may still claim."
    )
    lead_domain = fields.Char(
        string="Only These Leads",
        help="By allocation this member gets only leads that fit, of a region say. "
        "Empty: all of them.",
    )
    preferred_domain = fields.Char(
        string="Preferred Leads",
        help="Leads that fit go to this member first.",
    )

    _weight_positive = models.Constraint(
        "CHECK (weight > 0)", "A share is 1 or more; pause a member who gets none."
    )

    @api.constrains("lead_domain", "preferred_domain")
    def _check_wishes(self):
        # the words of a rule, not the rights of who writes it
        leads_sudo = self.env["crm.lead"].sudo()
        for member in self:
            for rule in (member.lead_domain, member.preferred_domain):
                try:
                    leads_sudo._search(literal_eval(rule or "[]"))
                except RULE_ERRORS as error:
                    raise ValidationError(
                        self.env._(
                            "The rule %(rule)s cannot be read: %(error)s",
                            rule=rule,
                            error=error,
                        )
                    ) from error
