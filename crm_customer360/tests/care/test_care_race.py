from concurrent.futures import ThreadPoolExecutor
from functools import partial

from odoo import SUPERUSER_ID, api, fields
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tests.common import BaseCase, get_db_name
from odoo.tools import mute_logger

CONNECTIONS = 4
DOCUMENTS = 10


@tagged("post_install", "-at_install", "c360_care")
class TestCareRace(BaseCase):
    """Several real connections that commit and see the same events."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        with cls.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            cls.rule_id = (
                env["c360.care.rule"]
                .create({"name": "Race", "trigger": "return_done", "delay_days": 1})
                .id
            )
            partner = env["res.partner"].create({"name": "Race"})
            cls.partner_id = partner.id
            # documents of any kind will do: leads are cheap
            cls.lead_ids = (
                env["crm.lead"]
                .with_context(tracking_disable=True)
                .create(
                    [
                        {"name": f"Race {i}", "partner_id": partner.id}
                        for i in range(DOCUMENTS)
                    ]
                )
                .ids
            )

    @classmethod
    def tearDownClass(cls):
        with cls.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["c360.care.task"].search([("rule_id", "=", cls.rule_id)]).unlink()
            env["c360.care.rule"].browse(cls.rule_id).unlink()
            env["crm.lead"].browse(cls.lead_ids).unlink()
            env["res.partner"].browse(cls.partner_id).unlink()
        super().tearDownClass()

    def _plan(self, worker):
        """Plan the tasks of all documents, as a job would, with retries."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            tasks = retrying(partial(self._plan_once, env, worker), env)
            return len(tasks.filtered(lambda task: task.rule_id.id == self.rule_id))

    def _plan_once(self, env, worker):
        order = self.lead_ids[worker:] + self.lead_ids[:worker]
        Event = env["c360.customer.event"]
        events = Event.concat(
            *(
                Event.new(
                    {
                        "kind": "return_done",
                        "customer_id": self.partner_id,
                        "partner_id": self.partner_id,
                        "company_id": env.company.id,
                        "source_model": "crm.lead",
                        "source_id": lead_id,
                        "date": fields.Datetime.add(fields.Datetime.now(), hours=1),
                    }
                )
                for lead_id in order
            )
        )
        return env["c360.care.planner"]._plan(events)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_each_document_causes_one_task(self):
        # while modules are updated, the main thread holds the lock of the registry
        self.patch(Registry, "_lock", DummyRLock())
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            planned = list(pool.map(self._plan, range(CONNECTIONS)))
        self.assertEqual(sum(planned), DOCUMENTS)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            tasks = env["c360.care.task"].search([("rule_id", "=", self.rule_id)])
            self.assertEqual(sorted(tasks.mapped("source_id")), sorted(self.lead_ids))
