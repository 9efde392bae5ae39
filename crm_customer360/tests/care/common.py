from datetime import datetime

from odoo import Command

from ..common import Customer360Common

NOW = datetime(2026, 3, 2, 9, 0, 0)


class CareCommon(Customer360Common):
    """One rule, one salesperson, and verbs from the event to the task."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["c360.contact.policy"].search([]).active = False
        cls.env["c360.care.rule"].search([]).active = False
        cls.seller = cls.users_by_role["user"]
        cls.customer.user_id = cls.seller
        cls.template = cls.env.ref("crm_customer360.mail_template_care_delivery")
        cls.rule = cls._create_rule("Thank and ask")
        cls.product = cls.env["product.product"].create(
            {"name": "Oak board", "type": "consu", "is_storable": False}
        )

    @classmethod
    def _create_rule(cls, name, **values):
        return cls.env["c360.care.rule"].create(
            {
                "name": name,
                "trigger": "order_confirmed",
                "delay_days": 5,
                "mail_template_id": cls.template.id,
                "date_start": datetime(2026, 1, 1),
                **values,
            }
        )

    @classmethod
    def _create_order(cls, partner=None, **values):
        return cls.env["sale.order"].create(
            {
                "partner_id": (partner or cls.buyer).id,
                "order_line": [
                    Command.create({"product_id": cls.product.id, "product_uom_qty": 2})
                ],
                **values,
            }
        )

    @classmethod
    def _record(cls, *orders, kind="order_confirmed", **values):
        """Return events that look as if these documents had reported them."""
        return cls.env["c360.customer.event"].create(
            [
                {
                    "kind": kind,
                    "customer_id": order.partner_id.commercial_partner_id.id,
                    "partner_id": order.partner_id.id,
                    "company_id": order.company_id.id,
                    "source_model": order._name,
                    "source_id": order.id,
                    **values,
                }
                for order in orders
            ]
        )

    @classmethod
    def _plan(cls, *orders, **values):
        return cls.env["c360.care.planner"]._plan(cls._record(*orders, **values))

    @classmethod
    def _create_task(cls, partner=None, state="todo", **values):
        """Return a task of the rule about a new order."""
        task = cls._plan(cls._create_order(partner))
        task.write({"state": state, "user_id": cls.seller.id, **values})
        return task

    @classmethod
    def _get_tasks(cls, partner=None):
        return cls.env["c360.care.task"].search(
            [("partner_id", "=", (partner or cls.buyer).id)], order="id"
        )

    def _run_outbox(self):
        """Process what the documents of this test have reported."""
        self.env["c360.customer.event"].search(
            [("customer_id", "=", self.customer.id)]
        )._process_isolated()

    def _run_cron(self):
        """Run the job that opens due tasks, as the scheduler does."""
        with self.enter_registry_test_mode():
            self.env.ref("crm_customer360.ir_cron_care_task").method_direct_trigger()
        self.env.invalidate_all()
