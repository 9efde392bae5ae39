from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.customer_handover import Bundle, share

# The rule that asks who knows a customer, or a region
KNOWS = ("region", "relation")


class C360CustomerHandover(models.Model):
    """What there is to hand over, and who is to get it.

    All in sudo and in SQL: the proposal is about everything a colleague has, and it is
    made again whenever somebody changes his mind.
    """

    _inherit = "c360.customer.handover"

    # ------------------------------------------------------------
    # What there is
    # ------------------------------------------------------------

    def _prepare_items(self):
        """Find the records anew; choices by kind survive, choices by record as well."""
        self.ensure_one()
        # who may hand over was checked
        handover_sudo = self.sudo()
        chosen = handover_sudo._get_chosen()
        handover_sudo._delete_rows(self.env["c360.customer.handover.item"])
        lines = {line.source: line for line in handover_sudo.line_ids}
        for source in self.env["c360.customer.handover.source"]._get_sources():
            line = lines.pop(source._source_key, None)
            if not line:
                line = handover_sudo.line_ids.create(
                    {
                        "handover_id": self.id,
                        "source": source._source_key,
                        "sequence": source._source_sequence,
                    }
                )
            if handover_sudo._insert_items(source, line):
                source._complete_items(line)
                handover_sudo._drop_others(line)
        for line in lines.values():
            line.unlink()
        handover_sudo._restore_chosen(chosen)
        handover_sudo.state = "preview"
        self.env.invalidate_all()

    def _delete_rows(self, model):
        """Delete the rows of this handover: there may be twenty thousand."""
        self.env.flush_all()
        # Plain SQL: nothing hangs on them, and the ORM would log each.
        self.env.execute_query(
            SQL(
                "DELETE FROM %s WHERE handover_id = %s RETURNING id",
                SQL.identifier(model._table),
                self.id,
            )
        )
        self.env.invalidate_all()

    def _insert_items(self, source, line):
        """Insert an item for every open record of a kind; return how many."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO c360_customer_handover_item
                       (handover_id, line_id, res_model, res_id, partner_id, team_id,
                        from_user_id, state, create_uid, create_date, write_uid,
                        write_date)
                SELECT %(handover)s, %(line)s, %(model)s, found.res_id,
                       customer.commercial_partner_id, found.team_id, found.user_id,
                       'todo', %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM (%(found)s) AS found
             LEFT JOIN res_partner AS customer ON customer.id = found.partner_id
                 WHERE found.user_id = ANY(%(users)s)
              ORDER BY found.res_id
             RETURNING id
                """,
                handover=self.id,
                line=line.id,
                model=source._source_model,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                found=source._select_items(self.user_ids.ids, self.company_id),
                users=self.user_ids.ids,
            )
        )
        return len(rows)

    def _drop_others(self, line):
        """Keep only what belongs to the customers that were chosen, if any were."""
        customers = self.partner_ids.commercial_partner_id
        if customers:
            self.env.execute_query(
                SQL(
                    """
                    DELETE FROM c360_customer_handover_item
                     WHERE line_id = %s
                       AND (partner_id IS NULL OR partner_id <> ALL(%s))
                 RETURNING id
                    """,
                    line.id,
                    customers.ids,
                )
            )

    def _get_chosen(self):
        """Return ``[(model, id, user id)]`` of what was chosen record by record."""
        items = self._search_by_hand()
        return [(item.res_model, item.res_id, item.user_id.id) for item in items]

    def _restore_chosen(self, chosen):
        if not chosen:
            return
        models_, ids, users = zip(*chosen, strict=True)
        self.env.execute_query(
            SQL(
                """
                UPDATE c360_customer_handover_item AS item
                   SET user_id = choice.user_id, by_hand = TRUE
                  FROM unnest(%s::varchar[], %s::int[], %s::int[])
                       AS choice(res_model, res_id, user_id)
                 WHERE item.handover_id = %s
                   AND item.res_model = choice.res_model
                   AND item.res_id = choice.res_id
             RETURNING item.id
                """,
                list(models_),
                list(ids),
                list(users),
                self.id,
            )
        )

    # ------------------------------------------------------------
    # Who gets it
    # ------------------------------------------------------------

    def _propose(self):
        """Propose a successor for every record that was not decided by hand."""
        for handover in self:
            # who may hand over was checked
            handover_sudo = handover.sudo()
            self.env.flush_all()
            users = handover_sudo._get_candidates()
            loads = handover_sudo._get_loads(users | handover_sudo._get_named())
            rows = handover_sudo._get_bundles()
            knowers = handover_sudo._get_knowers(rows, users)
            bundles = [
                Bundle(row["size"], row["team_id"], knowers.get(row["region"], {}))
                for row in rows
            ]
            rule = handover_sudo.allocation
            successors = share(
                bundles,
                users.ids,
                "knows" if rule in KNOWS else rule,
                loads,
                handover_sudo._get_team_members() if rule == "team" else {},
                handover_sudo.fallback_id.id or None,
            )
            handover_sudo._write_proposal(rows, successors)
            handover_sudo._set_shares(loads)
            self.env.invalidate_all()

    def _get_candidates(self):
        """Return the users the rule chooses from, the less suited left out."""
        candidates = self.successor_ids or (
            self.team_ids.with_context(active_test=True).member_ids - self.user_ids
        )
        return candidates.filtered(lambda user: not self._get_problem(user)).sorted()

    def _get_named(self):
        """Return the users who were named by hand."""
        return self.fallback_id | self.line_ids.user_id | self._search_by_hand().user_id

    def _search_by_hand(self):
        """Return the records somebody decided one by one."""
        return self.item_ids.search(
            [("handover_id", "=", self.id), ("by_hand", "=", True)]
        )

    def _get_loads(self, users):
        """Return ``{user id: open records}``, one query per kind of work."""
        loads = dict.fromkeys(users.ids, 0)
        for source in self.env["c360.customer.handover.source"]._get_sources():
            if source._source_is_load and users:
                for user_id, count in source._count(users.ids, self.company_id).items():
                    loads[user_id] += count
        return loads

    def _get_bundles(self):
        """Return a dict per bundle: the records of one customer, or a single record.

        ``region`` is what ``_get_knowers`` knows about: the place of the customer, or
        the customer himself.
        """
        region = SQL("partner.id::text")
        if self.allocation == "region":
            region = SQL("COALESCE('s' || partner.state_id, 'c' || partner.country_id)")
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT item.partner_id,
                       CASE WHEN item.partner_id IS NULL THEN item.id END AS item_id,
                       COUNT(*) AS size,
                       MODE() WITHIN GROUP (ORDER BY item.team_id) AS team_id,
                       MIN(%(region)s) AS region
                  FROM c360_customer_handover_item AS item
                  JOIN c360_customer_handover_line AS line ON line.id = item.line_id
             LEFT JOIN res_partner AS partner ON partner.id = item.partner_id
                 WHERE item.handover_id = %(handover)s
                   AND item.by_hand IS NOT TRUE
                   AND line.is_included
                   AND line.user_id IS NULL
                   AND line.source = ANY(%(sources)s)
              GROUP BY 1, 2
              ORDER BY 1, 2
                """,
                region=region,
                handover=self.id,
                sources=self._get_giving_keys(),
            )
        )

    def _get_giving_keys(self):
        """Return the kinds that need a successor."""
        return [
            source._source_key
            for source in self.env["c360.customer.handover.source"]._get_sources()
            if source._source_has_successor
        ]

    def _get_knowers(self, rows, users):
        """Return ``{region or customer: {user id: how well}}``."""
        if not users or self.allocation not in KNOWS:
            return {}
        if self.allocation == "region":
            found = self.env.execute_query(
                SQL(
                    """
                    SELECT COALESCE('s' || state_id, 'c' || country_id), user_id,
                           COUNT(*)
                      FROM res_partner
                     WHERE user_id = ANY(%s)
                       AND active
                       AND commercial_partner_id = id
                  GROUP BY 1, 2
                    """,
                    users.ids,
                )
            )
        else:
            partner_ids = [row["partner_id"] for row in rows if row["partner_id"]]
            found = []
            for source in self.env["c360.customer.handover.source"]._get_sources():
                ties = source._count_ties(partner_ids, users.ids) if partner_ids else {}
                found += [
                    (str(partner_id), user_id, count)
                    for (partner_id, user_id), count in ties.items()
                ]
        knowers = {}
        for region, user_id, count in found:
            some = knowers.setdefault(region, {})
            some[user_id] = some.get(user_id, 0) + count
        return {region: some for region, some in knowers.items() if region}

    def _get_team_members(self):
        """Return ``{team id: ids of its active members}``."""
        groups = self.env["crm.team.member"]._read_group(
            Domain.TRUE, ["crm_team_id"], ["user_id:array_agg"]
        )
        return {team.id: user_ids for team, user_ids in groups}

    def _write_proposal(self, rows, successors):
        """Store who gets what; records decided by hand stay as they are."""
        self.env.execute_query(
            SQL(
                """
                WITH proposal AS (
                    SELECT * FROM unnest(%(partners)s::int[], %(items)s::int[],
                                         %(users)s::int[])
                           AS row(partner_id, item_id, user_id)
                ), target AS (
                    SELECT item.id,
                           CASE WHEN NOT line.is_included
                                  OR line.source <> ALL(%(sources)s) THEN NULL
                                WHEN line.user_id IS NOT NULL THEN line.user_id
                                ELSE COALESCE(whole.user_id, single.user_id)
                            END AS user_id
                      FROM c360_customer_handover_item AS item
                      JOIN c360_customer_handover_line AS line ON line.id = item.line_id
                 LEFT JOIN proposal AS whole ON whole.partner_id = item.partner_id
                 LEFT JOIN proposal AS single ON single.item_id = item.id
                     WHERE item.handover_id = %(handover)s
                       AND item.by_hand IS NOT TRUE
                )
                UPDATE c360_customer_handover_item AS item
                   SET user_id = target.user_id
                  FROM target
                 WHERE item.id = target.id
                   AND item.user_id IS DISTINCT FROM target.user_id
             RETURNING item.id
                """,
                partners=[row["partner_id"] for row in rows],
                items=[row["item_id"] for row in rows],
                users=successors,
                sources=self._get_giving_keys(),
                handover=self.id,
            )
        )

    def _set_shares(self, loads):
        """Store what each successor gets, and how much he has then."""
        keys = [
            source._source_key
            for source in self.env["c360.customer.handover.source"]._get_sources()
            if source._source_is_load
        ]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT item.user_id, COUNT(*), COUNT(DISTINCT item.partner_id),
                       COUNT(*) FILTER (WHERE line.source = ANY(%s))
                  FROM c360_customer_handover_item AS item
                  JOIN c360_customer_handover_line AS line ON line.id = item.line_id
                 WHERE item.handover_id = %s
                   AND item.user_id IS NOT NULL
                   AND line.is_included
              GROUP BY 1
                """,
                keys,
                self.id,
            )
        )
        self._delete_rows(self.env["c360.customer.handover.share"])
        self.env["c360.customer.handover.share"].create(
            [
                {
                    "handover_id": self.id,
                    "user_id": user_id,
                    "count": count,
                    "customer_count": customers,
                    "load_before": loads.get(user_id, 0),
                    "load_after": loads.get(user_id, 0) + load,
                }
                for user_id, count, customers, load in rows
            ]
        )

    # ------------------------------------------------------------
    # What stands against a successor
    # ------------------------------------------------------------

    def _get_problem(self, user):
        """Return why this user cannot be a successor, in words, or False."""
        self.ensure_one()
        names = {"name": user.name, "company": self.company_id.name}
        if not user.active:
            return self.env._("%(name)s is archived.", **names)
        if user.share:
            return self.env._("%(name)s is no colleague.", **names)
        if user in self.user_ids:
            return self.env._("%(name)s hands over himself.", **names)
        if self.company_id not in user.company_ids:
            return self.env._("%(name)s does not work for %(company)s.", **names)
        return False

    def _get_given_keys(self, user):
        """Return the keys of the kinds this user gets something of."""
        lines = self.item_ids._read_group(
            [("handover_id", "=", self.id), ("user_id", "=", user.id)], ["line_id"]
        )
        return {line.source for (line,) in lines}
