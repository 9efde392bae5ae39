"""Opportunities: from a lead or an old customer to won or lost, stage by stage."""

from odoo.fields import Command

from .chapter import Chapter, table
from .leads import CONVERT, Leads
from .orders import Deal, Orders
from .plan import basket

# Slots of the day.
OPEN, ADVANCE, CALL, LOSE = 2, 4, 5, 6
STAGES = ("New", "Qualified", "Proposition")
CALLS = (
    ("Ask who decides and until when", "Owner decides alone, wants to open in spring."),
    ("Clarify quantities", "Quantities confirmed, he sends the floor plan tonight."),
    ("Follow up on the quotation", "Has compared prices, asks for free delivery."),
    ("Offer a demonstration", "Would like to taste with the team on Thursday."),
    ("Check the delivery date", "Wants everything before the holidays."),
)
NEXT_STEPS = (
    "Send the revised quotation",
    "Call back about the decision",
    "Arrange a tasting",
    "Ask for the floor plan",
)


class Deals(Chapter):
    """The pipeline: old customers' wishes and the leads that grew up."""

    def open(self):
        self.running = []
        for row in table("opportunities"):
            customer = self.book.customers[row["customer"]]
            self.book.plan(
                self.clock.moment(int(row["days"]), OPEN), self.begin, (customer, row)
            )
        for number, row in enumerate(table("leads")):
            fate, _colon, key = row["fate"].partition(":")
            if fate in ("convert", "won"):
                self._plan_conversion(number, row, fate, self.book.customers[key])

    def _plan_conversion(self, number, row, fate, customer):
        days = int(row["days"]) - self.random.randint(6, 14)
        self.book.plan(
            self.clock.moment(days, CONVERT), self.convert, (number, customer)
        )
        if fate == "won":
            # the customer's first order is what the opportunity was about
            first = max(
                self.book.chapters[Orders].deals_of(customer),
                key=lambda deal: deal.confirm_ago,
            )
            self.book.plan(
                self.clock.moment(first.confirm_ago + 12, ADVANCE),
                self.advance,
                (number, 2),
            )
            first.opportunity = number
        else:
            self.book.plan(
                self.clock.moment(days - 15, ADVANCE), self.advance, (number, 1)
            )

    def begin(self, beginnings):
        """Old customers ask for something: opportunities, without a lead before."""
        for customer, row in beginnings:
            mine = self.book.by(customer.owner, tracked=True)
            lead = mine["crm.lead"].create(
                {
                    "type": "opportunity",
                    "name": row["topic"],
                    "partner_id": customer.partner.id,
                    "user_id": self.book.users[customer.owner],
                    "expected_revenue": float(row["revenue"]),
                    "priority": "2" if float(row["revenue"]) > 20000 else "1",
                    "date_deadline": self.clock.moment(-int(row["close_in"])).date(),
                }
            )
            self._plan_life(lead, customer, row)

    def _plan_life(self, lead, customer, row):
        days = int(row["days"])
        last = STAGES.index(row["stage"]) if row["stage"] in STAGES else 2
        for step in range(1, last + 1):
            days = max(days - self.random.randint(5, 11), 1)
            self.book.plan(self.clock.moment(days, ADVANCE), self.advance, (lead, step))
            self._plan_call(lead, days)
        if row["stage"] == "won":
            self._plan_win(lead, customer, days)
        elif row["stage"] == "lost":
            days = max(days - 10, 1)
            self.book.plan(
                self.clock.moment(days, LOSE), self.lose, (lead, row["reason"])
            )
        else:
            self.running.append(lead)
            if row["stage"] in ("Qualified", "Proposition"):
                self._plan_quotation(lead, customer, days)

    def _plan_win(self, lead, customer, days):
        deal = Deal(
            customer=customer,
            lines=basket(self.random, customer.row["trade"], customer.size + 1),
            confirm_ago=max(days - 9, 2),
            quoted_before=4,
            pay_after=25,
            opportunity=lead,
        )
        self.book.chapters[Orders].plan(deal)

    def _plan_quotation(self, lead, customer, days):
        """Write a quotation that nobody has answered yet."""
        deal = Deal(
            customer=customer,
            lines=basket(self.random, customer.row["trade"], customer.size + 2),
            confirm_ago=0,
            quoted_before=max(days - 1, 2),
            opportunity=lead,
        )
        self.book.chapters[Orders].plan(deal)

    def _plan_call(self, lead, days):
        if self.random.random() < 0.7:
            call = self.random.choice(CALLS)
            self.book.plan(self.clock.moment(days, CALL), self.call, (lead, call))

    def convert(self, conversions):
        """Turn leads of real customers into opportunities."""
        leads = self.book.chapters[Leads].leads
        for number, customer in conversions:
            lead = leads[number].with_env(self.book.by(customer.owner, tracked=True))
            lead.convert_opportunity(customer.partner)
            self._plan_call(lead, self.clock.days_ago(self.clock.now))
            self.running.append(lead)

    def advance(self, steps):
        """Move opportunities on to a later stage."""
        stages = self.env["crm.stage"].search([], order="sequence")
        for lead, step in steps:
            lead = self.book.lead(lead)
            lead.with_env(self._mine(lead)).stage_id = stages[step]

    def _mine(self, lead):
        """Return the environment of the salesperson of a lead."""
        return self.book.by(lead.user_id.login, tracked=True)

    def call(self, calls):
        """A call that was planned is made, and its result written down."""
        for lead, (summary, result) in calls:
            lead = self.book.lead(lead)
            activity = lead.with_env(self._mine(lead)).activity_schedule(
                "mail.mail_activity_data_call",
                summary=summary,
                user_id=lead.user_id.id,
                date_deadline=self.clock.now.date(),
            )
            activity.action_feedback(feedback=result)

    def lose(self, losses):
        """Give opportunities up, for a reason."""
        for lead, reason in losses:
            mine = self._mine(lead)
            mine["crm.lead.lost"].create(
                {
                    "lead_ids": [Command.set(lead.ids)],
                    "lost_reason_id": self._reason(reason).id,
                }
            ).action_lost_reason_apply()

    def _reason(self, name):
        reasons = self.env["crm.lost.reason"]
        return reasons.search([("name", "=", name)], limit=1) or reasons.create(
            {"name": name}
        )

    def close(self):
        self._score()
        self._plan_next_steps()

    def _score(self):
        """Rate open leads by what was won and lost, as the host does at night.

        Not by its cron: that one commits, and an installation must not.
        """
        leads = self.env["crm.lead"]
        leads._rebuild_pls_frequency_table()
        leads.search([("won_status", "=", "pending")])._compute_probabilities()

    def _plan_next_steps(self):
        """Every running opportunity has a next step; some of them are overdue."""
        for number, lead in enumerate(self.running):
            if lead.won_status != "pending":
                continue
            ahead = (-3, 1, 4, 9, 2, -1, 6)[number % 7]
            lead.with_env(self._mine(lead)).activity_schedule(
                "mail.mail_activity_data_call",
                summary=NEXT_STEPS[number % len(NEXT_STEPS)],
                user_id=lead.user_id.id,
                date_deadline=self.clock.moment(-ahead).date(),
            )
