from odoo import api, fields, models
from odoo.tools import SQL

ROWS = 5


class C360CustomerPanelActivity(models.AbstractModel):
    """What colleagues planned with the people of the customer."""

    _name = "c360.customer.panel.activity"
    _inherit = "c360.customer.panel"
    _description = "Customer Panel: Activities"

    _panel_key = "activity"
    _panel_sequence = 15
    _panel_models = ("mail.activity",)

    @api.model
    def _get_panel(self, customer, partner_ids):
        today = fields.Date.context_today(self)
        rows = self._get_activities(partner_ids, today)
        count, late, late_mine = rows[0][-3:] if rows else (0, 0, 0)
        return {
            "title": self.env._("Planned activities"),
            "icon": "fa-clock-o",
            "figures": self._get_figures(partner_ids, today, late, late_mine)
            if late
            else [],
            "rows": [self._prepare_activity_row(row, today) for row in rows],
            "count": count,
            "action": self._get_action(self.env._("Planned activities"), partner_ids),
            "empty": self.env._("Nothing is planned with this customer."),
            "due": [
                self._prepare_activity_due(row, today)
                for row in rows
                if row[2] <= today
            ],
        }

    def _get_action(self, name, partner_ids, *conditions):
        return self._prepare_list_action(
            name,
            "mail.activity",
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "in", partner_ids),
                *conditions,
            ],
        )

    def _get_figures(self, partner_ids, today, late, late_mine):
        is_late = ("date_deadline", "<", str(today))
        is_mine = ("user_id", "=", self.env.uid)
        all_label, mine_label = self.env._("Late"), self.env._("Mine, late")
        return [
            self._prepare_figure(
                all_label,
                late,
                "integer",
                "danger",
                action=self._get_action(all_label, partner_ids, is_late),
            ),
            self._prepare_figure(
                mine_label,
                late_mine,
                "integer",
                action=self._get_action(mine_label, partner_ids, is_late, is_mine),
            ),
        ]

    def _get_activities(self, partner_ids, today):
        """Return the earliest activities and, in each row, how many there are.

        One query; the host would ask for the rights on every contact again, and the
        contacts asked for are those the user may read.
        """
        Activity = self.env["mail.activity"]
        query = Activity._search(
            [("res_model", "=", "res.partner"), ("res_id", "in", partner_ids)],
            order="date_deadline, id",
            limit=ROWS,
            bypass_access=True,
        )
        table = query.table
        kind = query.left_join(
            table, "activity_type_id", "mail_activity_type", "id", "kind"
        )
        user = query.left_join(table, "user_id", "res_users", "id", "user")
        person = query.left_join(user, "partner_id", "res_partner", "id", "person")
        late = SQL("%s < %s", SQL.identifier(table, "date_deadline"), today)
        return self.env.execute_query(
            query.select(
                SQL.identifier(table, "res_id"),
                SQL.identifier(table, "summary"),
                SQL.identifier(table, "date_deadline"),
                Activity.env["mail.activity.type"]._field_to_sql(kind, "name", query),
                SQL.identifier(person, "name"),
                SQL("COUNT(*) OVER ()"),
                SQL("COUNT(*) FILTER (WHERE %s) OVER ()", late),
                SQL(
                    "COUNT(*) FILTER (WHERE %s AND %s = %s) OVER ()",
                    late,
                    SQL.identifier(table, "user_id"),
                    self.env.uid,
                ),
            )
        )

    def _prepare_activity_row(self, row, today):
        partner_id, summary, deadline, kind, user, *_counts = row
        return self._prepare_row(
            self.env["res.partner"].browse(partner_id),
            summary or kind or self.env._("To do"),
            subtitle=" · ".join(filter(None, (kind if summary else None, user))),
            date=str(deadline),
            badges=[self._prepare_badge(self.env._("Late"), "danger")]
            if deadline < today
            else [],
        )

    def _prepare_activity_due(self, row, today):
        partner_id, summary, deadline, kind, user, *_counts = row
        return self._prepare_due(
            summary or kind or self.env._("To do"),
            {"model": "res.partner", "id": partner_id},
            str(deadline),
            "danger" if deadline < today else "warning",
            50,
        )
