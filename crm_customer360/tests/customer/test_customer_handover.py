from datetime import datetime

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ...models.customer import c360_customer_handover_run as run
from ..common import Customer360Common

REFUSAL = "This one not"
GROUP = "crm_customer360.group_user,helpdesk_mgmt.group_helpdesk_user_own"


class HandoverCommon(Customer360Common):
    """A salesperson with a customer of his own, a team and two colleagues."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leaver, cls.anna, cls.bert = (
            new_test_user(
                cls.env,
                login=f"c360_{name}",
                name=name,
                groups=GROUP,
                email=f"{name}@company.example",
            )
            for name in ("leaver", "anna", "bert")
        )
        cls.leader = cls.users_by_role["leader"]
        cls.team = cls.env["crm.team"].create(
            {
                "name": "North",
                "user_id": cls.leader.id,
                "member_ids": [
                    Command.set((cls.leaver + cls.anna + cls.bert).ids),
                ],
            }
        )
        (cls.customer + cls.buyer + cls.engineer).user_id = cls.leaver
        cls.lead = cls._create_lead("Roof", partner_id=cls.customer.id)

    @classmethod
    def _create_lead(cls, name, **values):
        return cls.env["crm.lead"].create(
            {
                "name": name,
                "type": "opportunity",
                "user_id": cls.leaver.id,
                "team_id": cls.team.id,
                **values,
            }
        )

    def _create_handover(self, env=None, **values):
        handovers = (env or self.env)["c360.customer.handover"]
        return handovers.create(
            {
                "user_ids": [Command.set(self.leaver.ids)],
                "fallback_id": self.anna.id,
                **values,
            }
        )

    def _hand_over(self, **values):
        handover = self._create_handover(**values)
        handover.action_prepare()
        handover.action_start()
        return handover

    def _find_item(self, handover, record):
        return handover.item_ids.filtered(
            lambda item: (item.res_model, item.res_id) == (record._name, record.id)
        )

    def _count_of(self, handover):
        return {line.source: line.count for line in handover.line_ids if line.count}


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerHandover(HandoverCommon):
    def _create_everything(self):
        """One open and one done document of every kind of the host."""
        env = self.env(user=self.leaver)
        lead = self._create_lead("Cold", type="lead", email_from="c@cold.example")
        won = self._create_lead("Won", partner_id=self.customer.id)
        won.action_set_won()
        product = self.env["product.product"].create({"name": "Beam"})
        order = {
            "partner_id": self.customer.id,
            "user_id": self.leaver.id,
            "order_line": [Command.create({"product_id": product.id})],
        }
        quotation, sold = self.env["sale.order"].create([order, order])
        sold.action_confirm()
        ticket = self.env["helpdesk.ticket"].create(
            {
                "name": "Leak",
                "description": "It leaks",
                "partner_id": self.buyer.id,
                "user_id": self.leaver.id,
            }
        )
        activity = self.lead.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.leaver.id
        )
        meetings = env["calendar.event"].create(
            [
                {
                    "name": name,
                    "start": start,
                    "stop": start,
                    "partner_ids": [
                        Command.set((self.leaver.partner_id + self.buyer).ids)
                    ],
                }
                for name, start in (
                    ("Next", datetime(2031, 5, 1, 9)),
                    ("Past", datetime(2021, 5, 1, 9)),
                )
            ]
        )
        return {
            "lead": (lead, won),
            "quotation": (quotation, sold),
            "ticket": (ticket, None),
            "activity": (activity, None),
            "meeting": tuple(meetings.sudo()),
        }

    def test_all_that_is_open_goes_and_what_is_done_stays(self):
        things = self._create_everything()
        handover = self._create_handover(env=self.env_of("manager"))
        handover.action_prepare()
        self.assertEqual(
            self._count_of(handover),
            {
                "customer": 3,
                "lead": 1,
                "opportunity": 1,
                "quotation": 1,
                "ticket": 1,
                "activity": 1,
                "meeting": 1,
            },
        )
        self.assertEqual(handover.state, "preview")
        handover.action_start()
        self.assertEqual(handover.state, "done")
        self.assertEqual((handover.done_count, handover.problem_count), (9, 0))
        audit = self.env["c360.customer.audit"].search([], limit=1)
        self.assertEqual((audit.kind, audit.model), ("change", handover._name))
        self.assertEqual((audit.record_count, audit.detail), (9, handover.display_name))
        self.assertEqual(audit.user_id, self.users_by_role["manager"])
        owned = self.customer + self.buyer + self.engineer
        self.assertEqual(owned.user_id, self.anna)
        for kind, (still_open, done) in things.items():
            with self.subTest(kind):
                self.assertEqual(still_open.user_id, self.anna)
                if done:
                    self.assertEqual(done.user_id, self.leaver)
        meeting = things["meeting"][0]
        self.assertIn(self.anna.partner_id, meeting.partner_ids)
        self.assertNotIn(self.leaver.partner_id, meeting.partner_ids)

    def test_a_lead_is_not_new_again(self):
        self.lead.date_open = day = datetime(2025, 1, 1)
        self.env.flush_all()
        self._hand_over()
        self.assertEqual(self.lead.user_id, self.anna)
        self.assertEqual(self.lead.date_open, day)
        self.lead.invalidate_recordset()
        self.assertEqual(self.lead.date_open, day)

    def test_no_mail_for_records_but_one_for_the_successor(self):
        leads = [self._create_lead(f"Deal {place}") for place in range(5)]
        self.env["mail.message"].flush_model()
        last = self.env["mail.message"].search([], order="id desc", limit=1).id
        self._hand_over()
        told = self.env["mail.message"].search(
            [("id", ">", last), ("partner_ids", "in", self.anna.partner_id.ids)]
        )
        self.assertEqual(told.mapped("model"), ["c360.customer.handover"])
        self.assertIn("Opportunities", told.body)
        notes = self.env["mail.message"].search(
            [("id", ">", last), ("model", "=", "crm.lead")]
        )
        self.assertEqual(len(notes), len(leads) + 1)
        self.assertIn("Handed over from leaver to anna", notes[0].body)
        self.assertFalse(notes.notification_ids)
        # the successor follows, who is gone for good does not
        self.assertIn(self.anna.partner_id, leads[0].message_partner_ids)
        self.assertNotIn(self.leaver.partner_id, leads[0].message_partner_ids)

    def test_what_belongs_together_stays_together(self):
        others = [
            self._create_customer(f"Customer {place}", user_id=self.leaver.id)
            for place in range(6)
        ]
        leads = [self._create_lead("Deal", partner_id=some.id) for some in others]
        handover = self._create_handover(allocation="load")
        handover.action_prepare()
        to = {(i.res_model, i.res_id): i.user_id for i in handover.item_ids}
        for partner, lead in zip(others, leads, strict=True):
            self.assertEqual(
                to["res.partner", partner.id], to["crm.lead", lead.id], partner.name
            )
        shares = {share.user_id: share.count for share in handover.share_ids}
        self.assertEqual(shares.keys(), {self.anna, self.bert})
        self.assertLessEqual(abs(shares[self.anna] - shares[self.bert]), 2)

    def test_who_knows_the_customer_gets_him(self):
        self._create_lead("Old", partner_id=self.buyer.id, user_id=self.bert.id)
        other = self._create_customer("Stranger", user_id=self.leaver.id)
        handover = self._create_handover(allocation="relation")
        handover.action_prepare()
        to = {
            i.res_id: i.user_id
            for i in handover.item_ids
            if i.res_model[4:] == "partner"
        }
        self.assertEqual(to[self.customer.id], self.bert)
        self.assertEqual(to[other.id], self.anna, "the fallback")

    def test_region(self):
        state = self.env.ref("base.state_us_5")
        self._create_customer("Near", user_id=self.bert.id, state_id=state.id)
        self.customer.state_id = state
        handover = self._create_handover(allocation="region")
        handover.action_prepare()
        self.assertEqual(handover.item_ids.filtered("partner_id").user_id, self.bert)

    def test_team_of_the_record(self):
        south = self.env["crm.team"].create(
            {"name": "South", "member_ids": [Command.set(self.bert.ids)]}
        )
        self.lead.write({"team_id": south.id, "partner_id": False})
        handover = self._create_handover(
            allocation="team",
            successor_ids=[Command.set((self.anna + self.bert).ids)],
        )
        handover.action_prepare()
        item = self._find_item(handover, self.lead)
        self.assertEqual(item.user_id, self.bert)

    def test_by_hand_beats_the_rule_and_survives(self):
        handover = self._create_handover()
        handover.action_prepare()
        item = handover.item_ids.filtered(lambda item: item.res_model == "crm.lead")
        item.with_user(self.users_by_role["manager"]).user_id = self.bert
        handover.action_prepare()
        item = handover.item_ids.filtered(lambda item: item.res_model == "crm.lead")
        self.assertEqual(item.user_id, self.bert)
        self.assertIn(self.bert, handover.share_ids.user_id)
        handover.action_start()
        self.assertEqual(self.lead.user_id, self.bert)

    def test_what_is_shown_is_what_will_be_done(self):
        handover = self._create_handover()
        handover.action_prepare()
        handover.fallback_id = self.bert
        self.assertEqual(handover.item_ids.user_id, self.bert)
        handover.partner_ids = self._create_customer("Else")
        self.assertFalse(handover.item_ids)
        self.assertFalse(handover.share_ids)

    def test_the_sheet_tells_customer_by_customer(self):
        self.customer.phone = "+32 2 555 10 00"
        handover = self._create_handover(note="Mind the roof.")
        handover.action_prepare()
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "crm_customer360.c360_customer_handover_sheet", handover.ids
        )
        for words in (b"Harbour Timber", b"+32 2 555 10 00", b"Roof", b"anna", b"Mind"):
            self.assertIn(words, html)

    def test_by_kind(self):
        handover = self._create_handover()
        handover.action_prepare()
        lines = {line.source: line for line in handover.line_ids}
        lines["opportunity"].user_id = self.bert
        lines["customer"].is_included = False
        handover.action_start()
        self.assertEqual(self.lead.user_id, self.bert)
        self.assertEqual(self.customer.user_id, self.leaver)

    def test_only_these_customers(self):
        self._create_lead("Of nobody")
        other = self._create_customer("Other", user_id=self.leaver.id)
        handover = self._hand_over(partner_ids=[Command.set(self.customer.ids)])
        self.assertEqual(self._count_of(handover), {"customer": 3, "opportunity": 1})
        self.assertEqual(other.user_id, self.leaver)

    # ------------------------------------------------------------
    # What happens meanwhile, and afterwards
    # ------------------------------------------------------------

    def test_what_changed_meanwhile_is_left_alone(self):
        closed, gone, given = (self._create_lead(name) for name in "abc")
        handover = self._create_handover()
        handover.action_prepare()
        closed.action_set_won()
        gone.unlink()
        given.user_id = self.bert
        handover.action_start()
        self.assertEqual(handover.state, "done")
        self.assertEqual(handover.problem_count, 3)
        self.assertEqual(closed.user_id, self.leaver)
        self.assertEqual(given.user_id, self.bert)
        reasons = handover.item_ids.filtered("reason").mapped("reason")
        self.assertCountEqual(
            reasons,
            [
                "It was closed meanwhile.",
                "It was deleted meanwhile.",
                "It was given to bert meanwhile.",
            ],
        )

    def test_a_customer_merged_meanwhile(self):
        merged = self._create_customer("Twin", user_id=self.leaver.id)
        target = self._create_customer("Stays")
        handover = self._create_handover(partner_ids=[Command.set(merged.ids)])
        handover.action_prepare()
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((merged + target).ids, target)
        self.assertEqual(handover.item_ids.res_id, target.id)
        self.assertEqual(handover.item_ids.partner_id, target)
        self.assertEqual(handover.partner_ids, target)

    def test_one_bad_record_does_not_stop_the_others(self):
        bad = self._create_lead("Bad")
        handover = self._create_handover()
        handover.action_prepare()
        original = type(self.env["crm.lead"]).write

        def write(leads, vals):
            if "user_id" in vals and bad in leads:
                raise UserError(REFUSAL)
            return original(leads, vals)

        self.patch(type(self.env["crm.lead"]), "write", write)
        handover.action_start()
        self.assertEqual(self.lead.user_id, self.anna)
        self.assertEqual(bad.user_id, self.leaver)
        item = self._find_item(handover, bad)
        self.assertEqual((item.state, item.reason), ("failed", "This one not"))

    def test_it_goes_on_where_it_stopped(self):
        for place in range(6):
            self._create_lead(f"Deal {place}")
        self.patch(run, "SLICE", 4)
        handover = self._create_handover()
        handover.action_prepare()
        handover.action_start()
        self.assertEqual(handover.state, "running", "too much to be done at once")
        self.assertFalse(handover._work(commit=lambda done: 0), "the time is up")
        self.assertEqual(handover.done_count, 4)
        self.assertTrue(handover._work())
        self.assertEqual(handover.state, "done")
        self.assertEqual(handover.done_count, 10)

    def test_dossiers_of_the_customers_are_printed(self):
        self.env["c360.customer.profile"]._refresh(self.customer)
        handover = self._create_handover()
        handover.action_prepare()
        action = handover.action_print_dossiers()
        self.assertEqual(action["report_name"], "crm_customer360.c360_customer_dossier")
        self.assertEqual(action["context"]["active_ids"], self.customer.ids)

    def test_without_a_customer_there_is_no_dossier(self):
        handover = self._create_handover()
        with self.assertRaisesRegex(UserError, "no customer in this handover"):
            handover.action_print_dossiers()
