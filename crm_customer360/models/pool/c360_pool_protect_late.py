from odoo import api, fields, models
from odoo.tools import SQL


class C360Pool(models.Model):
    """Duplicates of a protected lead that are found after it was protected."""

    _inherit = "c360.pool"

    @api.model
    def _protect_latecomers(self, lead_ids):
        """Protect what waits and was found to be a duplicate of a protected lead.

        :param lead_ids: leads just compared, or just back in a pool
        """
        if not lead_ids or not any(
            terms.protect_limit for terms in self._get_terms().values()
        ):
            return
        self.env.flush_all()
        # Plain SQL: whoever brings a lead sees neither what waits nor who protects.
        self.env.execute_query(
            SQL(
                """
                WITH late AS (
                    SELECT DISTINCT ON (twin.id) twin.id, head.id AS head_id,
                           head.protected_until
                      FROM crm_lead AS twin
                      JOIN c360_lead_duplicate AS pair
                        ON twin.id IN (pair.lead_id, pair.other_lead_id)
                      JOIN crm_lead AS head
                        ON head.id IN (pair.lead_id, pair.other_lead_id)
                       AND head.id <> twin.id
                     WHERE twin.id = ANY(%(ids)s)
                       AND twin.active
                       AND twin.user_id IS NULL
                       AND (pair.level = 'surely' OR pair.state = 'confirmed')
                       AND pair.state IN ('open', 'confirmed')
                       AND head.pool_state = 'held'
                       AND head.active
                       AND head.won_status = 'pending'
                       AND head.protected_lead_id IS NULL
                       AND head.protected_until > %(now)s
                       AND (twin.protected_until IS NULL
                            OR twin.protected_until < head.protected_until)
                  ORDER BY twin.id, head.protected_until DESC
                )
                UPDATE crm_lead AS lead
                   SET protected_until = late.protected_until,
                       protected_lead_id = late.head_id
                  FROM late
                 WHERE lead.id = late.id
             RETURNING lead.id
                """,
                ids=list(lead_ids),
                now=fields.Datetime.now(),
            )
        )
        self.env["crm.lead"].invalidate_model(
            ["protected_until", "protected_lead_id"], flush=False
        )

    @api.model
    def _write_places(self, recycled, reasons):
        result = super()._write_places(recycled, reasons)
        self._protect_latecomers([row.lead.id for row in recycled])
        return result


class C360PoolMixin(models.AbstractModel):
    """A lead given back may be a duplicate of one that is protected."""

    _inherit = "c360.pool.mixin"

    def _pool_owner_changed(self, before, *reasons):
        result = super()._pool_owner_changed(before, *reasons)
        # The giver may no longer see what he gave back.
        waiting_sudo = self.sudo().filtered(lambda lead: lead.pool_state == "pooled")
        self.env["c360.pool"]._protect_latecomers(waiting_sudo.ids)
        return result


class C360LeadDuplicate(models.Model):
    """A duplicate that is found later is protected from then on."""

    _inherit = "c360.lead.duplicate"

    @api.model
    def _save_pairs(self, lead_ids, pairs):
        saved = super()._save_pairs(lead_ids, pairs)
        sure = saved.filtered(lambda pair: pair.level == "surely")
        sure._protect_latecomers()
        return saved

    def _decide(self, state):
        result = super()._decide(state)
        if state == "confirmed":
            self._protect_latecomers()
        return result

    def _protect_latecomers(self):
        # whoever finds or confirms a pair need not see both leads
        pairs_sudo = self.sudo()
        leads_sudo = pairs_sudo.lead_id | pairs_sudo.other_lead_id
        if leads_sudo and self.env["c360.pool"]._is_enabled():
            self.env["c360.pool"]._protect_latecomers(leads_sudo.ids)
