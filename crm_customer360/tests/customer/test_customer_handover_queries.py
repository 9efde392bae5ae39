from odoo import Command
from odoo.tests import tagged

from .test_customer_handover import HandoverCommon

FEW, MANY = 3, 40
# whoever gets an order, the host asks one query about it (sale.order)
HOST = MANY - FEW + 2


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerHandoverQueries(HandoverCommon):
    """Queries a slice, not a record.

    How many depends on which kinds of work the installed applications add; that they
    do not grow with the records does not.
    """

    def _create_book(self, size):
        customers = self.env["res.partner"].create(
            [
                {"name": f"Customer {place}", "user_id": self.leaver.id}
                for place in range(size)
            ]
        )
        for customer in customers:
            self._create_lead(customer.name, partner_id=customer.id)
        self.env["sale.order"].create(
            [
                {"partner_id": customer.id, "user_id": self.leaver.id}
                for customer in customers
            ]
        )
        return self._create_handover(
            partner_ids=[Command.set(customers.ids)],
            allocation="load",
            successor_ids=[Command.set((self.anna + self.bert).ids)],
        )

    def _count_queries(self, step):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        step()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def _check(self, *steps, grows=2):
        """The last step takes at most ``grows`` more queries for many than for few."""
        # the first one warms the caches
        counts = []
        for size in (FEW, FEW, MANY):
            handover = self._create_book(size)
            handover = handover.with_context(mail_notify_force_send=False)
            for step in steps[:-1]:
                step(handover)
            counts.append(self._count_queries(lambda h=handover: steps[-1](h)))
        _warm, few, many = counts
        self.assertLessEqual(many, few + grows, "queries grow with the records")

    def test_prepare(self):
        self._check(lambda handover: handover.action_prepare())

    def test_run(self):
        self._check(
            lambda handover: handover.action_prepare(),
            lambda handover: handover._work_slice(),
            grows=HOST,
        )

    def test_back(self):
        self._check(
            lambda handover: handover.action_prepare(),
            lambda handover: handover.action_start(),
            lambda handover: handover.write({"state": "undoing"}),
            lambda handover: handover._work_slice(),
            grows=HOST,
        )
