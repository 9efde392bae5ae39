from datetime import datetime
from typing import NamedTuple

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .c360_customer_timeline_filter import TimelineFilter

EVERYTHING = TimelineFilter()


class TimelineSource(NamedTuple):
    """Documents of one model that stand in the timeline, in plain words.

    :param model: the documents' model
    :param date: its stored date or datetime column; an index on
        ``(partner, date DESC, id DESC)`` keeps every page equally fast
    :param kind: what the rows are called in the answer
    :param domain: which documents
    :param partner: the column that holds the contact
    :param contact_gives_access: whoever reads the contact reads these rows (the
        messages of its chatter); else the record rules of the model apply
    :param text: the stored columns a search looks into
    :param user: the column of the colleague, a user or his contact
    :param channels: ``(channel, domain)``, the rows of each channel of ``CHANNELS``
    """

    model: str
    date: str
    kind: str
    domain: tuple = ()
    partner: str = "partner_id"
    contact_gives_access: bool = False
    text: tuple = ()
    user: str = ""
    channels: tuple = ()


class Position(NamedTuple):
    """Where a page of the timeline ended: the key of its last row."""

    date: datetime
    model: str
    id: int

    @classmethod
    def parse(cls, env, before):
        """Return the position a client sent back, None for the first page.

        :raise UserError: when it is not what an earlier page returned
        """
        if not before:
            return None
        try:
            date, model, res_id = before
            if "\0" in str(model):
                raise ValueError("no model has a NUL in its name")
            return cls(datetime.fromisoformat(date), str(model), int(res_id))
        except (TypeError, ValueError, OverflowError) as error:
            raise UserError(
                env._("The timeline cannot go on from here. Please reload the page.")
            ) from error


class C360CustomerTimeline(models.AbstractModel):
    """One list of everything that happened with a customer, newest first.

    The panels name their documents; every source is read through an index from the
    position where the last page ended, so a page costs the same after ten documents
    as after twenty thousand. Rows are ordered by (date, model, id), which no two
    documents share: pages neither repeat nor skip.
    """

    _name = "c360.customer.timeline"
    _description = "Customer Timeline"

    @api.model
    def _load(self, customer, partner_ids, before=None, limit=40, filters=None):
        """Return one page of the timeline.

        :param customer: the commercial partner
        :param partner_ids: ids of its contacts the user may read
        :param before: ``[date, model, id]``, the ``next`` of the page above, or None
        :param int limit: rows on the page
        :param filters: the fields of ``TimelineFilter``, or None
        :return: ``{"entries": [...], "next": [date, model, id] or False}``
        """
        position = Position.parse(self.env, before)
        chosen = TimelineFilter.parse(self.env, filters)
        partner_ids = chosen.select_partners(partner_ids)
        panels = self.env["c360.customer.panel"]._get_panels()
        branches = [
            SQL("(SELECT %s AS panel, branch.* FROM (%s) AS branch)", panel._name, page)
            for panel in panels
            for page in panel._get_timeline_pages(
                customer, partner_ids, position, limit + 1, chosen
            )
        ]
        if not branches:
            return {"entries": [], "next": False}
        rows = self.env.execute_query(
            SQL(
                """
                  SELECT panel, date, model, res_id, kind
                    FROM (%s) AS entry
                ORDER BY date DESC, model COLLATE "C" DESC, res_id DESC
                   LIMIT %s
                """,
                SQL(" UNION ALL ").join(branches),
                limit + 1,
            )
        )
        page = rows[:limit]
        more = len(rows) > limit
        return {
            "entries": self._get_entries(page, self._get_day_kinds(panels)),
            "next": self._get_key(page[-1]) if more else False,
        }

    def _get_key(self, row):
        _panel, date, model, res_id, _kind = row
        return [date.isoformat(), model, res_id]

    def _get_day_kinds(self, panels):
        """Return the (panel, model, kind) whose date is a day without a time.

        They must not be shifted to the reader's time zone.
        """
        return {
            (panel._name, source.model, source.kind)
            for panel in panels
            for source in panel._get_timeline_sources()
            if self.env[source.model]._fields[source.date].type == "date"
        }

    @api.model
    def _get_choices(self):
        """Return what the user can filter by, of what he may see at all.

        :return: ``{"kinds": [{"key", "label"}], "channels": [{"key", "label"}]}``
        """
        kinds, channels = {}, set()
        for panel in self.env["c360.customer.panel"]._get_panels():
            labels = panel._get_timeline_kinds()
            for source in panel._get_timeline_sources():
                if self.env[source.model].has_access("read"):
                    kinds[source.kind] = labels.get(source.kind)
                    channels |= {channel for channel, _domain in source.channels}
        return {
            "kinds": [
                {"key": key, "label": label} for key, label in kinds.items() if label
            ],
            "channels": [
                {"key": key, "label": label}
                for key, label in self._get_channel_labels().items()
                if key in channels
            ],
        }

    def _get_channel_labels(self):
        return {
            "email": self.env._("E-mail"),
            "sms": self.env._("Text message"),
            "phone": self.env._("Phone"),
            "letter": self.env._("Letter"),
            "visit": self.env._("Visit"),
            "chat": self.env._("Chat"),
            "note": self.env._("Note"),
        }

    def _get_entries(self, rows, day_kinds):
        """Describe the rows; each panel is asked once per model."""
        ids_by_source = {}
        for panel, _date, model, res_id, _kind in rows:
            ids_by_source.setdefault((panel, model), []).append(res_id)
        described = {
            (panel, model): self.env[panel]._get_timeline_entries(model, ids)
            for (panel, model), ids in ids_by_source.items()
        }
        entries = []
        for row in rows:
            panel, date, model, res_id, kind = row
            entry = described[panel, model].get(res_id)
            if entry:
                day = (panel, model, kind) in day_kinds
                entries.append(
                    {
                        "model": model,
                        "id": res_id,
                        **entry,
                        "key": f"{model},{res_id},{date.isoformat()}",
                        "date": date.strftime(
                            "%Y-%m-%d" if day else "%Y-%m-%d %H:%M:%S"
                        ),
                        "kind": kind,
                    }
                )
        return entries

    # -- SQL of one source --

    @api.model
    def _select_branch(self, select, position, limit, chosen=EVERYTHING):
        """Return one page of a panel's own SELECT (date, model, res_id, kind).

        None when more is asked than such a SELECT can answer. The bare comparison of
        the date is what an index can use; the row comparison behind it settles equal
        dates.
        """
        if chosen.asks_details:
            return None
        where = SQL("branch.date IS NOT NULL")
        if position:
            where = SQL(
                'branch.date <= %s AND (branch.date, branch.model COLLATE "C", '
                "branch.res_id) < (%s, %s, %s)",
                position.date,
                *position,
            )
        if chosen.kinds:
            where = SQL("%s AND branch.kind::text IN %s", where, chosen.kinds)
        return SQL(
            """
              SELECT branch.date, branch.model::text AS model, branch.res_id,
                     branch.kind::text AS kind
                FROM (%s) AS branch
               WHERE %s
            ORDER BY branch.date DESC, branch.model COLLATE "C" DESC,
                     branch.res_id DESC
               LIMIT %s
            """,
            select,
            where,
            limit,
        )

    @api.model
    def _select_source(self, source, partner_ids, position, limit, chosen=EVERYTHING):
        """Return one page of a source, or None when the user sees nothing of it.

        The newest rows of every contact are taken through the index, then merged: a
        plain ``partner_id IN (...)`` would sort the whole history of the customer.
        """
        Model = self.env[source.model].with_context(active_test=False)
        if not partner_ids or not Model.has_access("read"):
            return None
        asked = chosen.get_domain(self.env, source)
        if asked is None:
            return None
        query = Model._search(
            asked
            & Domain(source.domain)
            & Domain(source.date, "!=", False)
            & self._get_company_domain(Model),
            bypass_access=source.contact_gives_access,
        )
        if query.is_empty():
            return None
        table = query.table
        date = Model._field_to_sql(table, source.date, query)
        res_id = SQL.identifier(table, "id")
        query.add_where(SQL("%s = contact.id", SQL.identifier(table, source.partner)))
        if position:
            query.add_where(self._where_before(source, date, res_id, position))
        query.order = SQL("%s DESC, %s DESC", date, res_id)
        query.limit = limit
        return SQL(
            """
              SELECT entry.date, entry.model, entry.res_id, entry.kind
                FROM unnest(%s) AS contact(id)
          CROSS JOIN LATERAL (%s) AS entry
            ORDER BY entry.date DESC, entry.res_id DESC
               LIMIT %s
            """,
            list(partner_ids),
            query.select(
                SQL("%s::timestamp AS date", date),
                SQL("%s::text AS model", source.model),
                SQL("%s AS res_id", res_id),
                SQL("%s::text AS kind", source.kind),
            ),
            limit,
        )

    def _where_before(self, source, date, res_id, position):
        """Return the condition of the rows that come after the position.

        The model of a source is known, so the order of models is settled here and the
        database only compares what its index holds.
        """
        if source.model > position.model:
            return SQL("%s < %s", date, position.date)
        if source.model < position.model:
            return SQL("%s <= %s", date, position.date)
        return SQL(
            "%(date)s <= %(at)s AND (%(date)s < %(at)s OR %(id)s < %(at_id)s)",
            date=date,
            at=position.date,
            id=res_id,
            at_id=position.id,
        )

    @api.model
    def _get_newest(self, source, partner_ids, limit):
        """Return the newest documents of a source, at a cost that does not grow."""
        select = self._select_source(source, partner_ids, None, limit)
        Model = self.env[source.model]
        if select is None:
            return Model
        return Model.browse(row[2] for row in self.env.execute_query(select))

    @api.model
    def _get_company_domain(self, model):
        """Return the domain of the companies the user has switched on."""
        field = model._fields.get("company_id")
        if not field or not field.store:
            return Domain.TRUE
        companies = self.env.companies.ids
        return Domain(
            "company_id", "in", companies if field.required else [*companies, False]
        )
