import logging
from ast import literal_eval

from odoo import api, fields, models, tools
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .c360_pool import FEATURE, LEADER, RULE_ERRORS

_logger = logging.getLogger(__name__)

# From here on the database compares the rule with the leads, not Python.
BULK = 200
# What the default pools take: not what was put into another pool by hand.
NO_PLACE = "[('pool_id', '=', False)]"


class C360Pool(models.Model):
    """Which pool a lead enters: the first whose rule it fits, else the default one."""

    _inherit = "c360.pool"

    @api.model
    def _is_enabled(self):
        return self.env["res.groups"]._is_feature_enabled(FEATURE)

    @api.model
    def _hides_from_me(self):
        """Tell whether contact data of pooled leads is hidden from the current user.

        Managers of a pool still see the leads of theirs: ``_filter_hidden`` tells.
        """
        user = self.env.user
        return user.has_group(FEATURE) and not (
            user._is_superuser() or user.has_group(LEADER)
        )

    @api.model
    def _get_managed(self):
        """Return the pools the current user is a manager of."""
        if not self.browse().has_access("read"):
            return self.browse()
        return self.search([("manager_ids", "=", self.env.uid)])

    @api.model
    @tools.ormcache()
    def _get_routing_table(self):
        """Return ``((pool id, company id, domain), ...)`` in the order of routing.

        The default pools come a second time at the end, without their rule.
        """
        # Whoever brings a lead (a website visitor too) has it routed by all pools. The
        # table is cached for everyone: no caller's context may let archived ones in.
        pools_sudo = self.sudo().search([("active", "=", True)])
        rules = [
            (pool.id, pool.company_id.id, pool.lead_domain or "[]")
            for pool in pools_sudo
        ]
        # the default of the company before that of all companies
        defaults = pools_sudo.filtered("is_default").sorted(
            lambda pool: not pool.company_id
        )
        return (
            *rules,
            *((pool.id, pool.company_id.id, NO_PLACE) for pool in defaults),
        )

    @api.model
    def _route(self, leads, reason=None):
        """Put open leads without an owner into the first pool they fit.

        One pass per pool whatever the number of leads, one ledger statement.

        :param leads: ``crm.lead`` records; owned, closed, invalid and pooled ones are
            left alone
        :param str reason: goes to the ledger
        :return: the leads that entered a pool
        """
        if not self._is_enabled():
            return leads.browse()
        if len(leads) >= BULK:
            return leads.browse(self._route_ids(leads.ids, reason=reason))
        routed = leads.browse()
        # The one who brings a lead need not be allowed to see what becomes of it.
        waiting_sudo = (
            leads.sudo()
            .with_context(tracking_disable=True)
            .filtered(lambda lead: lead._may_be_routed())
        )
        for pool_id, company_id, domain in self._get_routing_table():
            if not waiting_sudo:
                break
            try:
                fit_sudo = waiting_sudo.filtered_domain(literal_eval(domain))
            except RULE_ERRORS:
                # The rule was checked when it was written; a field of it may be gone.
                # A lead must come in all the same.
                _logger.warning("Pool %s skipped: its rule %s fails", pool_id, domain)
                continue
            if company_id:
                fit_sudo = fit_sudo.filtered(
                    lambda lead, company_id=company_id: (
                        lead.company_id.id in (False, company_id)
                    )
                )
            if fit_sudo:
                fit_sudo._pool_enter(self.browse(pool_id))
                routed += fit_sudo
                waiting_sudo -= fit_sudo
        if routed:
            self.env["c360.pool.move"]._append("enter", routed, reason=reason)
            self._wake_allocation(routed.pool_id.ids)
        return leads.browse(routed.ids)

    # ------------------------------------------------------------
    # Many leads: the database compares
    # ------------------------------------------------------------

    @api.model
    def _route_ids(self, lead_ids, reason=None, again=False):
        """Route any number of leads with three statements per pool.

        :param list lead_ids: ids of ``crm.lead``
        :param bool again: also leads that wait in a pool; they move when another
            pool comes first, and stay where they are when none fits
        :return: ids of the leads that entered a pool
        """
        self.env.flush_all()
        waiting, routed = set(self._get_routable_ids(lead_ids, again)), []
        for pool_id, company_id, domain in self._get_routing_table():
            if not waiting:
                break
            fit = self._search_fit(domain, company_id, list(waiting))
            if not fit:
                continue
            waiting -= set(fit)
            routed += self._enter_ids(pool_id, fit, reason)
        if routed:
            leads = self.env["crm.lead"].browse(routed)
            leads.invalidate_recordset(["pool_id", "pool_state", "pool_date"])
            self.env["c360.pool.move"].invalidate_model(flush=False)
            # ties are cut with all rights: who routes need not see followers
            leads_sudo = leads.sudo()
            leads_sudo._pool_cut_ties()
            self._wake_allocation(leads_sudo.pool_id.ids)
        return routed

    @api.model
    def _get_routable_ids(self, lead_ids, again=False):
        """Lock, in id order, those leads that are open and have no owner."""
        valid = SQL()
        if "check_state" in self.env["crm.lead"]._fields:
            valid = SQL("AND check_state IS DISTINCT FROM 'invalid'")
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id
                  FROM crm_lead
                 WHERE id = ANY(%(ids)s)
                   AND user_id IS NULL
                   AND (pool_id IS NULL OR %(again)s)
                   AND active
                   AND won_status = 'pending'
                       %(valid)s
              ORDER BY id
                   FOR NO KEY UPDATE
                """,
                ids=list(lead_ids),
                again=again,
                valid=valid,
            )
        )
        return [row[0] for row in rows]

    @api.model
    def _search_fit(self, domain, company_id, lead_ids):
        """Return the ids of those leads that fit a rule; none when it is broken."""
        # A rule sees every lead, whoever brings it.
        leads_sudo = self.env["crm.lead"].sudo().with_context(active_test=False)
        companies = [company_id, False]
        try:
            found = Domain(literal_eval(domain)) & Domain("id", "in", lead_ids)
            if company_id:
                found &= Domain("company_id", "in", companies)
            query = leads_sudo._search(found)
        except RULE_ERRORS:
            _logger.warning("A pool was skipped: its rule %s fails", domain)
            return []
        return list(query.get_result_ids())

    @api.model
    def _enter_ids(self, pool_id, lead_ids, reason):
        """Place leads and append to the ledger, in one statement.

        :return: ids of the leads that changed their place
        """
        rows = self.env.execute_query(
            SQL(
                """
                WITH placed AS (
                    UPDATE crm_lead
                       SET pool_id = %(pool)s,
                           pool_state = 'pooled',
                           pool_date = %(now)s,
                           offer_user_id = NULL,
                           offer_exhausted = NULL,
                           write_uid = %(uid)s,
                           write_date = %(now)s
                     WHERE id = ANY(%(ids)s)
                       AND pool_id IS DISTINCT FROM %(pool)s
                 RETURNING id, name, partner_id, pool_id, company_id
                )
                INSERT INTO c360_pool_move
                       (kind, date, reason, create_uid, create_date, write_uid,
                        write_date, lead_id, lead_name, partner_id, pool_id, company_id)
                SELECT 'enter', %(now)s, %(reason)s, %(uid)s, %(now)s, %(uid)s, %(now)s,
                       placed.*
                  FROM placed
             RETURNING lead_id
                """,
                pool=pool_id,
                now=fields.Datetime.now(),
                uid=self.env.uid,
                ids=lead_ids,
                reason=reason or None,
            )
        )
        return [row[0] for row in rows]

    def action_route_again(self):
        """Compare again what waits without an owner with the rules, in slices."""
        count = self.env["c360.pool.route"]._fill(self)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%(count)s leads are compared with the rules again.", count=count
                ),
            },
        }

    def _rehouse(self):
        """Find another place for the leads that wait in archived pools."""
        # The leads are hidden from members; archiving a pool must move all of them.
        leads_sudo = (
            self.env["crm.lead"]
            .sudo()
            .with_context(active_test=False, tracking_disable=True)
            .search([("pool_id", "in", self.ids), ("pool_state", "=", "pooled")])
        )
        if not leads_sudo:
            return
        self.env["c360.pool.move"]._append("leave", leads_sudo)
        leads_sudo.write({"pool_id": False})
        self._route(leads_sudo)

    # ------------------------------------------------------------
    # By hand
    # ------------------------------------------------------------

    @api.model
    def _put(self, leads, pool=None, reason=None, return_reason_id=None):
        """Give leads back, or put them into a pool by hand.

        :param leads: open leads; a salesperson may only give back his own
        :param pool: where to; empty: back where they came from, else by the rules
        :param str reason: goes to the ledger
        :param int return_reason_id: the reason a person chose, likewise
        :raise UserError: for closed or foreign leads, or when no pool takes them
        """
        self._check_put(leads, pool)
        # from here on the giver may no longer see them
        leads_sudo = leads.sudo().with_context(tracking_disable=True)
        owned = leads.filtered("user_id")
        unowned_sudo = leads_sudo - owned.sudo()
        if pool:
            unowned_sudo -= unowned_sudo.filtered(lambda lead: lead.pool_id == pool)
            leads_sudo.write({"pool_id": pool.id})
            unowned_sudo._pool_enter(pool)
            self.env["c360.pool.move"]._append("enter", unowned_sudo, reason=reason)
            self._wake_allocation(pool.ids)
        strays_sudo = leads_sudo.filtered(lambda lead: not lead.pool_id)
        if owned:
            owned.write(
                {
                    "user_id": False,
                    "pool_reason": reason,
                    "pool_return_reason_id": return_reason_id,
                }
            )
        self._route(strays_sudo, reason=reason)
        lost = strays_sudo.filtered(lambda lead: not lead.pool_id)
        if lost:
            raise UserError(
                self.env._(
                    "No pool takes %(leads)s. Choose a pool.",
                    leads=", ".join(lost.mapped("name")[:5]),
                )
            )

    @api.model
    def _check_put(self, leads, pool):
        if not self._is_enabled():
            raise UserError(self.env._("Lead pools are switched off."))
        if leads.filtered(lambda lead: not lead.active or lead.won_status != "pending"):
            raise UserError(self.env._("A lead that is won or lost stays where it is."))
        if self.env.user.has_group(LEADER):
            return
        managed = self._get_managed()
        # where a lead waits need not be his to see, only whether he manages it is asked
        leads_sudo = leads.sudo()
        if pool and pool in managed and leads_sudo.pool_id <= managed:
            waiting = leads.filtered(lambda lead: lead.pool_state == "pooled")
            if waiting == leads:
                return
        mine = leads.filtered(
            lambda lead: lead.pool_state == "held" and lead.user_id == self.env.user
        )
        if pool or leads - mine:
            raise UserError(
                self.env._("You can give back leads of yours that came from a pool.")
            )
