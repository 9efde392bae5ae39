from graphlib import CycleError, TopologicalSorter

import psycopg2

from odoo import models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

# What a condition nobody can use makes of itself while it is read
DEFINITION_ERRORS = (ValueError, SyntaxError, TypeError, KeyError, RecursionError)


class C360CustomerSegment(models.Model):
    """The conditions of a segment as one statement."""

    _inherit = "c360.customer.segment"

    def _of_company(self):
        """Return the segment seeing the documents of its company and no other."""
        return self.with_context(
            allowed_company_ids=self.company_id.ids, active_test=False
        )

    def _as_system(self):
        """Return the segment as the nightly refresh asks it: every customer counts.

        Whoever wrote the conditions had the right to read what they look at; that is
        checked when they are saved.
        """
        self.ensure_one()
        # who is a member does not depend on who presses the button
        return self.sudo()._of_company()

    def _get_partner_domain(self):
        """Return the part of the conditions that looks at the customer himself."""
        self.ensure_one()
        company_ids = [self.company_id.id, False]
        domain = self._read_domain(self.env["res.partner"], self.domain)
        return domain & Domain(
            [
                ("active", "=", True),
                ("company_id", "in", company_ids),
                # no colleague, no company of ours
                ("partner_share", "=", True),
                ("ref_company_ids", "=", False),
            ]
        )

    def _select_partners(self):
        """Return SQL selecting the ids of the customers who fulfil the conditions.

        Nothing is executed, nobody browsed. With the rights of the environment.

        :raise ValueError: (or another of ``DEFINITION_ERRORS``) for a broken condition
        """
        self.ensure_one()
        if self.kind == "fixed":
            return self._get_member_sql()
        query = self.env["res.partner"]._search(self._get_partner_domain())
        if query.is_empty():
            return SQL("SELECT NULL::int AS id WHERE FALSE")
        query.order = None
        partner = SQL.identifier(query.table, "id")
        self._where_among(query, partner)
        meets = [condition._where_met(partner) for condition in self.condition_ids]
        if self.match == "all" or len(meets) < 2:
            for meet in meets:
                query.add_where(meet)
            return query.select(SQL("%s AS id", partner))
        # One branch per condition: each is a join, where OR would ask row by row.
        base = query.select(SQL("%s AS id", partner))
        branches = [
            SQL("SELECT id FROM base WHERE %s", condition._where_met(SQL("base.id")))
            for condition in self.condition_ids
        ]
        return SQL(
            "WITH base AS MATERIALIZED (%s) %s", base, SQL(" UNION ").join(branches)
        )

    def _where_among(self, query, partner):
        """Keep the query to customers, those of the reach, not excluded ones."""
        query.add_where(
            SQL(
                "%s = %s",
                partner,
                SQL.identifier(query.table, "commercial_partner_id"),
            )
        )
        Profile = self.env["c360.customer.profile"]
        Profile.flush_model()
        if self.reach != "all" and Profile._is_used():
            # in a preview the profiles the user may see
            domain = Domain("company_id", "=", self.company_id.id)
            if self.reach == "customer":
                domain &= Domain("order_count", ">", 0)
            profiles = Profile._search(domain)
            profiles.order = None
            owner = SQL.identifier(profiles.table, "partner_id")
            profiles.add_where(SQL("%s = %s", owner, partner))
            query.add_where(SQL("EXISTS (%s)", profiles.select(SQL("1"))))
        if self.excluded_segment_ids:
            query.add_where(
                SQL(
                    "NOT EXISTS (SELECT FROM (%s) AS excluded WHERE excluded.id = %s)",
                    self.excluded_segment_ids._get_member_sql(),
                    partner,
                )
            )

    # ------------------------------------------------------------------- checks

    def _check_readable(self):
        """Refuse conditions that cannot be asked, or that their author may not ask.

        The database only plans the statement, so that saving stays quick.

        :raise ValidationError: with what is wrong
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                # The host checks as the system; nobody shall learn by a segment what he
                # may not read himself.
                segment = self.sudo(False)._of_company()
                self.env.cr.execute(
                    SQL("EXPLAIN %s", segment._select_partners()),
                    log_exceptions=False,
                )
        except (*DEFINITION_ERRORS, psycopg2.Error) as error:
            raise ValidationError(
                self.env._(
                    "The conditions of “%(segment)s” cannot be used: %(error)s",
                    segment=self.name,
                    error=error,
                )
            ) from error
        except AccessError as error:
            raise ValidationError(
                self.env._(
                    "The conditions of “%(segment)s” look at something you may not "
                    "read: %(error)s",
                    segment=self.name,
                    error=error,
                )
            ) from error

    def _get_needs(self):
        """Return ``{segment id: ids of the segments it is built on}``, of all of them.

        Those of others too: a circle may lead through what one may not see.
        """
        segments_sudo = self.sudo().with_context(active_test=False)
        needs = {}
        for segment_sudo in segments_sudo.search(Domain.TRUE):
            needed = (
                segment_sudo.excluded_segment_ids
                | segment_sudo.condition_ids.other_segment_ids
            )
            needs[segment_sudo.id] = set(needed.ids)
        return needs

    def _check_cycles(self):
        """Refuse segments that are built on themselves.

        :raise UserError: naming the circle
        """
        try:
            TopologicalSorter(self._get_needs()).prepare()
        except CycleError as error:
            circle_sudo = self.sudo().browse(dict.fromkeys(error.args[1]))
            raise UserError(
                self.env._(
                    "These segments are built on each other in a circle: %(names)s",
                    names=", ".join(circle_sudo.mapped("name")),
                )
            ) from error

    def _in_order(self):
        """Return these segments, each behind those it is built on."""
        order = TopologicalSorter(self._get_needs()).static_order()
        return self.browse(
            segment_id for segment_id in order if segment_id in set(self.ids)
        )
