from odoo import api, models
from odoo.tools import SQL


class C360CustomerMergeMixin(models.AbstractModel):
    _inherit = "c360.customer.merge.mixin"

    @api.model
    def _c360_fold(self, src_partners, dst_partner):
        self._c360_move_segments(src_partners, dst_partner)
        return super()._c360_fold(src_partners, dst_partner)

    @api.model
    def _c360_refresh_merged(self, partners):
        for partner in partners.exists():
            # only now it is known whose contact the one that stays has become
            if partner.commercial_partner_id != partner:
                self._c360_move_segments(partner, partner.commercial_partner_id)
        return super()._c360_refresh_merged(partners)

    @api.model
    def _c360_move_segments(self, src_partners, dst_partner):
        """Let who stays be in every segment one of them is in, since the first day.

        Past stays move as they are.
        """
        Member = self.env["c360.customer.segment.member"]
        Member.flush_model()
        params = {"src": src_partners.ids, "dst": dst_partner.id}
        for statement in (
            # one row a segment is current: that of who stays, else the oldest
            """
            WITH twin AS (
                SELECT id, partner_id,
                       MIN(date_from) OVER (PARTITION BY segment_id) AS date_from,
                       ROW_NUMBER() OVER (PARTITION BY segment_id
                           ORDER BY partner_id <> %(dst)s, date_from, id) AS place
                  FROM c360_customer_segment_member
                 WHERE (partner_id = %(dst)s OR partner_id = ANY(%(src)s))
                   AND date_to IS NULL
            ), folded AS (
                DELETE FROM c360_customer_segment_member AS member
                 USING twin
                 WHERE member.id = twin.id
                   AND twin.place > 1
            )
            UPDATE c360_customer_segment_member AS member
               SET date_from = twin.date_from
              FROM twin
             WHERE member.id = twin.id
               AND twin.place = 1
               AND member.date_from <> twin.date_from
            """,
            """
            UPDATE c360_customer_segment_member
               SET partner_id = %(dst)s
             WHERE partner_id = ANY(%(src)s)
            """,
        ):
            self.env.cr.execute(SQL(statement, **params))
        Member.invalidate_model(flush=False)
