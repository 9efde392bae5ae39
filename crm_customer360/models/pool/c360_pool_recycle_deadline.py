import logging
from ast import literal_eval
from collections import defaultdict
from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.pool_recycle import LeadFacts, choose, get_anchor
from .c360_pool import RULE_ERRORS

_logger = logging.getLogger(__name__)

# What the facts are read from, as the ORM has to write it first.
FACT_FIELDS = {
    "crm.lead": (
        "active",
        "company_id",
        "date_last_stage_update",
        "last_followup_date",
        "partner_id",
        "pool_date",
        "pool_id",
        "pool_state",
        "priority",
        "recycle_date",
        "recycle_rule_id",
        "recycle_warned",
        "type",
        "user_id",
        "won_status",
    ),
    "sale.order": ("opportunity_id", "state"),
    "res.users": ("active",),
}


class Due(NamedTuple):
    """When a lead goes back, and by which rule."""

    date: object
    rule: object


class C360Pool(models.Model):
    """Deadlines: which rule sends a held lead back to the pool, and when.

    The date stands on the lead, so that the cron finds what is due by an index. It is
    set by whatever changes it; what the cron finds due is reckoned once more.
    """

    _inherit = "c360.pool"

    # ------------------------------------------------------------
    # At a claim
    # ------------------------------------------------------------

    @api.model
    def _get_first_deadlines(self, rows, now):
        """Return the deadlines of leads somebody gets this moment.

        No query when warm, unless a rule asks for more of a lead than the row tells.

        :param list rows: of ``_lock_leads``; ``user_id`` tells the new owner where it
            is not the current user
        :param datetime now: when they get them
        :return: ``[(deadline or None, rule id or None)]``, in the order of the rows
        """
        rules = self.env["c360.pool.rule"]._get_table()
        if not rules or not rows:
            return [(None, None)] * len(rows)
        leads = [self._get_first_facts(row, now) for row in rows]
        pools = {lead.pool_id for lead in leads}
        mine = [rule for rule in rules if rule.pool_id is None or rule.pool_id in pools]
        needed = {"grade" for rule in mine if rule.grade}
        needed |= {"priority" for rule in mine if rule.level}
        if not needed <= rows[0].keys():
            leads = self._add_row_facts(leads)
        facts = {lead.id: lead for lead in leads}
        self._extend_facts(facts)
        leads = [facts[lead.id] for lead in leads]
        matches = self._get_slow_matches([lead.id for lead in leads], mine)
        result = []
        for lead in leads:
            dues = self._get_dues(lead, mine, matches)
            result.append((dues[0].date, dues[0].rule.id) if dues else (None, None))
        return result

    @api.model
    def _get_first_facts(self, row, now):
        return LeadFacts(
            id=row["id"],
            pool_id=row["pool_id"],
            user_id=row.get("user_id") or self.env.uid,
            company_id=row["company_id"],
            type=row["type"],
            held_since=now,
            priority=row.get("priority") or "0",
            grade=row.get("grade") or "",
        )

    @api.model
    def _add_row_facts(self, leads):
        # a member may not see the leads he is about to get
        records_sudo = self.env["crm.lead"].sudo().browse(lead.id for lead in leads)
        records = {record.id: record for record in records_sudo}
        return [
            lead._replace(
                priority=records[lead.id].priority,
                grade=records[lead.id]["grade"] or ""
                if "grade" in records_sudo._fields
                else "",
            )
            for lead in leads
        ]

    # ------------------------------------------------------------
    # Afterwards
    # ------------------------------------------------------------

    @api.model
    def _set_deadlines(self, leads):
        """Reckon the deadlines of leads and write those that changed.

        Leads nobody holds, or that are closed, lose theirs. A fixed number of
        statements for any number of leads; the leads' own write date stays.
        """
        if not leads:
            return
        held = self._get_facts(leads.ids)
        rules = self.env["c360.pool.rule"]._get_table()
        matches = self._get_slow_matches(list(held), rules)
        rows = []
        for lead_id in leads.ids:
            lead = held.get(lead_id)
            dues = self._get_dues(lead, rules, matches) if lead else []
            if not dues:
                rows.append((lead_id, None, None, None))
            elif not self._is_postponed(lead, dues[0]):
                rows.append((lead_id, dues[0].date, dues[0].rule.id, None))
        self._write_deadlines(rows)

    @api.model
    def _is_postponed(self, lead, due):
        """Tell whether a lead whose time is up was given some more.

        Because a paper keeps it, or nobody was told in time. That stays: whoever
        touches the lead in another way wins no time.
        """
        return (
            due.date <= fields.Datetime.now()
            and lead.recycle_rule_id == due.rule.id
            and lead.recycle_date is not None
            and lead.recycle_date > due.date
        )

    @api.model
    def _write_deadlines(self, rows, keep_warned=False):
        """Write ``(lead id, deadline, rule id, who was told)`` where it changed.

        :param bool keep_warned: the same deadline, only later: who was told stays
        """
        if not rows:
            return
        ids, dates, rules, warned = zip(*rows, strict=True)
        # Plain SQL: one statement for any number, and nobody's form has to be told
        # that the record changed under it.
        self.env.execute_query(
            SQL(
                """
                UPDATE crm_lead AS lead
                   SET recycle_date = row.date,
                       recycle_rule_id = row.rule,
                       recycle_warned = row.warned
                  FROM unnest(%(ids)s::int[], %(dates)s::timestamp[],
                              %(rules)s::int[], %(warned)s::varchar[])
                       AS row (id, date, rule, warned)
                 WHERE lead.id = row.id
                   AND (lead.recycle_date IS DISTINCT FROM row.date
                        OR lead.recycle_rule_id IS DISTINCT FROM row.rule
                        OR (%(keep)s
                            AND lead.recycle_warned IS DISTINCT FROM row.warned))
             RETURNING lead.id
                """,
                ids=list(ids),
                dates=list(dates),
                rules=list(rules),
                warned=list(warned),
                keep=keep_warned,
            )
        )
        self.env["crm.lead"].browse(ids).invalidate_recordset(
            ["recycle_date", "recycle_rule_id", "recycle_warned"], flush=False
        )

    @api.model
    def _get_dues(self, lead, rules, slow_matches):
        """Return what becomes due for a lead: one date each kind of rule, in order."""
        dues = []
        for rule in choose(rules, lead, slow_matches):
            if rule.kind == "owner_absent":
                date = self._get_absence(lead, rule.days)
            else:
                anchor = get_anchor(rule.kind, lead)
                date = anchor and self._add_days(lead, anchor, rule.days)
            if date:
                dues.append(Due(date, rule))
        return sorted(dues, key=lambda due: due.date)

    @api.model
    def _get_facts(self, lead_ids):
        """Return ``{lead id: LeadFacts}`` of those that are open and held.

        Plain SQL: rules hold whoever changes the lead, and whatever of it he may see.
        """
        for model, names in FACT_FIELDS.items():
            self.env[model].flush_model(names)
        if "grade" in self.env["crm.lead"]._fields:
            self.env["crm.lead"].flush_model(["grade"])
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT lead.id, lead.pool_id, lead.user_id, lead.company_id, lead.type,
                       COALESCE(lead.pool_date, lead.create_date) AS held_since,
                       COALESCE(lead.priority, '0') AS priority,
                       COALESCE(%(grade)s, '') AS grade,
                       lead.last_followup_date AS followup_date,
                       lead.date_last_stage_update AS stage_date,
                       EXISTS (
                           SELECT
                             FROM sale_order AS sale
                            WHERE sale.opportunity_id = lead.id AND sale.state = 'sale'
                       ) AS has_order,
                       CASE WHEN NOT owner.active THEN owner.write_date END
                           AS left_date,
                       lead.recycle_date, lead.recycle_rule_id, lead.recycle_warned
                  FROM crm_lead AS lead
                  JOIN res_users AS owner ON owner.id = lead.user_id
                 WHERE lead.id = ANY(%(ids)s)
                   AND lead.pool_state = 'held'
                   AND lead.active
                   AND lead.won_status = 'pending'
                """,
                ids=list(lead_ids),
                grade=self._get_grade_sql(),
            )
        )
        facts = {row["id"]: LeadFacts(**row) for row in rows}
        self._extend_facts(facts)
        return facts

    @api.model
    def _extend_facts(self, facts):
        """Let bridges replace rows of ``{lead id: LeadFacts}``; they know more.

        Part of the claim: without a rule that asks for it, it must not cost a query.
        """

    @api.model
    def _get_slow_matches(self, lead_ids, rules):
        """Return ``{rule id: lead ids}`` that fit its filter and product lines.

        One search for each rule that has them, for any number of leads.
        """
        matches = {}
        if not lead_ids:
            return matches
        # rules ask for more than the current user may see
        leads_sudo = self.env["crm.lead"].sudo().with_context(active_test=False)
        for rule in rules:
            if not rule.is_slow:
                continue
            try:
                domain = Domain(literal_eval(rule.domain))
                if rule.category_ids:
                    domain &= self._get_category_domain(list(rule.category_ids))
                found = leads_sudo.search(domain & Domain("id", "in", list(lead_ids)))
            except RULE_ERRORS:
                # Checked when it was written; a field of it may be gone since. One
                # broken rule must not keep the others from their work.
                _logger.warning("Recycling rule %s skipped: its filter fails", rule.id)
                continue
            matches[rule.id] = set(found.ids)
        return matches

    @api.model
    def _get_category_domain(self, category_ids):
        """Return leads that ask for these products, or were quoted or sold them."""
        return (
            Domain("interest_category_ids", "in", category_ids)
            | Domain("interest_product_ids.categ_id", "in", category_ids)
            | Domain(
                "order_ids",
                "any",
                [
                    ("state", "!=", "cancel"),
                    ("order_line.product_id.categ_id", "in", category_ids),
                ],
            )
        )

    # ------------------------------------------------------------
    # Facts come in
    # ------------------------------------------------------------

    @api.model
    def _note_followups(self, followups):
        """Let leads know that somebody turned to the customer, or he to us.

        :param list followups: ``(lead id or None, partner id or None, user id or None,
            moment)``; a partner's contact counts for the leads the user holds of him,
            without a user for all that are held
        """
        if not followups or not self._is_enabled():
            return
        columns = list(zip(*followups, strict=True))
        self.env["crm.lead"].flush_model(
            ["last_followup_date", "partner_id", "pool_state", "user_id"]
        )
        query = """
            SELECT lead.id, LEAST(MAX(fact.date), %(now)s) AS date
              FROM unnest(%(leads)s::int[], %(partners)s::int[], %(users)s::int[],
                          %(dates)s::timestamp[]) AS fact (lead, partner, owner, date)
              JOIN crm_lead AS lead ON {condition}
             WHERE lead.pool_state = 'held'
          GROUP BY lead.id
        """
        values = {
            "now": fields.Datetime.now(),
            "leads": list(columns[0]),
            "partners": list(columns[1]),
            "users": list(columns[2]),
            "dates": list(columns[3]),
        }
        # two joins, each on an index of its own
        by_lead = SQL(query.format(condition="lead.id = fact.lead"), **values)
        by_partner = SQL(
            query.format(
                condition="""lead.partner_id = fact.partner AND fact.lead IS NULL
                   AND (fact.owner IS NULL OR fact.owner = lead.user_id)"""
            ),
            **values,
        )
        found = defaultdict(lambda: None)
        for part, column in ((by_lead, columns[0]), (by_partner, columns[1])):
            if any(column):
                found.update(self.env.execute_query(part))
        self._write_followups(found)

    @api.model
    def _write_followups(self, dates):
        """Move the last follow-up of leads forward: ``{lead id: moment}``."""
        if not dates:
            return
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE crm_lead AS lead
                   SET last_followup_date = row.date
                  FROM unnest(%(ids)s::int[], %(dates)s::timestamp[]) AS row (id, date)
                 WHERE lead.id = row.id
                   AND (lead.last_followup_date IS NULL
                        OR lead.last_followup_date < row.date)
             RETURNING lead.id
                """,
                ids=list(dates),
                dates=list(dates.values()),
            )
        )
        leads = self.env["crm.lead"].browse(row[0] for row in rows)
        leads.invalidate_recordset(["last_followup_date"], flush=False)
        if self.env["c360.pool.rule"]._get_table():
            self._set_deadlines(leads)
