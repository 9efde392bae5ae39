from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ...models.lead.c360_lead_merge_mixin import JUST_MERGED
from .common import LeadCommon

GREETING, SUBJECT, NOTE, LATE = "Hello", "Offer", "Called", "Late"


@tagged("post_install", "-at_install", "c360_lead")
class TestLeadMerge(LeadCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.head = cls._create_lead(name="Head", user_id=cls.user.id, phone=False)
        cls.tail = cls._create_lead(
            name="Tail", user_id=cls.user.id, description="<p>Wants two</p>"
        )
        cls.tags = cls.env["crm.tag"].create([{"name": "C360 A"}, {"name": "C360 B"}])
        cls.head.tag_ids, cls.tail.tag_ids = cls.tags[0], cls.tags[1]

    def _merge(self, leads=None):
        leads = leads or self.head | self.tail
        return leads._merge_into(self.head)

    def _later(self):
        """Let the next calls be those of another transaction."""
        self.env.cr.cache.pop(JUST_MERGED)

    def _snapshot(self, leads):
        """Return what there is about leads, to be compared before and after."""
        self.env.flush_all()
        self.env.invalidate_all()
        leads = leads.with_context(active_test=False)
        return {
            lead.id: {
                "values": {
                    name: str(lead.read([name], load=False)[0][name])
                    for name, field in sorted(lead._fields.items())
                    if field.store
                    and field.type not in ("one2many",)
                    and name not in ("write_date", "write_uid")
                },
                "messages": lead.message_ids.filtered(
                    lambda m: m.id <= self.last_message_id
                ).mapped(lambda m: (m.id, m.subject)),
                "activities": lead.activity_ids.ids,
                "files": self.env["ir.attachment"]
                .search([("res_model", "=", "crm.lead"), ("res_id", "=", lead.id)])
                .mapped(lambda a: (a.id, a.name)),
                "meetings": self.env["calendar.event"]
                .search([("opportunity_id", "=", lead.id)])
                .mapped(lambda e: (e.id, e.res_id)),
                "orders": lead.order_ids.ids,
                "touches": self.env["c360.contact.touch"]
                .search([("lead_id", "=", lead.id)])
                .mapped(lambda t: (t.id, t.source_model, t.source_id)),
                "followers": sorted(lead.message_partner_ids.ids),
            }
            for lead in leads
        }

    def _fill(self, lead):
        """Give a lead one of everything."""
        lead.message_post(body=GREETING, subject=SUBJECT, author_id=self.buyer.id)
        lead.message_subscribe([self.buyer.id])
        lead.activity_schedule("mail.mail_activity_data_call", user_id=self.user.id)
        self.env["ir.attachment"].create(
            {
                "name": "plan.txt",
                "raw": b"x",
                "res_model": "crm.lead",
                "res_id": lead.id,
            }
        )
        self.env["calendar.event"].create(
            {
                "name": "Visit",
                "start": fields.Datetime.now(),
                "stop": fields.Datetime.now() + timedelta(hours=1),
                "opportunity_id": lead.id,
                "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
                "res_id": lead.id,
            }
        )
        self.env["sale.order"].create(
            {"partner_id": self.customer.id, "opportunity_id": lead.id}
        )
        self.env["c360.contact.touch"].create(
            {
                "partner_id": self.buyer.id,
                "channel": "phone",
                "purpose": "sales",
                "direction": "out",
                "state": "sent",
                "date": fields.Datetime.now(),
                "source_model": "crm.lead",
                "source_id": lead.id,
                "lead_id": lead.id,
            }
        )
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.last_message_id = self.env["mail.message"].search([], limit=1).id

    def test_merged_lead_stays_archived_and_is_not_lost(self):
        head = self._merge()
        self.assertEqual(head, self.head)
        self.assertTrue(self.tail.exists())
        self.assertFalse(self.tail.active)
        self.assertEqual(self.tail.merged_into_id, self.head)
        self.assertEqual(self.tail.won_status, "pending")
        merge = self.head.merge_ids
        self.assertEqual((merge.tail_count, merge.state), (1, "done"))
        self.assertEqual(merge.with_context(active_test=False).tail_ids, self.tail)

    def test_zero_probability_is_not_lost_either(self):
        self.tail.probability = 0
        self._merge()
        self.assertEqual(self.tail.won_status, "pending")

    def test_everything_moves_and_comes_back(self):
        self._fill(self.tail)
        self._fill(self.head)
        leads = self.head | self.tail
        before = self._snapshot(leads)
        self._merge()
        merged = self._snapshot(leads)
        for what in ("orders", "touches", "files", "activities", "meetings"):
            self.assertTrue(before[self.tail.id][what], what)
            self.assertCountEqual(
                [
                    item if isinstance(item, int) else item[0]
                    for item in merged[self.head.id][what]
                ],
                [
                    item if isinstance(item, int) else item[0]
                    for lead in leads
                    for item in before[lead.id][what]
                ],
            )
        self.assertFalse(merged[self.tail.id]["messages"])
        self.assertEqual(self.head.phone, self.tail.phone)
        self.head.merge_ids.action_undo()
        self.maxDiff = None
        self.assertEqual(self._snapshot(leads), before)
        self.assertTrue(self.tail.active)
        self.assertEqual(self.head.merge_count, 0)

    def test_work_done_since_the_merge_stays(self):
        self._merge()
        self.head.write({"phone": "+32 470 55 55 55", "city": "Gent"})
        note = self.head.message_post(body=NOTE)
        self.head.merge_ids.action_undo()
        self.assertEqual(self.head.phone, "+32 470 55 55 55")
        self.assertEqual(self.head.city, "Gent")
        self.assertEqual(note.res_id, self.head.id)

    def test_linked_since_the_merge_stays(self):
        """Tags and the like: the undo takes back what the merge brought, only that."""
        since = self.env["crm.tag"].create({"name": "C360 Since"})
        self._merge()
        self.assertEqual(self.head.tag_ids, self.tags)
        self.head.tag_ids += since
        self.head.tag_ids -= self.tags[0]
        product = self.env["product.template"].create({"name": "Pump"})
        self.head.interest_product_ids = product
        self.head.merge_ids.action_undo()
        self.assertEqual(self.head.tag_ids, since)
        self.assertEqual(self.tail.tag_ids, self.tags[1])
        self.assertEqual(self.head.interest_product_ids, product)

    def test_deleted_tag_does_not_prevent_the_undo(self):
        self._merge()
        self.tags[1].unlink()
        self.head.merge_ids.action_undo()
        self.assertEqual(self.head.tag_ids, self.tags[0])
        self.assertFalse(self.tail.tag_ids)
        self.assertTrue(self.tail.active)

    def test_pair_the_merge_took_returns_if_its_other_half_is_there(self):
        gone = self.env["crm.tag"].create({"name": "C360 Gone"})
        self.tail.tag_ids += gone
        trace = self.env["c360.lead.merge.trace"]
        leads = self.head | self.tail
        before = trace._take(leads)
        self.tail.tag_ids = False
        after = trace._take_after(leads)
        gone.unlink()
        trace._put_relations(before["relations"], after["relations"])
        self.env.invalidate_all()
        self.assertEqual(self.tail.tag_ids, self.tags[1])

    def test_more_than_five(self):
        leads = self.env["crm.lead"]
        for number in range(7):
            leads |= self._create_lead(name=f"Lead {number}")
        env = self.env_of("leader")
        head = leads.with_env(env).merge_opportunity()
        self.assertEqual(len(leads.filtered("merged_into_id")), 6)
        self.merges.search([("head_id", "=", head.id)]).with_env(env).action_undo()
        self.assertTrue(all(leads.mapped("active")))

    def test_not_any_number(self):
        leads = self.env["crm.lead"].create(
            [{"name": f"Lead {number}", "user_id": False} for number in range(51)]
        )
        with self.assertRaises(UserError):
            leads.with_env(self.env_of("leader")).merge_opportunity()

    def test_conversion_keeps_the_merged(self):
        wizard = (
            self.env["crm.lead2opportunity.partner"]
            .with_context(active_model="crm.lead", active_ids=self.tail.ids)
            .create(
                {
                    "lead_id": self.tail.id,
                    "name": "merge",
                    "duplicated_lead_ids": [fields.Command.set(self.head.ids)],
                }
            )
        )
        wizard.action_apply()
        leads = (self.head | self.tail).exists()
        self.assertEqual(len(leads), 2)
        self.assertEqual(len(leads.filtered("merged_into_id")), 1)

    def test_merged_twice_is_undone_in_turn(self):
        third = self._create_lead(name="Third", user_id=self.user.id)
        self._merge()
        first = self.head.merge_ids
        (third | self.head)._merge_into(third)
        with self.assertRaisesRegex(UserError, "Undo that first"):
            first.action_undo()
        third.merge_ids.action_undo()
        first.action_undo()
        self.assertTrue(self.tail.active and self.head.active)

    def test_chain_points_to_the_lead_that_stayed(self):
        last = self._create_lead(name="Last", user_id=self.user.id)
        self._merge()
        (self.head | last)._merge_into(last)
        self.assertEqual(self.tail.merged_into_id, last)
        with self.assertRaisesRegex(UserError, "Undo that first"):
            self.tail.action_undo_merge()
        last.merge_ids.action_undo()
        self.assertEqual(self.tail.merged_into_id, self.head)
        self.assertFalse(self.head.merged_into_id)
        self.tail.action_undo_merge()
        self.assertFalse(self.tail.merged_into_id)
        self.assertTrue(self.tail.active)

    def test_later_merge_is_undone_first(self):
        third = self._create_lead(name="Third", user_id=self.user.id)
        self._merge()
        first = self.head.merge_ids
        (third | self.head)._merge_into(self.head)
        with self.assertRaisesRegex(UserError, "Undo that first"):
            first.action_undo()
        (self.head.merge_ids - first).action_undo()
        first.action_undo()

    def test_undone_once(self):
        self._merge()
        merge = self.head.merge_ids
        merge.action_undo()
        with self.assertRaisesRegex(UserError, "already"):
            merge.action_undo()

    def test_not_after_thirty_days(self):
        self._merge()
        merge = self.head.merge_ids
        with freeze_time(fields.Datetime.now() + timedelta(days=29)):
            merge._check_undo()
        with freeze_time(fields.Datetime.now() + timedelta(days=31)):
            with self.assertRaisesRegex(UserError, "30 days"):
                merge.action_undo()

    def test_vacuum_deletes_old_ones_and_no_ledger_row(self):
        self._fill(self.tail)
        touches = self.env["c360.contact.touch"].search(
            [("lead_id", "=", self.tail.id)]
        )
        self._merge()
        merge = self.head.merge_ids
        self.merges._gc_merged()
        self.assertTrue(self.tail.exists())
        # an answer that came to the merged lead meanwhile
        late = self.tail.message_post(body=LATE)
        self._later()
        with freeze_time(fields.Datetime.now() + timedelta(days=31)):
            self.merges._gc_merged()
        self.assertFalse(self.tail.exists())
        self.assertEqual(touches.lead_id, self.head)
        self.assertEqual(late.res_id, self.head.id)
        self.assertEqual(merge.state, "final")
        self.assertFalse(merge.trace)
        with self.assertRaisesRegex(UserError, "30 days"):
            merge.action_undo()

    def test_gone_lead_cannot_be_undone(self):
        self._merge()
        self._later()
        self.tail.unlink()
        with self.assertRaisesRegex(UserError, "gone"):
            self.head.merge_ids.action_undo()

    def test_deleted_with_the_lead_that_stayed(self):
        self._merge()
        self._later()
        self.head.unlink()
        self.assertFalse(self.tail.exists())

    def test_merged_lead_comes_back_by_undo_only(self):
        self._merge()
        self._later()
        with self.assertRaisesRegex(UserError, "undone"):
            self.tail.action_unarchive()
        with self.assertRaisesRegex(UserError, "already"):
            (self.tail | self._create_lead())._merge_opportunity()
        self.tail.action_undo_merge()
        self.assertTrue(self.tail.active)

    def test_merged_leads_are_no_duplicates(self):
        self._merge()
        third = self._create_lead(name="Third")
        pairs = self._pairs(third)
        self.assertEqual(pairs.other_lead_id, self.head)
        self.assertNotIn(self.tail, third.duplicate_lead_ids)
        found = self.env["crm.lead"]._get_lead_duplicates(
            email=third.email_from, include_lost=True
        )
        self.assertIn(self.head, found)
        self.assertNotIn(self.tail, found)

    def test_pair_is_merged_and_open_again(self):
        pair = self._pairs(self.tail)
        self.assertEqual(pair.other_lead_id, self.head)
        action = pair.action_merge()
        self.assertEqual(action["res_model"], "crm.lead")
        self.assertEqual(pair.state, "merged")
        (self.head | self.tail).merge_ids.action_undo()
        self.assertEqual(pair.state, "open")

    def test_host_merges_when_switched_off(self):
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_lead"
        )
        self._merge()
        self.assertFalse(self.tail.exists())

    # ------------------------------------------------------------ rights

    def test_salesperson_merges_and_undoes_his_own(self):
        env = self.env_of("user")
        head = (self.head | self.tail).with_env(env).merge_opportunity()
        merge = self.merges.with_env(env).search([("head_id", "=", head.id)])
        self.assertEqual(merge.user_id, self.user)
        with self.assertRaises(AccessError):
            merge.read(["trace"])
        merge.action_undo()
        self.assertTrue(self.tail.active and self.head.active)

    def test_salesperson_neither_merges_nor_undoes_others(self):
        self.tail.user_id = self.leader
        with self.assertRaises(AccessError):
            (self.head | self.tail).with_env(self.env_of("user")).merge_opportunity()
        self.tail.user_id = self.user
        self._merge()
        merge = self.head.merge_ids.with_env(self.env_of("user"))
        with self.assertRaisesRegex(AccessError, "team leader"):
            merge.action_undo()
        self.head.user_id = self.leader
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            merge.read(["head_id"])
        self.assertNotIn("Head", merge.display_name)
        with self.assertRaises(UserError):
            self.tail.with_env(self.env_of("user")).action_undo_merge()
        merge.with_env(self.env_of("leader")).action_undo()

    def test_nobody_writes_merges(self):
        self._merge()
        for role in self.ROLES:
            with self.subTest(role), self.assertRaises(AccessError):
                self.head.merge_ids.with_env(self.env_of(role)).write(
                    {"state": "final"}
                )

    def test_form_opens_for_both(self):
        self._merge()
        for lead in (self.head, self.tail):
            with Form(lead.with_env(self.env_of("user"))) as form:
                form.referred = "A friend"
