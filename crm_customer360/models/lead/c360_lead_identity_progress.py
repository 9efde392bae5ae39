from odoo import api, fields, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

MODELS = ("res.partner", "crm.lead")


class C360LeadIdentityProgress(models.Model):
    """How far the leads and contacts that were there before us have their keys.

    Killed at any point, the job goes on where it was. Every night it looks at the rows
    that are new since the night before the last one, so that those which came by plain
    SQL (imports) are found too: what that costs depends on what is new.
    """

    _name = "c360.lead.identity.progress"
    _description = "Progress of Keys"
    _log_access = False

    model = fields.Char(required=True, readonly=True)
    last_id = fields.Integer(readonly=True)
    until_id = fields.Integer(readonly=True)
    # Until here even transactions that were open in the last night are over.
    safe_id = fields.Integer(readonly=True)

    _model_unique = models.Constraint("UNIQUE (model)")

    @api.model
    def _cron_look(self):
        """Look for rows without keys, from where it was safe the last time."""
        if not self.env["c360.lead.identity"]._is_used():
            return
        try:
            self._look()
            self.env.flush_all()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            # The keying came further since this snapshot: look again, soon.
            self.env.cr.rollback()
            self.env.ref("crm_customer360.ir_cron_lead_identity_look")._trigger()

    @api.model
    def _look(self):
        identities = self.env["c360.lead.identity"]
        known = self.search([("model", "in", MODELS)]).grouped("model")
        for name in MODELS:
            row = known.get(name) or self.create({"model": name})
            [[newest]] = self.env.execute_query(
                SQL(
                    "SELECT COALESCE(MAX(id), 0) FROM %s",
                    SQL.identifier(self.env[name]._table),
                )
            )
            # what is still to do stays to do
            row.last_id = min(row.last_id, row.safe_id)
            row.safe_id = row.until_id
            row.until_id = newest
        identities._wake()

    @api.model
    def _restart(self):
        """Key everything anew: while the switch was off, nobody noted changes."""
        rows = self.search(Domain.TRUE)
        rows.write({"last_id": 0, "safe_id": 0, "until_id": 0})
        self.env.cr.execute("DELETE FROM c360_lead_identity")
        self._look()

    @api.model
    def _get_progress(self):
        """Return a sentence about the progress, empty before the first run."""
        # the administrator reads how far it is, nothing else
        rows_sudo = self.sudo().search(Domain.TRUE)
        todo = sum(rows_sudo.mapped("until_id"))
        done = sum(min(row.last_id, row.until_id) for row in rows_sudo)
        if not todo or done >= todo:
            return ""
        return self.env._(
            "Leads and contacts are being prepared for the comparison: %(share)s done.",
            share=f"{done / todo:.0%}",
        )

    def _take_slice(self, size):
        """Key the next rows that have no keys.

        :param int size: how many rows to look at
        :return: how many there were
        """
        self.ensure_one()
        if self.last_id >= self.until_id:
            return 0
        identities = self.env["c360.lead.identity"]
        column, table = identities._get_column(self.model)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, EXISTS (
                           SELECT
                             FROM c360_lead_identity AS item
                            WHERE item.%(column)s = host.id
                              AND item.stale IS NOT TRUE)
                  FROM %(table)s AS host
                 WHERE id > %(after)s AND id <= %(until)s
              ORDER BY id
                 LIMIT %(size)s
                """,
                column=column,
                table=table,
                after=self.last_id,
                until=self.until_id,
                size=size,
            )
        )
        missing = [row_id for row_id, is_known in rows if not is_known]
        if missing:
            identities._refresh(self.model, missing)
        self.last_id = rows[-1][0] if rows else self.until_id
        return len(rows)
