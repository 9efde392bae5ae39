from odoo import api, models
from odoo.fields import Command, Domain
from odoo.tools import SQL


class C360CustomerHandoverSource(models.AbstractModel):
    """One kind of open work a colleague can hand over; every room adds its own.

    To add a kind, declare an abstract model of this shape; nothing else has to know
    it::

        class C360CustomerHandoverSourceLoan(models.AbstractModel):
            _name = "c360.customer.handover.source.loan"
            _inherit = "c360.customer.handover.source"
            _description = "Handover: Loans"

            _source_key = "loan"
            _source_sequence = 70
            _source_model = "library.loan"

            def _get_label(self):
                return self.env._("Loans")

            def _get_open_domain(self):
                return Domain("state", "=", "lent")

    Only open work: documents that are done keep the name of who did them. A handover
    runs for somebody who may not see all of it, therefore in sudo; what may be handed
    over is decided before, see ``c360.customer.handover``.
    """

    _name = "c360.customer.handover.source"
    _description = "Handover Source"

    # Stable name of the kind, used by the lines and the tests.
    _source_key = None
    # Order of the lines and of the work: customers come first.
    _source_sequence = 100
    _source_model = None
    # The field that names the owner, or several, and those that tell where it belongs;
    # None: none.
    _source_user = "user_id"
    _source_partner = "partner_id"
    _source_company = "company_id"
    _source_team = None
    # xmlid of the feature group that switches the kind on
    _source_switch = None
    # Counts when it is worked out who has how much.
    _source_is_load = False
    # It needs somebody new; otherwise it only ends.
    _source_has_successor = True
    # Nobody with open work of this kind is archived unnoticed.
    _source_is_work = True
    # Whoever gets it needs one of these groups; empty: anybody may work on it.
    _source_groups = ()

    # -- what a source says --

    @api.model
    def _get_label(self):
        """Return the name of the kind, in the user's language."""
        return self.env["ir.model"]._get(self._source_model).name

    @api.model
    def _get_open_domain(self):
        """Return the domain of open work, whoever has it."""
        return Domain.TRUE

    @api.model
    def _is_available(self):
        """Tell whether the kind exists in this database and is switched on."""
        return self._source_model in self.env and (
            not self._source_switch
            or self.env["res.groups"]._is_feature_enabled(self._source_switch)
        )

    @api.model
    def _give(self, records, former, user, handover):
        """Give records to a user; all of them are open and locked.

        :param records: in sudo, in the context of ``_get_quiet_context``
        :param former: who had them
        :param user: the successor; ``former`` again for a kind without one
        :param handover: why
        """
        values = self._prepare_values(user, handover)
        if self._get_relation():
            # the others stay
            values[self._source_user] = [
                Command.unlink(former.id),
                Command.link(user.id),
            ]
        records.write(values)

    @api.model
    def _prepare_values(self, user, handover):
        """Return what is written on a record for its new owner."""
        return {self._source_user: user.id}

    @api.model
    def _get_relation(self):
        """Return ``(table, record, user)`` where the owners are several, else None."""
        field = self.env[self._source_model]._fields[self._source_user]
        if field.type != "many2many":
            return None
        return tuple(
            map(SQL.identifier, (field.relation, field.column1, field.column2))
        )

    @api.model
    def _remember(self, items, user):
        """Keep on the items what giving back needs to know; called before giving."""
        if self._get_relation():
            records_sudo = self._get_records_sudo().browse(items.mapped("res_id"))
            known = records_sudo.filtered(
                lambda record: user in record[self._source_user]
            )
            items.filtered(lambda item: item.res_id in known._ids).was_there = True

    @api.model
    def _give_back(self, records, former, user, handover, items):
        """Give records back to who had them before.

        :param items: what was proposed of these records, with the team they were in
        """
        if self._get_relation():
            # the successor was one of the owners before
            known = records.browse(items.filtered("was_there").mapped("res_id"))
            known.write({self._source_user: [Command.link(user.id)]})
            records -= known
        self._give(records, former, user, handover)
        if self._source_team:
            # the host chooses a team for each new owner
            teams = {item.res_id: item.team_id for item in items}
            kept = set(self.env["crm.team"].browse(teams.values()).exists().ids)
            for team_id, some in records.grouped(
                lambda record: teams.get(record.id) or False
            ).items():
                if not team_id or team_id in kept:
                    some.write({self._source_team: team_id})

    @api.model
    def _complete_items(self, line):
        """Add to fresh items what their select could not say, with plain SQL."""

    # -- what a handover asks --

    @api.model
    def _get_sources(self):
        """Return the kinds that are there, in the order of the work."""
        names = self.pool.descendants([C360CustomerHandoverSource._name], "_inherit")
        sources = [
            self.env[name] for name in names if name != C360CustomerHandoverSource._name
        ]
        return sorted(
            (source for source in sources if source._is_available()),
            key=lambda source: (source._source_sequence, source._name),
        )

    @api.model
    def _get_source(self, key):
        """Return the source with this key, None when it is gone or switched off."""
        for source in self._get_sources():
            if source._source_key == key:
                return source
        return None

    @api.model
    def _get_records_sudo(self):
        """Return the model, without the rights of whoever counts."""
        # A handover is about all a colleague has; who may start one was checked.
        records_sudo = self.env[self._source_model].sudo()
        return records_sudo

    @api.model
    def _get_domain(self, user_ids, companies=None):
        """Return the domain of the open work of these users.

        :param user_ids: ids of users, archived ones too
        :param companies: only what belongs to them or to no company; None: everywhere
        """
        domain = self._get_open_domain() & Domain(
            self._source_user, "in", list(user_ids)
        )
        if companies is not None and self._source_company:
            domain &= Domain(self._source_company, "in", [*companies.ids, False])
        return domain

    @api.model
    def _count(self, user_ids, companies=None):
        """Return ``{user id: number}`` of the open records of these users."""
        groups = self._get_records_sudo()._read_group(
            self._get_domain(user_ids, companies), [self._source_user], ["__count"]
        )
        return {user.id: count for user, count in groups if user.id in user_ids}

    @api.model
    def _get_companies(self, user_ids):
        """Return ``{user id: companies}`` in which these users have open records."""
        if not self._source_company:
            return {}
        groups = self._get_records_sudo()._read_group(
            self._get_domain(user_ids) & Domain(self._source_company, "!=", False),
            [self._source_user],
            [f"{self._source_company}:recordset"],
        )
        return {user.id: companies for user, companies in groups}

    @api.model
    def _select_items(self, user_ids, company):
        """Return SQL selecting ``(res_id, user_id, partner_id, team_id)``."""
        records_sudo = self._get_records_sudo()
        # _search flushes what the domain reads; these columns are read besides
        names = [
            name
            for name in (self._source_user, self._source_partner, self._source_team)
            if name
        ]
        records_sudo.flush_model(names)
        query = records_sudo._search(self._get_domain(user_ids, company))
        if relation := self._get_relation():
            # one item for each owner who hands over
            table, record, user = relation
            return SQL(
                """
                SELECT %(record)s AS res_id, %(user)s AS user_id,
                       NULL::int AS partner_id, NULL::int AS team_id
                  FROM %(table)s
                 WHERE %(record)s IN %(found)s
                """,
                record=record,
                user=user,
                table=table,
                found=query.subselect(),
            )

        def column(name, alias):
            value = (
                records_sudo._field_to_sql(query.table, name, query)
                if name
                else SQL("NULL::int")
            )
            return SQL("%s AS %s", value, SQL.identifier(alias))

        return query.select(
            SQL("%s AS res_id", SQL.identifier(query.table, "id")),
            column(self._source_user, "user_id"),
            column(self._source_partner, "partner_id"),
            column(self._source_team, "team_id"),
        )

    @api.model
    def _lock(self, ids, holder):
        """Lock records in the order of their ids.

        Plain SQL: the ORM skips locked rows, which here would be lost work.

        :param holder: the user who should have them
        :return: ``{id: id of its owner or None}`` of those that still exist
        """
        self.env.flush_all()
        owner = SQL.identifier(self._source_user)
        if relation := self._get_relation():
            table, record, user = relation
            owner = SQL(
                "(SELECT %(user)s FROM %(table)s"
                " WHERE %(record)s = document.id AND %(user)s = %(holder)s)",
                user=user,
                table=table,
                record=record,
                holder=holder.id,
            )
        return dict(
            self.env.execute_query(
                SQL(
                    "SELECT id, %s FROM %s AS document WHERE id = ANY(%s)"
                    " ORDER BY id FOR NO KEY UPDATE",
                    owner,
                    SQL.identifier(self.env[self._source_model]._table),
                    list(ids),
                )
            )
        )

    @api.model
    def _filter_open(self, ids):
        """Return the ids of those that are still open."""
        domain = self._get_open_domain() & Domain("id", "in", list(ids))
        return set(self._get_records_sudo().search(domain).ids)

    @api.model
    def _count_ties(self, partner_ids, user_ids):
        """Return ``{(partner id, user id): number}``: who knows these customers.

        By the documents of this kind, done or not: who had a deal, an order or a
        ticket of the customer knows him.
        """
        if not self._source_partner or not self._source_is_load:
            return {}
        records_sudo = self._get_records_sudo().with_context(active_test=False)
        groups = records_sudo._read_group(
            [
                (f"{self._source_partner}.commercial_partner_id", "in", partner_ids),
                (self._source_user, "in", user_ids),
            ],
            [self._source_partner, self._source_user],
            ["__count"],
        )
        result = {}
        for partner, user, count in groups:
            key = partner.commercial_partner_id.id, user.id
            result[key] = result.get(key, 0) + count
        return result

    @api.model
    def _get_warning(self, user):
        """Return what a successor lacks to work on this kind, in words, or None."""
        if not self._source_groups or any(
            user.has_group(group) for group in self._source_groups
        ):
            return None
        return self.env._(
            "%(name)s has no right to work on: %(kind)s",
            name=user.name,
            kind=self._get_label(),
        )
