from odoo import fields, models
from odoo.tools import SQL


class C360PoolTie(models.Model):
    """A customer who followed a lead when it went to a pool.

    Followers of pooled leads are cut off (``c360_pool_privacy.py``); customers follow
    again as soon as the lead has an owner, who would otherwise write past them.
    """

    _name = "c360.pool.tie"
    _description = "Follower of a Lead in a Pool"
    _log_access = False

    lead_id = fields.Many2one(
        comodel_name="crm.lead", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )

    _lead_partner_uniq = models.Constraint("UNIQUE (lead_id, partner_id)")


class C360PoolMixin(models.AbstractModel):
    """Customers follow their lead again when it leaves the pool for an owner."""

    _inherit = "c360.pool.mixin"

    def _pool_restore_ties(self):
        """Make customers followers again, as they were before the pool."""
        if not self:
            return
        # Plain SQL: one statement for any number of leads; the ties are nobody's.
        rows = self.env.execute_query(
            SQL(
                """
                DELETE FROM c360_pool_tie
                 WHERE lead_id = ANY(%s)
             RETURNING lead_id, partner_id
                """,
                self.ids,
            )
        )
        partners = {}
        for lead_id, partner_id in rows:
            partners.setdefault(lead_id, []).append(partner_id)
        for lead_id, partner_ids in partners.items():
            # Whoever gives the lead away need not be able to see it.
            lead_sudo = self.browse(lead_id).sudo()
            lead_sudo.message_subscribe(partner_ids)

    def _pool_owner_changed(self, before, *reasons):
        result = super()._pool_owner_changed(before, *reasons)
        # The giver may no longer see the lead; its customers follow all the same.
        owned_sudo = self.sudo().filtered(
            lambda lead: lead.user_id and not before[lead.id]
        )
        self.browse(owned_sudo.ids)._pool_restore_ties()
        return result
