"""Who looks after whom when colleagues leave or are away."""

from datetime import timedelta

from odoo.fields import Command

from .chapter import OPENING, Chapter
from .orders import Deal, Orders

# Slots of the day.
TAKE, PLAN, HAND_OVER, DONE = 4, 5, 6, 7
# Days before the installation: Tom's last day, and kit's request for his leave.
LEFT, LEAVE_ASKED = 190, 2
# Whom Tom looked after, and who has them now.
TOMS, SUCCESSOR = ("brew21", "steep", "alba"), "sam"
CALLS = (("steep", "hannah", "Ask about the shop in Bath"), ("alba", "marco", "Prices"))


class Handovers(Chapter):
    """Tom leaves, with everything he had; kit would like a holiday."""

    def open(self):
        customers = [self.book.customers[key] for key in TOMS]
        orders = self.book.chapters[Orders]
        for customer in customers:
            for deal in orders.deals_of(customer):
                if deal.confirm_ago > LEFT + 20 and deal.opportunity is None:
                    deal.owner = "tom"
        # his last quotation is won by who comes after him
        orders.plan(
            Deal(
                customer=self.book.customers["brew21"],
                lines=[("GR-10", 2, None), ("CO-01", 24, None)],
                confirm_ago=LEFT - 14,
                quoted_before=30,
                owner="tom",
            )
        )
        for days_ago, slot, action, subject in (
            (OPENING - 1, TAKE, self.take, customers),
            (LEFT + 6, PLAN, self.plan_calls, None),
            (LEFT, HAND_OVER, self.hand_over, None),
            (LEFT - 3, DONE, self.make_calls, None),
            (LEFT - 7, DONE, self.archive, None),
            (LEAVE_ASKED, HAND_OVER, self.ask_for_leave, None),
        ):
            self.book.plan(self.clock.moment(days_ago, slot), action, subject)

    def take(self, groups):
        """Tom has customers of his own."""
        for customers in groups:
            partners = self.env["res.partner"].union(
                *(customer.partner for customer in customers),
                *(c for customer in customers for c in customer.contacts.values()),
            )
            partners.user_id = self.book.users["tom"]

    def plan_calls(self, _days):
        """Calls that Tom will not make any more."""
        tom = self.book.by("tom")
        self.calls = tom["mail.activity"]
        for key, contact, summary in CALLS:
            partner = self.book.customers[key].contacts[contact].with_env(tom)
            self.calls += partner.activity_schedule(
                "mail.mail_activity_data_call",
                summary=summary,
                user_id=tom.uid,
                date_deadline=self.clock.now.date() + timedelta(days=8),
            )

    def hand_over(self, _days):
        """The manager sees what there is, then gives it to the successor."""
        handover = self.book.by("mia", tracked=True)["c360.customer.handover"].create(
            {
                "user_ids": [Command.set([self.book.users["tom"]])],
                "reason": "leave",
                "allocation": "one",
                "fallback_id": self.book.users[SUCCESSOR],
                "note": "Marco at Alba wants to be called, not written to.",
            }
        )
        handover.action_prepare()
        handover.action_start()
        # what is still to be won, delivered or invoiced is the successor's now
        successor = self.book.by(SUCCESSOR)
        for deal in self.book.chapters[Orders].deals:
            if deal.owner == "tom":
                deal.owner = SUCCESSOR
                deal.order = deal.order and deal.order.with_env(successor)

    def make_calls(self, _days):
        """What was promised is kept, by the successor."""
        calls = self.calls.with_env(self.book.by(SUCCESSOR, tracked=True))
        calls.action_feedback(feedback="Introduced myself; all is well.")

    def archive(self, _days):
        """Nothing is left behind: the login can go."""
        admin = self.book.by("admin")
        admin["res.users"].browse(self.book.users["tom"]).action_archive()

    def ask_for_leave(self, _days):
        """Kit prepares who does his work meanwhile; the manager decides."""
        handover = self.book.by("kit", tracked=True)["c360.customer.handover"].create(
            {
                "user_ids": [Command.set([self.book.users["kit"]])],
                "reason": "absence",
                "mode": "until",
                "date_end": self.clock.today + timedelta(days=16),
                "allocation": "relation",
                "fallback_id": self.book.users[SUCCESSOR],
                "note": "I am in the mountains, without a telephone.",
            }
        )
        handover.action_prepare()
        handover.action_ask()
