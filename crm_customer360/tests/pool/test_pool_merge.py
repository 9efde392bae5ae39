from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import PoolCommon


@tagged("post_install", "-at_install", "c360_pool")
class TestPoolMerge(PoolCommon):
    """Duplicates and merges tell nothing of pooled leads, and keep their places."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.waiting = cls._create_leads(email_from="paula@private.example")
        cls.own = cls._create_leads(
            name="Own", user_id=cls.user.id, email_from="paula@private.example"
        )
        cls.pair = cls.env["c360.lead.duplicate"].search(
            [("lead_id", "=", cls.own.id), ("other_lead_id", "=", cls.waiting.id)]
        )

    def test_member_learns_nothing_of_a_pooled_twin(self):
        self.assertEqual(self.waiting.pool_state, "pooled")
        self.assertEqual(self.pair.level, "surely")
        env = self.env_of("user")
        pairs = env["c360.lead.duplicate"]
        self.assertFalse(pairs.search([]))
        self.assertFalse(pairs.search([("other_lead_id.email_from", "ilike", "paula")]))
        self.assertEqual(self.own.with_env(env).duplicate_pair_count, 0)
        pair = self.pair.with_env(env)
        for name in ("reason", "comparison", "score", "parts", "lead_id"):
            with self.subTest(name), self.assertRaises(AccessError):
                pair.read([name])
        self.assertNotIn("Pump", pair.display_name)
        for action in ("action_merge", "action_reject", "action_open_other"):
            with self.subTest(action), self.assertRaises(AccessError):
                getattr(pair, action)()
        action = self.own.with_env(env).action_view_duplicates()
        self.assertFalse(action.get("res_id"))

    def test_unowned_lead_of_a_pool_is_not_learned_by_owning_the_other(self):
        """Neither side may be pooled, whoever looks."""
        twin = self._create_leads(email_from="paula@private.example")
        pairs = self.env["c360.lead.duplicate"].search([("lead_id", "=", twin.id)])
        self.assertEqual(len(pairs), 2)
        self.assertFalse(pairs.with_env(self.env_of("user"))._filtered_access("read"))

    def test_leader_reviews_it(self):
        pair = self.pair.with_env(self.env_of("leader"))
        self.assertTrue(pair.comparison["rows"])
        pair.action_merge()

    def test_merged_lead_leaves_the_pool_and_returns_to_it(self):
        moves = self._moves(self.waiting)
        (self.own | self.waiting)._merge_into(self.own)
        self.assertFalse(self.waiting.pool_id)
        self.assertFalse(
            self.env["c360.pool.lead"].search([("id", "=", self.waiting.id)])
        )
        self.assertEqual(moves.lead_id, self.own)
        self.own.merge_ids.action_undo()
        self.assertEqual(self.waiting.pool_id, self.pool)
        self.assertEqual(self.waiting.pool_state, "pooled")
        self.assertFalse(self.waiting.user_id)
        self.assertEqual(self._moves(self.waiting)[:-1], moves)
        back = self._moves(self.waiting)[-1]
        self.assertEqual((back.kind, back.reason), ("enter", "Merge undone"))
        self.assertFalse(self.own.pool_id)
        self.assertEqual(len(self._claim(self.waiting)["granted"]), 1)

    def test_head_that_took_the_place_gives_it_back(self):
        homeless = self._create_leads(
            name="Homeless", email_from="h@private.example", user_id=self.user.id
        )
        homeless.user_id = False
        homeless.pool_id = False
        (homeless | self.waiting)._merge_into(homeless)
        self.assertEqual(homeless.pool_id, self.pool)
        homeless.merge_ids.action_undo()
        self.assertFalse(homeless.pool_id)
        self.assertEqual(self.waiting.pool_id, self.pool)

    def test_claimed_after_the_merge_stays_claimed(self):
        twin = self._create_leads(email_from="paula@private.example")
        (twin | self.waiting)._merge_into(self.waiting)
        self.assertEqual(len(self._claim(self.waiting)["granted"]), 1)
        self.env.invalidate_all()
        self.waiting.merge_ids.action_undo()
        self.assertEqual(self.waiting.user_id, self.user)
        self.assertEqual(twin.pool_state, "pooled")

    def _plan(self, lead, user):
        return lead.activity_schedule(
            "mail.mail_activity_data_call", summary="Call", user_id=user.id
        )

    def test_undo_keeps_what_was_planned_on_a_pooled_lead(self):
        leader = self.users_by_role["leader"]
        planned = self._plan(self.waiting, leader)
        (self.own | self.waiting)._merge_into(self.own)
        self.assertEqual(planned.res_id, self.own.id)
        self.own.merge_ids.action_undo()
        self.assertEqual(self.waiting.pool_state, "pooled")
        self.assertEqual(self.waiting.activity_ids, planned)
        self.assertEqual(self.waiting.next_step, "Call")

    def test_undo_keeps_what_leaders_plan_on_pooled_leads_meanwhile(self):
        leader = self.users_by_role["leader"]
        twin = self._create_leads(email_from="paula@private.example")
        planned = self._plan(twin, leader)
        (twin | self.waiting)._merge_into(self.waiting)
        since = self._plan(self.waiting, leader)
        self.waiting.merge_ids.action_undo()
        self.assertEqual(twin.activity_ids, planned)
        self.assertEqual(self.waiting.activity_ids, since)

    def test_undo_closes_what_the_owner_in_between_has_planned(self):
        """The lead goes back to its pool, and he must not see it any more."""
        planned = self._plan(self.waiting, self.users_by_role["leader"])
        (self.own | self.waiting)._merge_into(self.waiting)
        self.assertEqual(self.waiting.user_id, self.user)
        self._plan(self.waiting, self.user)
        self.waiting.merge_ids.action_undo()
        self.assertEqual(self.waiting.pool_state, "pooled")
        self.assertEqual(self.waiting.activity_ids, planned)
        notes = "".join(self.waiting.message_ids.mapped("body"))
        self.assertEqual(notes.count("Call of"), 1)

    def test_merge_of_a_pooled_lead_is_hidden(self):
        twin = self._create_leads(email_from="paula@private.example")
        (twin | self.waiting)._merge_into(self.waiting)
        merge = self.waiting.merge_ids
        env = self.env_of("user")
        self.assertFalse(env["c360.lead.merge"].search([("id", "=", merge.id)]))
        self.assertNotIn("Pump", merge.with_env(env).display_name)
        with self.assertRaises(AccessError):
            merge.with_env(env).action_undo()

    def test_member_cannot_merge_what_waits(self):
        with self.assertRaises(AccessError):
            (self.own | self.waiting).with_env(self.env_of("user")).merge_opportunity()

    def test_what_was_merged_into_a_pooled_lead_is_hidden(self):
        """Along a chain of merges too, on every road, and only while it waits."""
        first, second, last = self._create_leads(3, email_from="x@private.example")
        (first | second)._merge_into(second)
        (second | last)._merge_into(last)
        tails = (first | second).with_context(active_test=False)
        self.assertEqual(tails.merged_into_id, last)
        self.assertEqual(last.pool_state, "pooled")
        mine = tails.with_env(self.env_of("user")).with_context(active_test=False)
        touches = self.env["c360.contact.touch"].create(
            {
                "channel": "phone",
                "purpose": "sales",
                "address": "+32470123456",
                "date": "2027-03-01",
                "state": "sent",
                "source_model": "crm.lead",
                "source_id": first.id,
                "lead_id": first.id,
            }
        )
        merge = second.merge_ids | last.merge_ids
        pair = self.env["c360.lead.duplicate"].create(
            {"lead_id": self.own.id, "other_lead_id": first.id, "level": "maybe"}
        )
        for records in (mine, touches, merge, pair):
            records = records.with_env(mine.env)
            with self.subTest(records._name):
                self.assertTrue(records)
                self.assertFalse(records._filtered_access("read"))
                self.assertFalse(
                    records.with_context(active_test=False).search(
                        [("id", "in", records.ids)]
                    )
                )
        for lead in mine:
            self.assertNotIn("Pump", lead.display_name)
        self.pool.manager_ids = self.user
        self.env.invalidate_all()
        self.assertEqual(mine._filtered_access("read"), mine)
        self.assertIn("Pump", mine[0].display_name)
        self.pool.manager_ids = False
        self._claim(last)
        self.env.invalidate_all()
        self.assertEqual(mine._filtered_access("read"), mine)

    def test_merge_on_entry_hands_out_nothing_that_waits(self):
        """Past claim and limits nobody gets a pooled lead by entering it again."""
        for action in ("merge", "owner"):
            self.company.c360_duplicate_action = action
            lead = self.env["crm.lead"].with_env(self.env_of("user"))
            lead = lead.create(
                {
                    "name": "Mine",
                    "user_id": self.user.id,
                    "contact_name": "Paula Private",
                    "email_from": "paula@private.example",
                    "phone": "+32 470 12 34 56",
                }
            )
            with self.subTest(action):
                self.assertFalse(lead.sudo().merged_into_id)
                self.assertEqual(lead.user_id, self.user)
                self.assertFalse(self.waiting.user_id)
                self.assertEqual(self.waiting.pool_state, "pooled")

    def test_merge_on_entry_into_what_waits_keeps_it_waiting(self):
        self.own.unlink()
        self.company.c360_duplicate_action = "merge"
        lead = self._create_leads(email_from="paula@private.example")
        self.assertEqual(lead.merged_into_id, self.waiting)
        self.assertEqual(self.waiting.pool_state, "pooled")
