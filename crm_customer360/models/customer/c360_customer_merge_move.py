import logging

import psycopg2

from odoo import api, models
from odoo.tools import SQL, mute_logger, ormcache

_logger = logging.getLogger(__name__)


class C360CustomerMergeTrace(models.AbstractModel):
    """Moves what points to contacts to another contact, row by row where it must.

    The host moves all rows of a table at once; when one of them breaks a unique key it
    deletes all of them, or fails. Here only those stay behind that would break it.
    """

    _inherit = "c360.customer.merge.trace"

    @api.model
    def _move(self, sources, target):
        """Let everything that points to some records point to another.

        :param sources: contacts, or bank accounts
        :param target: the record that stays
        What the target has already stays where it is.
        """
        self.env.flush_all()
        groups = {}
        for *place, _record_id, ids in self._take_rows(sources.ids):
            groups.setdefault(tuple(place), set()).update(ids)
        for place, ids in groups.items():
            stays = self._get_clashing(place, ids, target.id)
            self._move_rows(place, ids - stays, sources.ids, target.id)
        self._move_pairs(self._take_relations(sources.ids), sources.ids, target.id)
        self.env.invalidate_all(flush=False)

    @api.model
    def _count_moved(self, trace, target):
        """Return ``{table: rows}`` that have moved, and that have stayed.

        :param dict trace: of ``_take_merge``
        """
        moved, stays = {}, {}
        now_ids = [target.id, target.commercial_partner_id.id]
        selects = [
            SQL(
                "SELECT %(name)s, ARRAY_AGG(id) FILTER (WHERE %(moved)s),"
                " ARRAY_AGG(id) FILTER (WHERE %(stays)s)"
                " FROM %(table)s WHERE id = ANY(%(ids)s)",
                name=place[0],
                moved=self._get_condition(*place, now_ids),
                stays=self._get_condition(*place, [record_id]),
                table=SQL.identifier(place[0]),
                ids=ids,
            )
            for *place, record_id, ids in trace["rows"]
        ]
        if selects:
            for table, moved_ids, stay_ids in self.env.execute_query(
                SQL(" UNION ALL ").join(selects)
            ):
                # several columns of a row may name a contact: it is one row
                moved.setdefault(table, set()).update(moved_ids or ())
                stays.setdefault(table, set()).update(stay_ids or ())
        return tuple(
            {table: len(ids) for table, ids in rows.items() if ids}
            for rows in (moved, stays)
        )

    @api.model
    def _get_target_value(self, kind, target_id):
        return self._get_text(target_id) if kind == "text" else target_id

    @api.model
    def _move_rows(self, place, ids, src_ids, dst_id):
        """Move rows at once, where the database refuses that those it accepts."""
        if not ids:
            return
        if place[0] not in self._get_checked_tables():
            self._update_rows(place, ids, src_ids, dst_id)
            return
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint(flush=False):
                self._update_rows(place, ids, src_ids, dst_id)
            return
        except psycopg2.IntegrityError:
            _logger.info("Rows of %s are moved one by one", place[0])
        for row_id in sorted(ids):
            try:
                with mute_logger("odoo.sql_db"), self.env.cr.savepoint(flush=False):
                    self._update_rows(place, {row_id}, src_ids, dst_id)
            except psycopg2.IntegrityError:
                _logger.info("Row %s of %s stays", row_id, place[0])

    @api.model
    def _update_rows(self, place, ids, src_ids, dst_id):
        table, column, _model_column, kind = place
        self.env.cr.execute(
            SQL(
                "UPDATE %(table)s SET %(column)s = %(value)s"
                " WHERE id = ANY(%(ids)s) AND %(condition)s",
                table=SQL.identifier(table),
                column=SQL.identifier(column),
                value=self._get_target_value(kind, dst_id),
                ids=list(ids),
                condition=self._get_condition(*place, src_ids),
            )
        )

    @api.model
    @ormcache()
    def _get_checked_tables(self):
        """Return the tables where an update of a reference may be refused."""
        return {
            table
            for [table] in self.env.execute_query(
                SQL(
                    """
                    SELECT DISTINCT source.relname
                      FROM pg_class AS source
                 LEFT JOIN pg_constraint AS con
                        ON con.conrelid = source.oid AND con.contype IN ('c', 'x')
                 LEFT JOIN pg_index AS idx
                        ON idx.indrelid = source.oid AND idx.indisunique
                       AND NOT idx.indisprimary
                     WHERE source.relname = ANY(%s)
                       AND source.relnamespace = current_schema::regnamespace
                       AND (con.oid IS NOT NULL OR idx.indexrelid IS NOT NULL)
                    """,
                    list({item[0] for item in self._get_references()}),
                )
            )
        }

    # ------------------------------------------------------------
    # Unique keys
    # ------------------------------------------------------------

    @api.model
    def _get_clashing(self, place, ids, dst_id):
        """Return the rows that would break a unique key of their table if they moved.

        Of rows with the same key that of the target counts, then the oldest one.
        """
        table, column, _model_column, kind = place
        clashing = set()
        for parts, predicate, is_null_same in self._get_unique_keys(table, column):
            keys = [SQL("key_%s", SQL(str(i))) for i in range(len(parts))]
            condition = self._get_condition(*place, [dst_id])
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT id
                      FROM (SELECT id,
                                   ROW_NUMBER() OVER (
                                       PARTITION BY %(keys)s ORDER BY moves, id
                                   ) AS place
                              FROM (SELECT id, moves, %(parts)s
                                      FROM (%(moved)s) AS moved
                                     WHERE %(predicate)s) AS keyed
                             WHERE %(known)s) AS numbered
                     WHERE place > 1 AND id = ANY(%(ids)s)
                    """,
                    keys=SQL(", ").join(keys),
                    parts=SQL(", ").join(
                        SQL("(%s) AS %s", SQL(part.replace("%", "%%")), key)
                        for part, key in zip(parts, keys, strict=True)
                    ),
                    moved=self._get_moved_sql(
                        table, column, kind, condition, ids, dst_id
                    ),
                    predicate=SQL((predicate or "TRUE").replace("%", "%%")),
                    known=SQL("TRUE")
                    if is_null_same
                    else SQL(" AND ").join(SQL("%s IS NOT NULL", k) for k in keys),
                    ids=list(ids),
                )
            )
            clashing.update(row_id for [row_id] in rows)
        return clashing

    @api.model
    def _get_moved_sql(self, table, column, kind, condition, ids, dst_id):
        """Return the rows of both sides as they would be after the move."""
        columns = [
            SQL.identifier(name)
            if name != column
            else SQL(
                "CASE WHEN id = ANY(%s) THEN %s ELSE %s END AS %s",
                list(ids),
                self._get_target_value(kind, dst_id),
                SQL.identifier(name),
                SQL.identifier(name),
            )
            for name in self._get_columns(table)
        ]
        return SQL(
            "SELECT %s, id = ANY(%s) AS moves FROM %s WHERE id = ANY(%s) OR (%s)",
            SQL(", ").join(columns),
            list(ids),
            SQL.identifier(table),
            list(ids),
            condition,
        )

    @api.model
    @ormcache("table")
    def _get_columns(self, table):
        return [
            name
            for [name] in self.env.execute_query(
                SQL(
                    "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass"
                    " AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
                    table,
                )
            )
        ]

    @api.model
    @ormcache("table", "column")
    def _get_unique_keys(self, table, column):
        """Return ``(expressions, predicate, whether NULL equals NULL)`` of the keys.

        Expressions and predicates are the database's own words, written by nobody else.
        """
        keys = self.env.execute_query(
            SQL(
                """
                SELECT ARRAY(SELECT pg_get_indexdef(idx.indexrelid, part, TRUE)
                               FROM generate_series(1, idx.indnkeyatts) AS part),
                       pg_get_expr(idx.indpred, idx.indrelid),
                       COALESCE((to_jsonb(idx)->>'indnullsnotdistinct')::bool, FALSE)
                  FROM pg_index AS idx
                 WHERE idx.indrelid = %s::regclass
                   AND idx.indisunique AND NOT idx.indisprimary
                """,
                table,
            )
        )
        return [key for key in keys if any(column in part for part in key[0])]

    # ------------------------------------------------------------
    # Many2many
    # ------------------------------------------------------------

    @api.model
    def _move_pairs(self, relations, src_ids, dst_id):
        """Give the target the tags (and the like) of the sources, each once."""
        for names, _others in self._group_others(relations):
            table, column, other = map(SQL.identifier, names)
            self.env.cr.execute(
                SQL(
                    """
                    WITH gone AS (
                        DELETE FROM %(table)s
                              WHERE %(column)s = ANY(%(src_ids)s)
                          RETURNING %(other)s AS other_id
                    )
                    INSERT INTO %(table)s (%(column)s, %(other)s)
                    SELECT DISTINCT %(dst_id)s, other_id
                      FROM gone
                     WHERE NOT EXISTS (
                           SELECT
                             FROM %(table)s AS has
                            WHERE has.%(column)s = %(dst_id)s
                              AND has.%(other)s = gone.other_id)
               ON CONFLICT DO NOTHING
                    """,
                    table=table,
                    column=column,
                    other=other,
                    src_ids=list(src_ids),
                    dst_id=dst_id,
                )
            )
