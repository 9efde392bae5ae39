import random
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import freeze_time, new_test_user, tagged

from .common_merge import MergeCommon

CALLED = "Called"

# The note of the merge, and the ledgers that go on.
NEW = ("mail_message", "c360_customer_lifecycle", "c360_pool_move")


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerMergeUndo(MergeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(freeze_time("2026-06-01"))
        cls.second, cls.second_user = cls._create_second_company()
        for partner in cls.customer | cls.double:
            cls._fill(partner)
        cls.portal = new_test_user(
            cls.env,
            login="c360_portal",
            groups="base.group_portal",
            partner_id=cls.double.id,
        )

    @classmethod
    def _fill(cls, partner):
        """Give a customer one of everything."""
        env = cls.env
        order = cls._order("2026-05-01", partner=partner)
        cls._order("2026-05-02", partner=partner, company_id=cls.second.id)
        order.message_subscribe(partner.ids)
        env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": "2026-05-03",
                "invoice_line_ids": [
                    Command.create({"name": "Board", "price_unit": 7, "tax_ids": False})
                ],
            }
        ).action_post()
        env["stock.picking"].create(
            {
                "partner_id": partner.id,
                "picking_type_id": env["stock.picking.type"]
                .search([("code", "=", "outgoing")], limit=1)
                .id,
            }
        )
        env["crm.lead"].create({"name": "Lead", "partner_id": partner.id})
        env["helpdesk.ticket"].create(
            {"name": "T", "description": "T", "partner_id": partner.id}
        )
        env["ir.attachment"].create(
            {
                "name": f"of {partner.name}",
                "raw": b"x",
                "res_model": "res.partner",
                "res_id": partner.id,
            }
        )
        partner.message_post(body=CALLED)
        partner.activity_schedule("mail.mail_activity_data_call")
        # the same on both: a key clashes
        env["res.partner.bank"].create(
            {"partner_id": partner.id, "acc_number": "BE71 0961 2345 6769"}
        )
        partner.message_subscribe(cls.users_by_role["leader"].partner_id.ids)
        env["res.partner"].create({"name": "Child", "parent_id": partner.id})
        partner.category_id = env["res.partner.category"].create(
            [{"name": "All"}, {"name": partner.name}]
        )
        env["c360.contact.consent"]._record(
            [{"partner_id": partner.id, "status": "given", "source": "staff"}]
        )
        env["c360.contact.touch"].create(
            {
                "partner_id": partner.id,
                "channel": "phone",
                "purpose": "sales",
                "direction": "out",
                "state": "sent",
                "date": fields.Datetime.now(),
                "source_model": "res.partner",
                "source_id": partner.id,
            }
        )
        partner.with_company(cls.second).ref = partner.name
        env["ir.model.data"].create(
            {
                "module": "__test__",
                "name": f"partner_{partner.id}",
                "model": "res.partner",
                "res_id": partner.id,
            }
        )
        env["c360.customer.profile"]._refresh()

    def test_everything_moves_and_comes_back(self):
        before = self._snapshot()
        places = [
            ("sale.order", "partner_id"),
            ("account.move", "partner_id"),
            ("account.move", "commercial_partner_id"),
            ("account.move.line", "partner_id"),
            ("stock.picking", "partner_id"),
            ("crm.lead", "partner_id"),
            ("helpdesk.ticket", "partner_id"),
            ("c360.contact.touch", "partner_id"),
            ("c360.contact.touch", "customer_id"),
            ("c360.contact.consent", "partner_id"),
            ("res.users", "partner_id"),
        ]
        both = [self._count(*place, self.customer | self.double) for place in places]
        self.assertGreater(min(both), 0)
        merge = self._merge(self.double, into=self.customer)
        self.assertFalse(self.double.active)
        self.assertEqual(self.double.c360_merged_into_id, self.customer)
        for (model, name), count in zip(places, both, strict=True):
            with self.subTest(model, field=name):
                self.assertEqual(self._count(model, name, self.customer), count)
        for model, field, ref in (
            ("ir.attachment", "res_model", "res_id"),
            ("mail.activity", "res_model", "res_id"),
            ("c360.contact.touch", "source_model", "source_id"),
            ("ir.model.data", "model", "res_id"),
        ):
            of_double = [(field, "=", "res.partner"), (ref, "=", self.double.id)]
            self.assertFalse(self.env[model].search(of_double), model)
        self.assertEqual(len(self.customer.child_ids), 4)
        self.assertEqual(len(self.customer.category_id), 4)
        self.assertIn("Sales Order", merge.summary)
        self.assertIn("Bank Accounts", merge.summary)
        self.assertEqual(merge.kept["res_partner_bank"], 1)

        merge.action_undo()
        self._assert_same(before, self._snapshot(), NEW)
        self.assertFalse(merge.lost)
        self.assertTrue(self.double.active)
        self.assertEqual(self.portal.partner_id, self.double)
        self.assertEqual(self.env["c360.customer.profile"]._refresh(), 0)
        self.assertEqual(self._profile(self.double).order_count, 1)
        self.assertEqual(self._profile(self.double, self.second).order_count, 1)

    def _count(self, model, name, partners):
        return self.env[model].search_count([(name, "in", partners.ids)])

    def test_random_merges_come_back(self):
        """Whatever is merged in whatever order: undone backwards, all is as before."""
        chance = random.Random(5)
        partners = self.env["res.partner"].create(
            [
                {
                    "name": f"P{n}",
                    "is_company": n % 3 == 0,
                    "email": f"p{n % 4}@x.example",
                }
                for n in range(14)
            ]
        )
        channel = self.env["discuss.channel"].create({"name": "Room"})
        for partner in partners:
            kinds = chance.sample(range(6), 4)
            if 0 in kinds:
                self._order("2026-05-01", partner=partner)
            if 1 in kinds:
                chance.choice(partners).message_subscribe(partner.ids)
            if 2 in kinds:
                channel._add_members(partners=partner)
            if 3 in kinds:
                self.env["calendar.event"].create(
                    {
                        "name": "Meet",
                        "start": "2026-06-01 10:00:00",
                        "stop": "2026-06-01 11:00:00",
                        "partner_ids": chance.sample(partners.ids, 4),
                    }
                )
            if 4 in kinds:
                self.env["res.partner"].create(
                    {"name": "Kid", "parent_id": partner.id, "type": "delivery"}
                )
            if 5 in kinds:
                self.env["loyalty.card"].create(
                    {
                        "partner_id": partner.id,
                        "points": chance.randint(1, 9),
                        "program_id": self._get_program().id,
                    }
                ) if "loyalty.card" in self.env else None
        self.env["c360.customer.profile"]._refresh()
        before, merges, alive = self._snapshot(), [], partners
        while len(alive) > 4:
            some = alive.browse(chance.sample(alive.ids, chance.randint(2, 5)))
            target = some[0]
            merges.append(self._merge(*(some - target), into=target))
            alive -= some - target
        self.assertGreater(len(merges), 2)
        for merge in reversed(merges):
            merge.action_undo()
            self.assertFalse(merge.lost)
        self._assert_same(before, self._snapshot(), NEW)

    def _get_program(self):
        programs = self.env["loyalty.program"]
        return programs.search([("name", "=", "C360")], limit=1) or programs.create(
            {"name": "C360", "program_type": "loyalty"}
        )

    def test_work_done_since_stays(self):
        merge = self._merge(self.double, into=self.customer)
        late = self._order("2026-06-01")
        moved = self.env["sale.order"].search(
            [("partner_id", "=", self.customer.id)], order="id"
        )[2]
        other = self._create_customer("Third")
        moved.partner_id = other
        self.customer.phone = "+32 9 123 45 67"
        ticket = self.env["helpdesk.ticket"].search(
            [("partner_id", "=", self.customer.id)], order="id desc", limit=1
        )
        ticket.unlink()
        merge.action_undo()
        self.assertEqual(late.partner_id, self.customer)
        self.assertEqual(moved.partner_id, other)
        self.assertEqual(self.customer.phone, "+32 9 123 45 67")
        self.assertEqual(merge.lost["helpdesk_ticket"], 1)
        self.assertIn("not given back", merge.summary)
        self.assertIn("Sales Order", merge.summary)

    def test_not_undone_twice_nor_late_nor_below_another_merge(self):
        merge = self._merge(self.double, into=self.customer)
        third = self._create_customer("Third")
        later = self._merge(third, into=self.customer)
        with self.assertRaisesRegex(UserError, "took in another contact since"):
            merge.action_undo()
        later.action_undo()
        with self.assertRaisesRegex(UserError, "undone already"):
            later.action_undo()
        top = self._merge(self.customer, into=third)
        self.assertEqual(self.double.c360_merged_into_id, third)
        with self.assertRaisesRegex(UserError, "merged into another contact since"):
            merge.action_undo()
        top.action_undo()
        self.assertEqual(self.double.c360_merged_into_id, self.customer)
        with freeze_time("2026-07-02"), self.assertRaisesRegex(UserError, "30 days"):
            merge.action_undo()
        merge.action_undo()
        again = self._merge(self.double, into=self.customer)
        self.env.cr.execute(
            "UPDATE res_partner SET c360_merged_into_id = NULL WHERE id = %s",
            [self.double.id],
        )
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "is gone"):
            again.action_undo()

    def test_vacuum_forgets_and_deletes_what_nothing_needs(self):
        plain, plainer = (self._create_customer(name) for name in ("Plain", "Plainer"))
        merges = self._merge(self.double, into=self.customer)
        merges |= self._merge(plainer, into=plain)
        # it came late: an import that knew the old one
        late = self._order("2026-06-01", partner=plainer)
        self.assertEqual(self.Merge._gc_merged(), (0, False))
        with freeze_time(fields.Datetime.now() + timedelta(days=31)):
            self.assertEqual(self.Merge._gc_merged(), (2, False))
        self.assertEqual(set(merges.mapped("state")), {"final"})
        self.assertFalse(merges.sudo().mapped("trace")[0])
        self.assertEqual(late.partner_id, plain)
        self.assertFalse(plainer.exists())
        # his bank account is the same as that of the other one: it keeps him
        self.assertTrue(self.double.exists())

    def test_merged_contact_comes_back_by_an_undo_only(self):
        merge = self._merge(self.double, into=self.customer)
        with self.assertRaisesRegex(UserError, "only when its merge is undone"):
            self.double.active = True
        self.double.action_undo_c360_merge()
        self.assertEqual(merge.state, "undone")
        with self.assertRaisesRegex(UserError, "not yours to undo"):
            self.double.action_undo_c360_merge()

    def test_deleting_the_one_who_stayed_deletes_the_merged(self):
        plain, plainer = (self._create_customer(name) for name in ("Plain", "Plainer"))
        merge = self._merge(plainer, into=plain)
        plain.unlink()
        self.assertFalse((plain | plainer).exists())
        self.assertFalse(merge.exists())
