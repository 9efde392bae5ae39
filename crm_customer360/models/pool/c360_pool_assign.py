from odoo import api, models
from odoo.exceptions import AccessError, UserError

from .c360_pool import LEADER
from .c360_pool_claim import MAX_ID

SALESPERSON = "sales_team.group_sale_salesman"


class C360Pool(models.Model):
    """A leader, or a manager of the pool, gives leads to a colleague."""

    _inherit = "c360.pool"

    @api.model
    def _assign(self, lead_ids, user, override=False, reason=None):
        """Give waiting leads to a user, each on its own merit.

        :param list lead_ids: ids of ``crm.lead``; limits are used up in this order
        :param user: who gets them
        :param bool override: past membership, limits and cool-down; for leaders, and
            with a reason that stays in the ledger
        :param str reason: goes to the ledger
        :return: ``{"granted": [id], "refused": [{"id": id, "reason": text}]}``
        :raise AccessError: for those who may not assign
        :raise UserError: when pools are off, no reason is given, or this is nobody
            who sells
        """
        pools = self._get_assignable()
        self._check_assign(pools, user, override, reason)
        ids = self._check_request(lead_ids)
        known = [lead_id for lead_id in ids if 0 < lead_id <= MAX_ID]
        # past whose rows the giver may read, what they allow is not told
        meters = self._lock_members([user.id], pools.ids)
        rows = {row["id"]: row for row in self._lock_rows(known, pools.ids)}
        barred = {} if override else self._get_cooldowns(list(rows), [user.id])
        user_sudo = user.sudo()
        companies = {*user_sudo.company_ids.ids, None}
        granted, refused = [], []
        for lead_id in ids:
            row = rows.get(lead_id)
            why = self._get_assign_refusal(
                row, user_sudo, companies, meters, barred, override
            )
            if why:
                refused.append({"id": lead_id, "reason": why})
            else:
                granted.append(row)
        self._grant_rows(granted, [user.id] * len(granted), "assign", reason)
        return {"granted": [row["id"] for row in granted], "refused": refused}

    @api.model
    def _check_assign(self, pools, user, override, reason):
        if not self._is_enabled():
            raise UserError(self.env._("Lead pools are switched off."))
        leader = self.env.su or self.env.user.has_group(LEADER)
        if not pools or (override and not leader):
            raise AccessError(
                self.env._(
                    "Team leaders and the managers of a pool assign its leads; only "
                    "leaders do so past the limits."
                )
            )
        if override and not (reason or "").strip():
            raise UserError(
                self.env._("Say why: past the limits a reason stays in the history.")
            )
        # whether a colleague sells is no secret
        user_sudo = user.sudo()
        if not user_sudo.active or not user_sudo.has_group(SALESPERSON):
            raise UserError(
                self.env._("%(name)s does not work in sales.", name=user_sudo.name)
            )

    @api.model
    def _get_assign_refusal(self, row, user, companies, meters, barred, override):
        """Return why a user does not get a lead, or None; uses up his limits."""
        if row is None:
            return self.env._("It does not wait in a pool of yours any more.")
        if row["company_id"] not in companies:
            return self.env._("%(name)s does not work for its company.", name=user.name)
        if override:
            return None
        protection = self._get_protection(row)
        if protection:
            return protection
        meter = meters.get((user.id, row["pool_id"]))
        if meter is None:
            return self.env._("%(name)s is not a member of its pool.", name=user.name)
        if (row["id"], user.id) in barred:
            return self.env._(
                "%(name)s had it before and may not have it back yet.", name=user.name
            )
        refusal = meter.take(row["grade"])
        if refusal and refusal.kind == "day":
            return self.env._(
                "%(name)s reached the %(limit)s leads of a day.",
                name=user.name,
                limit=refusal.limit,
            )
        if refusal:
            return self.env._(
                "%(name)s holds the %(limit)s leads one may hold.",
                name=user.name,
                limit=refusal.limit,
            )
        return None
