import logging

import psycopg2

from odoo import api, models
from odoo.tools import SQL, mute_logger

_logger = logging.getLogger(__name__)


class C360CustomerMergeTrace(models.AbstractModel):
    """Separates merged contacts."""

    _inherit = "c360.customer.merge.trace"

    @api.model
    def _separate(self, trace, after, target):
        """Let everything point where it pointed before the merge.

        :param dict trace: of ``_take_merge``, as ``_take_merged`` left it
        :param dict after: of ``_take_merged``
        :param target: the contact that stayed
        :return: ``{table: number of rows}`` that could not be given back
        """
        self.env.flush_all()
        lost = {}
        self._put_contents(trace["contents"], after["contents"], lost)
        # the customer of the one who stayed may have been written instead of him
        now_ids = sorted({target.id, target.commercial_partner_id.id})
        for *place, record_id, ids in trace["rows"]:
            stayed = self._get_back(place, record_id, ids)
            moved = self._put_row(*place, record_id, ids, now_ids=now_ids)
            lost.setdefault(place[0], set()).update({*ids} - moved - stayed)
        self._put_relations(trace["relations"], after["relations"])
        for record_id, values in trace["values"].items():
            self._put_values(int(record_id), values, after["values"][record_id])
        self.env.invalidate_all(flush=False)
        return {table: len(ids) for table, ids in lost.items() if ids}

    @api.model
    def _get_back(self, place, record_id, ids):
        """Return which rows point to a contact already: they stayed with him."""
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM %s WHERE id = ANY(%s) AND %s",
                SQL.identifier(place[0]),
                ids,
                self._get_condition(*place, [record_id]),
            )
        )
        return {row_id for [row_id] in rows}

    @api.model
    def _put_contents(self, before, after, lost):
        """Bring back what was folded: rows that went, values that changed."""
        gone = []
        for table, rows in before.items():
            for row_id, values in rows.items():
                became = after[table][row_id]
                if became is None:
                    gone.append((int(row_id), table, values))
                else:
                    self._put_columns(table, int(row_id), values, became)
        for row_id, table, values in sorted(gone, key=lambda item: item[0]):
            try:
                with mute_logger("odoo.sql_db"), self.env.cr.savepoint(flush=False):
                    self.env.cr.execute(
                        SQL(
                            "INSERT INTO %(table)s SELECT *"
                            "  FROM jsonb_populate_record("
                            "       NULL::%(table)s, %(values)s::jsonb)",
                            table=SQL.identifier(table),
                            values=self._to_json(values),
                        )
                    )
            except psycopg2.IntegrityError:
                # what it names is gone, or the same was made anew meanwhile
                _logger.info("A row of %s cannot be given back", table)
                lost.setdefault(table, set()).add(row_id)

    @api.model
    def _get_unreferenced(self, partners):
        """Return those of some contacts that nothing but lists points to.

        Followers and tags go with a contact; a row that stayed with him because the
        other one has the same keeps him.
        """
        if not partners:
            return partners
        held = {
            record_id
            for table, *_names, record_id, _ids in self._take_rows(partners.ids)
            if table not in self._get_expendable_tables()
        }
        return partners.filtered(lambda partner: partner.id not in held)

    @api.model
    def _get_expendable_tables(self):
        """Return the tables whose rows say nothing once the other one has the same."""
        return {"mail_followers", "mail_notification", "calendar_filters"}
