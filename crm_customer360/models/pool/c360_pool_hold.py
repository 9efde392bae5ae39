from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .c360_pool import LEADER

# Writing these may make a lead fill a place of its owner that it did not fill before.
FILLING = {"active", "probability", "stage_id", "type", "user_id"}


class C360Pool(models.Model):
    _inherit = "c360.pool"

    def _lock_meter(self, user_id):
        """Return the ``Meter`` of a user in this pool, or None for no member.

        His membership is locked and written, as a claim does, so that claims,
        hand-overs and reopened leads of the same person wait for each other.
        """
        self.ensure_one()
        meter = self._lock_members([user_id], self.ids).get((user_id, self.id))
        if meter:
            # plain SQL: nobody's last claim changes, the row only has to be written
            self.env.execute_query(
                SQL(
                    """
                    UPDATE c360_pool_member
                       SET last_claim_date = last_claim_date
                     WHERE pool_id = %(pool)s AND user_id = %(user)s
                 RETURNING id
                    """,
                    pool=self.id,
                    user=user_id,
                )
            )
        return meter


class C360PoolMixin(models.AbstractModel):
    """Nobody comes to hold more leads of a pool than he may, on whatever road.

    A claim counts before it grants. Here is counted what a member gets otherwise: a
    colleague hands it over, or it was closed and is opened again.
    """

    _inherit = "c360.pool.mixin"

    def write(self, vals):
        if not FILLING & vals.keys() or self._may_pass_hold_limits():
            return super().write(vals)
        before = self._get_filled_places()
        result = super().write(vals)
        self._check_hold_limits(before)
        return result

    def _may_pass_hold_limits(self):
        return (
            self.env.su
            or self.env.user.has_group(LEADER)
            or not self.env["c360.pool"]._is_enabled()
        )

    def _get_filled_places(self):
        """Return ``{lead: (user, pool)}`` of those that fill a place of their owner."""
        # The giver may no longer see what he gave away, nor the pool or its owner.
        leads_sudo = self.sudo()
        return {
            lead: (lead.user_id, lead.pool_id)
            for lead in leads_sudo
            if lead.pool_id.active
            and lead.user_id
            and lead.active
            and lead.won_status == "pending"
            and lead._fills_place()
        }

    def _fills_place(self):
        match self.pool_id.hold_excludes:
            case "opportunity":
                return self.type == "lead"
            case "quotation":
                return all(order.state == "cancel" for order in self.order_ids)
        return True

    def _check_hold_limits(self, before):
        """Refuse what went beyond the limits of a new owner, or of who opened a lead.

        :param dict before: of ``_get_filled_places``, before the change
        :raise UserError: beyond a limit of the pool, of the member or of a grade, or
            when somebody is no member of the pool
        """
        gained = {}
        for lead_sudo, place in self._get_filled_places().items():
            if before.get(lead_sudo) != place:
                gained.setdefault(place, []).append(lead_sudo.grade)
        for (user_sudo, pool_sudo), grades in gained.items():
            meter = pool_sudo._lock_meter(user_sudo.id)
            if meter is None:
                raise UserError(
                    self.env._(
                        "%(name)s is not a member of its pool.", name=user_sudo.name
                    )
                )
            for grade in {*grades}:
                excess = meter.find_excess(grade)
                if excess:
                    raise UserError(self._explain_excess(excess, user_sudo, pool_sudo))

    def _explain_excess(self, excess, user, pool):
        names = {"name": user.name, "limit": excess.limit, "pool": pool.name}
        if excess.grade:
            return self.env._(
                "%(name)s may hold %(limit)s leads of grade “%(grade)s” of “%(pool)s” "
                "and would hold more. Ask a leader to hand them over.",
                grade=self.env["c360.pool"]._get_grade_label(excess.grade),
                **names,
            )
        return self.env._(
            "%(name)s may hold %(limit)s leads of “%(pool)s” and would "
            "hold more. Ask a leader to hand them over.",
            **names,
        )
