from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

ROWS = 5
# Beyond this nobody reads the number.
COUNT_LIMIT = 1000
TONES = {"competes": "warning", "refers": "success", "owns": "info"}


class C360CustomerPanelRelation(models.AbstractModel):
    """Whom the customer knows: relations read from his side, and who decides there."""

    _name = "c360.customer.panel.relation"
    _inherit = "c360.customer.panel"
    _description = "Customer Panel: Relations"

    _panel_key = "relation"
    _panel_sequence = 75
    _panel_switch = "crm_customer360.group_use_relation"
    _panel_models = ("res.partner.relation", "c360.customer.profile")

    @api.model
    def _get_panel(self, customer, partner_ids):
        relations = self._get_relations(partner_ids)
        panel = {
            "title": self.env._("Relations"),
            "icon": "fa-share-alt",
            "empty": self.env._("No relation to other customers is known."),
            "action": self._prepare_list_action(
                self.env._("Relations"),
                "res.partner.relation",
                Domain("left_partner_id", "in", partner_ids)
                | Domain("right_partner_id", "in", partner_ids),
                context={"default_left_partner_id": customer.id},
            ),
        }
        if not relations:
            return panel
        return {
            **panel,
            "figures": self._get_figures(customer),
            "rows": [self._prepare_relation(*row) for row in relations[:ROWS]],
            "count": len(relations),
        }

    def _get_relations(self, partner_ids):
        """Return (relation, word, kind, name of one's own side, name) of what holds.

        One query. Buying roles come first: they are what a salesperson looks for. The
        other side has to be somebody the reader may see.
        """
        Relation = self.env["res.partner.relation"]
        Relation.flush_model()
        readable = self.env["res.partner"]._search(Domain.TRUE, active_test=False)
        Type = self.env["res.partner.relation.type"]
        return self.env.execute_query(
            SQL(
                """
                SELECT side.id, side.word, side.kind, mine.name, other.name,
                       mine.id, other.id
                  FROM (
                    SELECT relation.id, %(name)s AS word, type.c360_kind AS kind,
                           relation.left_partner_id AS mine,
                           relation.right_partner_id AS other
                      FROM res_partner_relation AS relation
                      JOIN res_partner_relation_type AS type
                        ON type.id = relation.type_id
                     WHERE relation.left_partner_id = ANY(%(ids)s) AND %(holds)s
                 UNION ALL
                    SELECT relation.id,
                           CASE WHEN type.is_symmetric THEN %(name)s ELSE %(back)s END,
                           type.c360_kind,
                           relation.right_partner_id, relation.left_partner_id
                      FROM res_partner_relation AS relation
                      JOIN res_partner_relation_type AS type
                        ON type.id = relation.type_id
                     WHERE relation.right_partner_id = ANY(%(ids)s)
                           -- his own people are told of from their side
                       AND relation.left_partner_id <> ALL(%(ids)s) AND %(holds)s
                  ) AS side
                  JOIN res_partner AS mine ON mine.id = side.mine
                  JOIN res_partner AS other ON other.id = side.other
                 WHERE other.id <> mine.id AND other.id IN %(readable)s
              ORDER BY (side.kind = 'role') DESC NULLS LAST, side.id DESC
                 LIMIT %(limit)s
                """,
                name=Type._field_to_sql("type", "name"),
                back=Type._field_to_sql("type", "name_inverse"),
                holds=SQL(
                    "relation.active"
                    " AND (relation.date_end IS NULL OR relation.date_end >= %s)",
                    fields.Date.context_today(self),
                ),
                ids=list(partner_ids),
                readable=readable.subselect(),
                limit=COUNT_LIMIT,
            )
        )

    def _prepare_relation(self, relation_id, word, kind, _mine, other, mine_id, id_):
        """Return a row: "refers / Other Ltd", or for a role "decides / Berta"."""
        Partner = self.env["res.partner"]
        is_role = kind == "role"
        return self._prepare_row(
            Partner.browse(mine_id if is_role else id_),
            _mine if is_role else other,
            subtitle=word,
            badges=[self._prepare_badge(self._get_kind_label(kind), TONES.get(kind))]
            if kind in TONES
            else [],
        )

    def _get_kind_label(self, kind):
        return self._get_labels("res.partner.relation.type", "c360_kind")[kind]

    def _get_figures(self, customer):
        worth = self.env["c360.customer.referral"]._get_worth(customer.ids)
        _own, _direct, count, revenue = worth.get(customer.id, (0, 0, 0, 0))
        if not count:
            return []
        action = self._prepare_list_action(
            self.env._("Referrals"),
            "c360.customer.referral",
            [("parent_id", "=", customer.id)],
            views=[[False, "list"], [False, "hierarchy"]],
        )
        return [
            {
                **self._prepare_figure(
                    self.env._("Customers brought"), count, "integer"
                ),
                "action": action,
            },
            {
                **self._prepare_figure(self.env._("Their revenue"), revenue, "money"),
                "action": action,
            },
        ]
