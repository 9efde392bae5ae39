from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.lead import c360_lead_check_mixin, c360_lead_recheck
from ..common import Customer360Common
from .test_lead_check import GOOD

RECHECK = "odoo.addons.crm_customer360.models.lead.c360_lead_recheck"


@tagged("post_install", "-at_install", "c360_lead")
class TestLeadRecheck(Customer360Common):
    """Many leads are looked at again in slices that go on where they were."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).active = False
        cls.runs = cls.env["c360.lead.recheck"]
        cls.runs.search([]).unlink()
        cls.checks = cls.env["c360.lead.check"]
        cls.checks.search([]).active = False
        cls.leads = cls.env["crm.lead"].create([GOOD] * 5)
        cls.rule = cls.checks.create(
            {
                "name": "T",
                "kind": "test",
                "words": "paula, private",
                "unless_reachable": False,
            }
        )

    def test_all_open_leads_in_slices(self):
        self.checks.with_env(self.env_of("manager")).action_check_all()
        run = self.runs.search([])
        self.assertEqual((run.kind, run.state), ("check", "waiting"))
        with patch.object(c360_lead_recheck, "SLICE", 2):
            self.assertEqual(run._take_slice(), 2)
            self.assertEqual(run.state, "running")
            self.assertEqual(len(self.rule.lead_ids & self.leads), 0)
            self.assertEqual(self.rule.hit_count, 2)
            # killed here, it goes on behind the second lead
            run = self.runs.browse(run.id)
            self.assertEqual([run._take_slice(), run._take_slice()], [2, 1])
        self.assertEqual((run.state, run.done_count), ("done", 5))
        self.assertEqual(self.rule.hit_count, 5)

    def test_asking_twice_starts_over_once(self):
        self.checks.action_check_all()
        run = self.runs.search([])
        with patch.object(c360_lead_recheck, "SLICE", 2):
            run._take_slice()
        self.checks.action_check_all()
        self.assertEqual(self.runs.search([]), run)
        self.assertEqual((run.state, run.last_id, run.done_count), ("waiting", 0, 0))

    def test_a_choice_of_leads(self):
        chosen = self.leads[:3]
        with patch.object(c360_lead_check_mixin, "AT_ONCE", 1):
            action = chosen.with_env(self.env_of("leader")).action_check_again()
        self.assertIn("3 leads", action["params"]["message"])
        run = self.runs.search([])
        with patch.object(c360_lead_recheck, "SLICE", 2):
            run._take_slice()
            self.assertEqual(run.state, "running")
            run._take_slice()
        self.assertEqual(run.state, "done")
        self.assertEqual(
            self.leads.mapped("check_state"), ["invalid"] * 3 + ["valid"] * 2
        )

    def test_one_bad_lead_stops_nobody(self):
        model = self.env.registry["crm.lead"]
        judge = model._judge
        bad = self.leads[1]

        def fail_on_bad(leads, *args, **kwargs):
            if bad in leads:
                raise ValueError("broken lead")
            return judge(leads, *args, **kwargs)

        self.checks.action_check_all()
        run = self.runs.search([])
        with patch.object(model, "_judge", fail_on_bad), mute_logger(RECHECK):
            run._take_slice()
        self.assertIn("broken lead", run.error)
        self.assertEqual(run.state, "done")
        self.assertEqual(self.rule.hit_count, 4)

    def test_the_job_ends(self):
        self.checks.action_check_all()
        cron = self.env.ref("crm_customer360.ir_cron_lead_recheck")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(self.runs.search([]).mapped("state"), ["done"])
        self.assertEqual(self.rule.hit_count, 5)

    def test_leads_in_work_are_flagged_only(self):
        owner = self.users_by_role["user"]
        self.leads[0].write({"user_id": owner.id, "type": "opportunity"})
        self.checks.action_check_all()
        self.runs.search([])._take_slice()
        self.assertEqual(self.leads[0].check_state, "invalid")
        self.assertTrue(self.leads[0].active)
