from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from odoo.addons.crm_customer360.tests.pool.common import PoolCommon


@tagged("post_install", "-at_install", "c360_pool")
class TestPoolSkill(PoolCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        kind = cls.env["hr.skill.type"].create(
            {
                "name": "Languages",
                "skill_ids": [(0, 0, {"name": "French"})],
                "skill_level_ids": [
                    (0, 0, {"name": "Some", "level_progress": 30}),
                    (0, 0, {"name": "Fluent", "level_progress": 90}),
                ],
            }
        )
        cls.french = kind.skill_ids
        cls.some, cls.fluent = kind.skill_level_ids.sorted("level_progress")
        cls.employee = cls.env["hr.employee"].create(
            {"name": "Rita", "user_id": cls.rival.id}
        )
        cls.pool.allocation = "auto"

    def _ask(self, **values):
        return self.env["c360.pool.skill"].create(
            {"pool_id": self.pool.id, "skill_id": self.french.id, **values}
        )

    def _learn(self, level, **values):
        return self.env["hr.employee.skill"].create(
            {
                "employee_id": self.employee.id,
                "skill_type_id": self.french.skill_type_id.id,
                "skill_id": self.french.id,
                "skill_level_id": level.id,
                **values,
            }
        )

    def _allocate(self, count=2, **values):
        leads = self._create_leads(count, **values)
        self.pool._allocate_waiting()
        leads.invalidate_recordset()
        return leads

    def test_leads_go_to_who_has_the_skill(self):
        self._ask()
        self._learn(self.some)
        leads = self._allocate()
        self.assertEqual(leads.mapped("user_id"), self.rival)

    def test_nobody_has_it(self):
        self._ask()
        self.assertFalse(self._allocate().user_id)

    def test_the_level_counts(self):
        self._ask(skill_level_id=self.fluent.id)
        self._learn(self.some)
        self.assertFalse(self._allocate().user_id)
        self.env["hr.employee.skill"].search([]).unlink()
        self._learn(self.fluent)
        self.assertEqual(self._allocate().user_id, self.rival)

    def test_only_leads_that_fit_ask_for_it(self):
        france = self.env.ref("base.fr")
        self._ask(lead_domain=f"[('country_id', '=', {france.id})]")
        self._learn(self.some)
        self.assertEqual(self._allocate(2).user_id, self.user | self.rival)
        self.assertEqual(self._allocate(2, country_id=france.id).user_id, self.rival)

    def test_a_skill_that_ran_out_is_none(self):
        self._ask()
        today = fields.Date.today()
        skill = self._learn(self.some)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE hr_employee_skill SET valid_from = %s, valid_to = %s WHERE id = %s",
            [today - timedelta(days=9), today - timedelta(days=1), skill.id],
        )
        self.env.invalidate_all()
        self.assertFalse(self._allocate().user_id)

    def test_rights_and_broken_rules(self):
        rule = self._ask()
        with self.assertRaises(AccessError):
            rule.with_user(self.user).write({"lead_domain": "[]"})
        with self.assertRaisesRegex(ValidationError, "no_such"):
            rule.lead_domain = "[('no_such', '=', 1)]"
