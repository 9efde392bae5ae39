"""The pools: terms, rules and offers, and what runs by itself at night."""

from odoo.fields import Command

from .chapter import Chapter
from .nights import NIGHT

# Days before the installation on which the manager decides: whom the house looks for,
# what the pools allow and when leads go back, which customers wait, what is offered.
PROFILES, RULES, CUSTOMERS, OFFERS = 173, 45, 30, 10
# Days on which customers lose their salesperson, one is taken, offers are answered.
LEFT, TAKEN, ANSWERED = 20, 9, 8
# Slots of the day.
DECIDE, ALLOCATE, ANSWER = 1, 3, 6
# Before the nights of the other rooms; every night while leads have deadlines.
EARLIER = NIGHT - 1
LANGUISHING = ("ostwind", "panorama", "taro", "lisboa", "marais")
OWNERS = "owner|director|founder|店主|店长|店長|老板|负责人|負責人|创始人|東主|东主"
BUYERS = "purchas|procure|buyer|采购|採購"
TERMS = {
    "claim_limit_day": 10,
    "hold_limit": 25,
    "reveal_limit_day": 5,
    "protect_limit": 2,
    "protect_days": 14,
    "cooldown_days": 30,
}
OFFERED = {
    "name": "Hotel groups",
    "sequence": 5,
    "lead_domain": "[('name', 'ilike', 'hotels')]",
    "allocation": "offer",
    # three days of work
    "offer_minutes": 1440,
    "offer_max": 2,
    "hold_limit": 10,
    "protect_limit": 1,
}


def any_of(field, words):
    """Return a domain: the field contains one of the words.

    >>> any_of("name", "a|b")
    "['|', ('name', 'ilike', 'a'), ('name', 'ilike', 'b')]"
    """
    terms = [(field, "ilike", word) for word in words.split("|")]
    return repr(["|"] * (len(terms) - 1) + terms)


class Pools(Chapter):
    """What the manager decides, and what follows from it every night."""

    def open(self):
        self.decided = False
        for days, slot, action in (
            (PROFILES, DECIDE, self.draw_profiles),
            (RULES, DECIDE, self.set_rules),
            (CUSTOMERS, DECIDE, self.take_customers),
            (LEFT, DECIDE, self.lose_salesperson),
            (OFFERS, DECIDE, self.open_offers),
            (TAKEN, ANSWER, self.claim_customer),
            (ANSWERED, ANSWER, self.answer_offers),
        ):
            self.book.plan(self.clock.moment(days, slot), action, days)
        nights = {self.clock.moment(ago, EARLIER) for ago in range(1, RULES + 20)}
        for moment in sorted(nights):
            self.book.plan(moment, self.night, moment)
        for days in range(1, OFFERS):
            self.book.plan(self.clock.moment(days, ALLOCATE), self.allocate, days)

    def _pool(self, name, login="mia"):
        pool = self.env.ref(f"crm_customer360.c360_pool_{name}")
        return pool.with_env(self.book.by(login))

    # --------------------------------------------------------------- the manager

    def draw_profiles(self, _days):
        """Two kinds of customers the house looks for, instead of the example."""
        mia = self.book.by("mia")
        self.env.ref("crm_customer360.c360_lead_profile_business").active = False
        conditions = (
            ("Names the company", "[('partner_name', '!=', False)]"),
            ("Gives a phone number", "[('phone', '!=', False)]"),
            (
                "Says what it is interested in",
                "[('interest_category_ids', '!=', False)]",
            ),
            ("Decides himself", any_of("function", OWNERS)),
            ("Met at a fair, or sent by a customer", self._get_met_domain()),
            ("Buys for others as his job", any_of("function", BUYERS)),
            ("Looks for second-hand machines", any_of("name", "second|cheap")),
        )

        def weigh(*weights):
            return [
                Command.create({"name": name, "lead_domain": domain, "weight": weight})
                for (name, domain), weight in zip(conditions, weights, strict=True)
                if weight
            ]

        mia["c360.lead.profile"].create(
            [
                {
                    "name": "Runs his own bar, shop or roastery",
                    "description": "Decides alone, buys machine and beans from one "
                    "house, and comes back for spare parts.",
                    "buyer_kind": "direct",
                    "condition_ids": weigh(20, 15, 20, 25, 15, 0, -40),
                    "key_points": 75,
                    "normal_points": 40,
                },
                {
                    "name": "Head office or agent that buys for many houses",
                    "description": "Few decisions, large quantities: wants one price "
                    "for all, delivery by house and one invoice.",
                    "buyer_kind": "indirect",
                    "buyer_role_ids": [
                        Command.set(
                            [
                                self.env.ref(
                                    f"crm_customer360.c360_lead_buyer_role_{role}"
                                ).id
                                for role in ("agent", "head_office")
                            ]
                        )
                    ],
                    "condition_ids": weigh(20, 10, 20, 0, 15, 35, 0),
                    "key_points": 90,
                    "normal_points": 50,
                },
            ]
        )

    def _get_met_domain(self):
        return any_of("source_id.name", "fair|show|referral")

    def set_rules(self, _days):
        """What a member may hold, and when leads go back; from now on for all."""
        self.decided = True
        users = self.book.users
        for name, manager in (("key", "mia"), ("general", "nina")):
            pool = self._pool(name)
            pool.write(
                {
                    **TERMS,
                    "manager_ids": [Command.set([users[manager]])],
                    "member_ids": [Command.create({"user_id": users["kit"]})],
                }
            )
        self._pool("key").write(
            {
                "claim_limit_day": 5,
                "hold_limit": 12,
                "limit_ids": [
                    Command.create({"grade": "key", "claim_limit_day": 3}),
                ],
            }
        )
        for name in ("key", "general", "left"):
            rule = self.env.ref(f"crm_customer360.c360_pool_rule_{name}")
            rule = rule.with_env(self.book.by("mia"))
            rule.active = True
            if name != "left":
                rule.write({"days": 5, "warn_days": 2, "manager_warn_days": 1})

    def take_customers(self, _days):
        """Customers without a salesperson wait in the general pool."""
        self._pool("general").write(
            {
                "takes_customers": True,
                "customer_domain": "[('customer_rank', '>', 0)]",
                "customer_hold_limit": 10,
                "customer_days": 60,
            }
        )

    def lose_salesperson(self, _days):
        """Whom nobody has looked after for long, somebody else may have."""
        partners = self.env["res.partner"].union(
            *(self.book.customers[key].partner for key in LANGUISHING)
        )
        partners.with_env(self.book.by("mia", tracked=True)).user_id = False

    def claim_customer(self, _days):
        """Kit takes one of them."""
        customers = self.book.by("kit")["c360.pool.customer"]
        waiting = customers.search([("state", "=", "pooled")], limit=1)
        self._expect(customers.claim(waiting.ids))

    def _expect(self, answer):
        if answer["refused"]:
            raise ValueError(answer["refused"])

    # -------------------------------------------------------------------- offers

    def open_offers(self, _days):
        """Enquiries of hotel groups are offered in turn."""
        users = self.book.users
        self.offered = self.book.by("mia")["c360.pool"].create(
            {
                **OFFERED,
                "manager_ids": [Command.set([users["mia"]])],
                "member_ids": [
                    Command.create({"user_id": users[login]})
                    for login in ("sam", "nina")
                ],
            }
        )

    def allocate(self, _days):
        """The job that hands out, without its commits."""
        self.env["c360.pool.offer"]._expire()
        self.offered.with_env(self.env)._allocate_waiting()

    def answer_offers(self, _days):
        """Sam accepts, nina does not have the time."""
        for login, answer in (("sam", "action_accept"), ("nina", "action_decline")):
            env = self.book.by(login, tracked=True)
            offers = env["c360.pool.offer"].search(
                [("user_id", "=", env.uid), ("state", "=", "offered")]
            )
            getattr(offers, answer)()

    # -------------------------------------------------------------------- nights

    def night(self, _moments):
        """The jobs of leads and pools in their order, without their commits."""
        # marks of changed records are written as before a commit
        self.env.cr.flush()
        env = self.env
        for run in env["c360.lead.recheck"].search([("state", "!=", "done")]):
            while run.state != "done":
                run._take_slice()
        identities = env["c360.lead.identity"]
        for step in (identities._take_stale, identities._take_waiting):
            while step():
                pass
        while env["c360.pool.route"]._route_slice():
            pass
        env["c360.pool.arrival"].search([("error", "=", False)])._process_isolated()
        if self.decided:
            self._recycle()

    def _recycle(self):
        pools, reminders = self.env["c360.pool"], self.env["c360.pool.reminder"]
        for row in self.env["c360.pool.deadline"].search([]):
            row._set_slice()
        while ids := pools._lock_due(100):
            pools._recycle_isolated(ids)
        own, managed = reminders._get_due()
        for user_id in own | managed:
            reminders._remind_or_report(
                self.env["res.users"].browse(user_id),
                self.env["crm.lead"].browse(own.get(user_id, ())),
                self.env["crm.lead"].browse(managed.get(user_id, ())),
            )
        self.env["c360.pool.customer"]._recycle_due()

    def close(self):
        self.night([self.clock.now])
