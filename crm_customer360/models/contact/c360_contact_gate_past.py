import math
from collections import Counter, defaultdict
from operator import attrgetter

from odoo import api, models
from odoo.tools import SQL

from ...tools.contact_limit import PastContact, Stop
from .c360_contact_gate import int_array, text_array
from .c360_contact_touch import COUNTING_STATES

# So few requests are counted contact by contact at once.
FEW = 50
REACHED_STATES = (*COUNTING_STATES, "deferred")


class C360ContactGate(models.AbstractModel):
    """What the gate reads of the past.

    Who is near a limit, what uses it up, and whom a campaign has reached.
    """

    _inherit = "c360.contact.gate"

    @api.model
    def _get_near(self, requests, limits, rules, at, alone):
        """Return the requests that a limit may hold back, or that compete.

        Most people of a big batch are far from every limit: one query names the
        others, and only they are counted contact by contact. It may name too many,
        never too few.
        """
        if len(requests) <= FEW:
            return requests
        customer_ids, addresses = set(), set()
        if not alone:
            # who is asked for more than once, competes with himself
            for name, several in (
                ("customer_id", customer_ids),
                ("address", addresses),
            ):
                counts = Counter(map(attrgetter(name), requests))
                several.update(value for value, count in counts.items() if count > 1)
        capped = [request for request in requests if rules[request.purpose].is_capped]
        # of "never", and of what few people wished for, those concerned are near
        certain = [limit for limit in limits if not (limit.limit and limit.policy_id)]
        others = [limit for limit in limits if limit.limit and limit.policy_id]
        if capped and others:
            self._find_near(capped, others, rules, at, customer_ids, addresses)
        customer_ids -= {None}
        addresses -= {None}
        return [
            request
            for request in requests
            if request.customer_id in customer_ids
            or request.address in addresses
            or (certain and any(limit.concerns(request) for limit in certain))
        ]

    @api.model
    def _find_near(self, requests, limits, rules, at, customer_ids, addresses):
        """Add customers and addresses with so many contacts that one may be too many.

        :param set customer_ids: grows
        :param set addresses: grows
        """
        customer_of, address_of = map(attrgetter, ("customer_id", "address"))
        asked_ids = list(map(customer_of, requests))
        counted = [code for code, rule in rules.items() if rule.is_counted]
        full = SQL(" OR ").join(
            SQL(
                "COUNT(*) FILTER (WHERE touch.date > %s AND touch.purpose = ANY(%s)"
                " AND %s) >= %s",
                limit.period.before(at),
                list(limit.codes) or counted,
                SQL("touch.channel = %s", limit.channel)
                if limit.channel
                else SQL("TRUE"),
                limit.limit,
            )
            for limit in limits
        )
        self.env["c360.contact.touch"].flush_model()
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        since = min(limit.period.before(at) for limit in limits)
        # The asked are a table: of a list of thousands, the planner weighs each.
        for customer_id, address in self.env.execute_query(
            SQL(
                """
                WITH asked (customer_id, address) AS MATERIALIZED (
                    SELECT * FROM unnest(%(customer_ids)s, %(addresses)s)
                ), customer (id) AS MATERIALIZED (
                    SELECT unnest(%(each_customer_id)s)
                )
                  SELECT person.commercial_partner_id, NULL
                    FROM customer
                    JOIN res_partner AS person
                      ON person.commercial_partner_id = customer.id
                    JOIN c360_contact_touch AS touch ON touch.partner_id = person.id
                   WHERE %(counting)s
                GROUP BY person.commercial_partner_id
                  HAVING %(full)s
               UNION ALL
                  SELECT touch.customer_id, NULL
                    FROM c360_contact_touch AS touch
                   WHERE touch.partner_id IS NULL
                     AND touch.customer_id IN (SELECT id FROM customer)
                     AND %(counting)s
               UNION ALL
                  SELECT NULL, touch.address
                    FROM asked
                    JOIN c360_contact_touch AS touch ON touch.address = asked.address
               LEFT JOIN res_partner AS person ON person.id = touch.partner_id
                   WHERE (person.commercial_partner_id IS DISTINCT
                             FROM asked.customer_id
                          OR asked.customer_id IS NULL)
                     AND %(counting)s
               UNION ALL
                  SELECT touch.customer_id, touch.address
                    FROM c360_contact_touch AS touch
                   WHERE touch.state = 'deferred' AND touch.scheduled_date <= %(at)s
                """,
                full=full,
                counting=self._get_counting_condition(since),
                at=at,
                customer_ids=int_array(asked_ids),
                addresses=text_array(map(address_of, requests)),
                each_customer_id=int_array(set(asked_ids) - {None}),
            )
        ):
            customer_ids.add(customer_id)
            addresses.add(address)

    @api.model
    def _get_counting_condition(self, since):
        return SQL(
            "touch.direction = 'out' AND touch.state IN %s AND touch.date > %s",
            COUNTING_STATES,
            since,
        )

    @api.model
    def _read_contacts(self, book, requests, since, at):
        """Read what takes places of these requests into the book, in one query."""
        touches = self.env["c360.contact.touch"]
        touches.flush_model()
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        columns = SQL(
            """
            touch.id, touch.company_id, touch.partner_id, touch.channel, touch.purpose,
            touch.date, touch.address, touch.state,
            touch.state = 'reserved' AND touch.is_leaving IS NOT TRUE
            """
        )
        counting = self._get_counting_condition(since)
        waiting = SQL("touch.state = 'deferred' AND touch.scheduled_date <= %s", at)
        # A contact counts for the customer its person belongs to today: moved and
        # merged people take their history along.
        rows = self.env.execute_query(
            SQL(
                """
                SELECT 'customer', person.commercial_partner_id, %(columns)s
                  FROM res_partner AS person
                  JOIN c360_contact_touch AS touch ON touch.partner_id = person.id
                 WHERE person.commercial_partner_id = ANY(%(customer_ids)s)
                   AND %(counting)s
             UNION ALL
                SELECT 'customer', touch.customer_id, %(columns)s
                  FROM c360_contact_touch AS touch
                 WHERE touch.partner_id IS NULL
                   AND touch.customer_id = ANY(%(customer_ids)s)
                   AND %(counting)s
             UNION ALL
                SELECT 'address', person.commercial_partner_id, %(columns)s
                  FROM c360_contact_touch AS touch
             LEFT JOIN res_partner AS person ON person.id = touch.partner_id
                 WHERE touch.address = ANY(%(addresses)s)
                   AND %(counting)s
             UNION ALL
                SELECT 'customer', touch.customer_id, %(columns)s
                  FROM c360_contact_touch AS touch
                 WHERE touch.customer_id = ANY(%(customer_ids)s)
                   AND %(waiting)s
             UNION ALL
                SELECT 'address', touch.customer_id, %(columns)s
                  FROM c360_contact_touch AS touch
                 WHERE touch.address = ANY(%(addresses)s)
                   AND %(waiting)s
                """,
                columns=columns,
                counting=counting,
                waiting=waiting,
                customer_ids=int_array({r.customer_id for r in requests} - {None}),
                addresses=text_array({r.address for r in requests} - {None}),
            )
        )
        for found_by, customer_id, touch_id, company_id, *contact in rows:
            partner_id, channel, purpose, date, address, state, can_yield = contact
            book.put(
                found_by,
                company_id,
                PastContact(
                    partner_id,
                    channel,
                    purpose,
                    at if state == "deferred" else date,
                    address,
                    customer_id,
                    touch_id,
                    state == "deferred",
                    can_yield,
                ),
            )

    @api.model
    def _add_campaigns(self, barriers, requests):
        """A campaign reaches a person and an address only once."""
        asking = [request for request in requests if request.campaign_key]
        if not asking:
            return
        self.env["c360.contact.touch"].flush_model()
        reached = defaultdict(dict)
        columns = SQL("t.id, t.state, t.campaign_key, t.company_id")
        wanted = SQL("t.campaign_key = ANY(%s)", list({r.campaign_key for r in asking}))
        for touch_id, state, key, company_id, who in self.env.execute_query(
            SQL(
                """
                SELECT %(columns)s, t.partner_id::text
                  FROM c360_contact_touch AS t
                 WHERE %(wanted)s AND t.partner_id IN (SELECT unnest(%(partner_ids)s))
                   AND t.state IN %(states)s
             UNION ALL
                SELECT %(columns)s, t.address
                  FROM c360_contact_touch AS t
                 WHERE %(wanted)s AND t.address IN (SELECT unnest(%(addresses)s))
                   AND t.state IN %(states)s
                """,
                columns=columns,
                wanted=wanted,
                partner_ids=int_array({r.partner_id for r in asking} - {None}),
                addresses=text_array({r.address for r in asking} - {None}),
                states=REACHED_STATES,
            )
        ):
            reached[key, company_id, who][touch_id] = state
        if not reached:
            return
        barrier = self._get_reached_barrier()
        for request in asking:
            if any(
                # of two that wait, the older one goes
                touch_id != request.touch_id
                and (state != "deferred" or touch_id < (request.touch_id or math.inf))
                for key, company_id, who in request.campaign_places
                for touch_id, state in reached.get(
                    (key, company_id, str(who)), {}
                ).items()
            ):
                barriers[request].append(barrier)

    @api.model
    def _get_reached_barrier(self):
        return Stop(self.env._("This campaign has reached him already."))
