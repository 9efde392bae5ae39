from odoo import api, fields, models
from odoo.tools import SQL


class C360CarePlanner(models.AbstractModel):
    """From events of the ERP to planned tasks: set-based, and each task once."""

    _name = "c360.care.planner"
    _description = "Care Planner"

    @api.model
    def _plan(self, events):
        """Plan the tasks these events cause, each once whatever comes twice.

        :param events: ``c360.customer.event`` records
        :return: the tasks that are new
        :raise psycopg2.errors.SerializationFailure: another transaction has just
            planned the same; the row is there, run the transaction again
        """
        Task = self.env["c360.care.task"]
        if not self.env["res.groups"]._is_feature_enabled(
            "crm_customer360.group_use_care"
        ):
            return Task
        rules = self.env["c360.care.rule"].search(
            [
                ("trigger", "in", set(events.mapped("kind"))),
                # said here: the caller's context must not wake rules that are off
                ("active", "=", True),
            ]
        )
        matches = [(rule, rule._filter_events(events)) for rule in rules]
        facts = {
            model: self.env["c360.care.source"]._get_facts(
                model, sources.mapped("source_id")
            )
            for model, sources in self._union_events(matches)
            .grouped("source_model")
            .items()
        }
        rows = [
            rule._prepare_task_row(event, facts[event.source_model][event.source_id])
            for rule, rule_events in matches
            for event in rule_events
            if event.source_id in facts[event.source_model]
        ]
        unwanted = self._get_unwanted([row["partner_id"] for row in rows])
        tasks = self._insert_tasks(
            [
                row
                for row in rows
                if (row["partner_id"], row["company_id"]) not in unwanted
            ]
        )
        if any(task.date <= fields.Datetime.now() for task in tasks):
            Task._wake()
        return tasks

    @api.model
    def _union_events(self, matches):
        return self.env["c360.customer.event"].union(
            *(rule_events for _rule, rule_events in matches)
        )

    @api.model
    def _get_unwanted(self, partner_ids):
        """Return ``{(partner id, company id or None)}``: who wants none by whom."""
        return {
            (partner.id, company.id or None)
            for partner, company in self.env["c360.care.task"]._read_group(
                [("partner_id", "in", partner_ids), ("outcome", "=", "unwanted")],
                ["partner_id", "company_id"],
            )
        }

    @api.model
    def _insert_tasks(self, rows):
        """Insert tasks that do not exist yet and return these.

        Plain SQL because only ``ON CONFLICT`` keeps "once" true for workers that see
        the same event at the same time. The rows come from events of the system.
        """
        Task = self.env["c360.care.task"]
        if not rows:
            return Task
        columns = list(rows[0])
        now = fields.Datetime.now()
        values = SQL(", ").join(
            SQL(
                "(%s, %s, %s, %s, %s)",
                SQL(", ").join(SQL("%s", row[column]) for column in columns),
                self.env.uid,
                self.env.uid,
                now,
                now,
            )
            for row in rows
        )
        result = self.env.execute_query(
            SQL(
                """
                INSERT INTO c360_care_task (
                            %(columns)s, create_uid, write_uid, create_date, write_date)
                     VALUES %(values)s
                ON CONFLICT (rule_id, source_model, source_id, period_key) DO NOTHING
                  RETURNING id
                """,
                columns=SQL(", ").join(SQL.identifier(column) for column in columns),
                values=values,
            )
        )
        return Task.browse(row_id for (row_id,) in result)
