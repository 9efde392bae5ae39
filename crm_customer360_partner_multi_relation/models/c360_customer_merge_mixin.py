from odoo import api, models
from odoo.tools import SQL


class C360CustomerMergeMixin(models.AbstractModel):
    _inherit = "c360.customer.merge.mixin"

    @api.model
    def _c360_fold(self, src_partners, dst_partner):
        """Put aside the relations a merge makes double, or of somebody with himself.

        The host moves the rows. An undo finds these as they were.
        """
        result = super()._c360_fold(src_partners, dst_partner)
        Relation = self.env["res.partner.relation"]
        Relation.flush_model()
        aside, kept = [], {}
        for relation_id, key, start, end, is_of_himself in self._get_c360_relations(
            src_partners, dst_partner
        ):
            periods = kept.setdefault(tuple(key), [])
            if is_of_himself or any(
                # dates of the same relation that overlap
                (not start or not until or start <= until)
                and (not end or not since or since <= end)
                for since, until in periods
            ):
                aside.append(relation_id)
            else:
                periods.append((start, end))
        if aside:
            # Plain SQL: whoever merges need not be allowed to change relations.
            self.env.cr.execute(
                SQL(
                    "UPDATE res_partner_relation SET active = FALSE WHERE id = ANY(%s)",
                    aside,
                )
            )
            Relation.invalidate_model(["active"], flush=False)
        return result

    @api.model
    def _get_c360_relations(self, src_partners, dst_partner):
        """Return the relations of contacts as they are once these are merged.

        What still holds comes first, of that what the one that stays has himself.

        :return: ``[(id, [type, left, right], start, end, with himself)]``
        """
        return self.env.execute_query(
            SQL(
                """
                SELECT id,
                       CASE WHEN is_symmetric
                            THEN ARRAY[type_id, LEAST(a, b), GREATEST(a, b)]
                            ELSE ARRAY[type_id, a, b] END,
                       date_start, date_end, a = b AND NOT is_self_allowed
                  FROM (SELECT relation.id, relation.type_id, relation.date_start,
                               relation.date_end, type.is_symmetric,
                               COALESCE(type.allow_self, FALSE) AS is_self_allowed,
                               CASE WHEN left_partner_id = ANY(%(src)s) THEN %(dst)s
                                    ELSE left_partner_id END AS a,
                               CASE WHEN right_partner_id = ANY(%(src)s) THEN %(dst)s
                                    ELSE right_partner_id END AS b,
                               left_partner_id = ANY(%(src)s)
                               OR right_partner_id = ANY(%(src)s) AS moves
                          FROM res_partner_relation AS relation
                          JOIN res_partner_relation_type AS type
                            ON type.id = relation.type_id
                         WHERE relation.active
                           AND (left_partner_id = ANY(%(all)s)
                                OR right_partner_id = ANY(%(all)s))) AS relation
              ORDER BY date_end DESC NULLS FIRST, moves, id
                """,
                src=src_partners.ids,
                dst=dst_partner.id,
                all=(src_partners | dst_partner).ids,
            )
        )
