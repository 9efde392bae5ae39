"""Two customers with everything on their page, for whoever looks round first."""

from .chapter import Chapter, table
from .orders import Deal, Orders

CALL, QUOTE = 3, 2


class Flagships(Chapter):
    """Harbour Coffee Roasters and 苏州雨前茶业: what happened lately, by hand."""

    def open(self):
        harbour = self.book.customers["harbour"]
        yuqian = self.book.customers["yuqian"]
        northbean = self.book.customers["northbean"]
        for deal in (
            *self._harbour_orders(harbour),
            *self._yuqian_orders(yuqian),
            *self._northbean_orders(northbean),
        ):
            self.book.chapters[Orders].plan(deal)
        self._plan_two_prices(harbour)
        for row in table("calls"):
            self.book.plan(self.clock.moment(int(row["days"]), CALL), self.call, row)

    def _harbour_orders(self, customer):
        return [
            # overdue: nothing paid
            Deal(
                customer=customer,
                lines=[("CO-02", 8, None), ("SP-04", 12, None)],
                confirm_ago=64,
                deliver_after=4,
                pay_after=None,
                name="HCR-4471",
            ),
            # paid by a third, the rest is overdue
            Deal(
                customer=customer,
                lines=[("EM-200", 1, None), ("SV-01", 1, None)],
                confirm_ago=50,
                deliver_after=5,
                pay_after=20,
                pay_part=0.4,
                name="HCR-4502",
            ),
            # late: the shop grinder is not made any more
            Deal(
                customer=customer,
                lines=[("GR-90", 12, None), ("SP-02", 6, None)],
                confirm_ago=23,
                deliver_after=5,
                promised=10,
                pay_after=None,
                name="HCR-4533",
            ),
        ]

    def _yuqian_orders(self, customer):
        return [
            # the delivery the open complaint is about
            Deal(
                customer=customer,
                lines=[("TE-01", 30, None), ("TP-02", 20, None)],
                confirm_ago=20,
                deliver_after=4,
                pay_after=None,
                name="YQ-2088",
            ),
        ]

    def _northbean_orders(self, customer):
        """Three deliveries in a week: three thanks, and only two may be written."""
        return [
            Deal(
                customer=customer,
                lines=[(code, quantity, None)],
                confirm_ago=confirmed,
                deliver_after=2,
                pay_after=None,
            )
            for code, quantity, confirmed in (
                ("CO-01", 40, 16),
                ("SP-04", 20, 15),
                ("CO-01", 60, 14),
            )
        ]

    def _plan_two_prices(self, customer):
        """Two colleagues quote the same machine at two prices, both still open."""
        for days, owner, price in ((9, "sam", 8450.0), (5, "nina", 8100.0)):
            self.book.plan(
                self.clock.moment(days, QUOTE),
                self.book.chapters[Orders].quote,
                Deal(
                    customer=customer,
                    lines=[("EM-300", 2, price), ("GR-20", 4, None)],
                    confirm_ago=0,
                    owner=owner,
                ),
            )

    def call(self, rows):
        """A call made from the customer's page."""
        for row in rows:
            contact = self.book.customers[row["customer"]].contacts[row["contact"]]
            partner = contact.with_env(self.book.by(row["login"], tracked=True))
            activity = partner.activity_schedule(
                "mail.mail_activity_data_call",
                summary=row["summary"],
                user_id=self.book.users[row["login"]],
                date_deadline=self.clock.now.date(),
            )
            activity.action_feedback(feedback=row["result"])
