from odoo import models


class C360PoolMixin(models.AbstractModel):
    """What becomes of a lead's place when leads are merged, and separated again."""

    _inherit = "c360.pool.mixin"

    def _takes_in(self, lead):
        """What waits is claimed: it gets no owner from a lead entered again."""
        return super()._takes_in(lead) and not (lead.user_id and self._filter_waiting())

    def _archive_merged(self, head):
        """A merged lead is in no pool; the ledger went to the one that stays."""
        result = super()._archive_merged(head)
        placed = self.filtered("pool_id")
        if placed:
            placed.write({"pool_id": False})
        return result

    def _merge_undone(self, tails, owners, planned):
        """Note in the ledger who has the leads now that they are two again."""
        result = super()._merge_undone(tails, owners, planned)
        reason = self.env._("Merge undone")
        # Who may undo a merge need not be allowed to write the ledger.
        move_sudo = self.env["c360.pool.move"].sudo()
        for lead in self.filtered("pool_id"):
            if not lead.user_id:
                kind = "enter"
            elif lead in tails:
                kind = "assign"
            else:
                kind = "transfer"
            if lead in tails or owners.get(lead.id) != lead.user_id.id:
                move_sudo._append(kind, lead, previous=owners, reason=reason)
        pooled = self.filtered(lambda lead: lead.pool_state == "pooled")
        # Only who had the lead meanwhile has planned what he must not see any more.
        held = pooled.filtered(lambda lead: owners.get(lead.id))
        pooled._pool_cut_ties(keep=planned | (pooled - held).activity_ids)
        return result
