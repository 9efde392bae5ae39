from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged

from .common import CustomerCommon


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerSegmentMembers(CustomerCommon):
    """Lists kept by hand, merges, filters on contacts, and who may do what."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(freeze_time("2026-06-01"))
        cls.Segment = cls.env["c360.customer.segment"]
        cls.Member = cls.env["c360.customer.segment.member"]
        cls.mill = cls._create_customer("Paper Mill")
        cls.yard = cls._create_customer("Boat Yard")
        cls.fair = cls.Segment.create({"name": "Fair", "kind": "fixed"})

    def _rows(self, segment):
        rows = self.Member.search([("segment_id", "=", segment.id)], order="id")
        return [
            (row.partner_id, str(row.date_from), str(row.date_to or "")) for row in rows
        ]

    # ------------------------------------------------------------------- by hand

    def test_contacts_bring_their_customer_once(self):
        self.assertEqual(self.fair._add_partners(self.buyer + self.engineer), 1)
        self.assertEqual(self.fair._add_partners(self.customer + self.mill), 1)
        self.assertEqual(self.fair._get_partners(), self.customer + self.mill)
        self.assertEqual(self.fair.partner_count, 2)
        self.fair._refresh()
        self.assertEqual(self.fair.partner_count, 2, "the night leaves them alone")

    def test_who_is_taken_out_was_in(self):
        self.fair._add_partners(self.customer + self.mill)
        with freeze_time("2026-06-20"):
            self.fair.member_ids.filtered(
                lambda row: row.partner_id == self.mill
            ).action_leave()
            self.assertEqual(self.fair.partner_count, 1)
            self.assertEqual(
                self._rows(self.fair)[1], (self.mill, "2026-06-01", "2026-06-20")
            )
            self.fair._add_partners(self.mill)
            self.assertEqual(len(self._rows(self.fair)), 3)

    def test_conditions_decide_alone(self):
        segment = self.Segment.create({"name": "Test", "reach": "all"})
        with self.assertRaisesRegex(UserError, "follow from its conditions"):
            segment._add_partners(self.mill)
        with self.assertRaisesRegex(UserError, "follow from its conditions"):
            self.Member.create({"segment_id": segment.id, "partner_id": self.mill.id})
        segment._refresh()
        with self.assertRaisesRegex(UserError, "follow from its conditions"):
            segment.member_ids[:1].action_leave()

    def test_an_import_adds_members(self):
        result = self.Member.load(
            ["segment_id", "partner_id"],
            [["Fair", "Paper Mill"], ["Fair", "Boat Yard"], ["Fair", "Paper Mill"]],
        )
        self.assertFalse(result["messages"])
        self.assertEqual(self.fair._get_partners(), self.mill + self.yard)

    def test_a_segment_by_conditions_can_be_frozen(self):
        segment = self.Segment.create(
            {
                "name": "Test",
                "reach": "all",
                "domain": str([("id", "=", self.mill.id)]),
            }
        )
        segment._refresh()
        segment.kind = "fixed"
        segment._refresh()
        self.assertEqual(segment._get_partners(), self.mill)

    def test_who_left_twice_on_a_day_can_be_found_by_conditions(self):
        for _twice in range(2):
            self.fair._add_partners(self.mill)
            self.fair._remove_partners(self.mill)
        self.fair.write(
            {
                "kind": "dynamic",
                "reach": "all",
                "domain": str([("id", "=", self.mill.id)]),
            }
        )
        self.fair._refresh()
        self.assertFalse(self.fair.refresh_error)
        self.assertEqual(self.fair._get_partners(), self.mill)
        self.assertEqual(
            self._rows(self.fair),
            [(self.mill, "2026-06-01", "2026-06-01"), (self.mill, "2026-06-01", "")],
        )

    def test_the_wizard_adds_from_both_lists(self):
        self._order("2026-05-01", partner=self.mill)
        self.Profile._refresh()
        Wizard = self.env["c360.customer.segment.add"]
        for records in (self.buyer + self.customer, self._profile(self.mill)):
            with Form(
                Wizard.with_context(active_model=records._name, active_ids=records.ids)
            ) as form:
                self.assertEqual(form.partner_count, 1)
                form.segment_id = self.fair
            action = form.record.action_add()
            self.assertEqual(action["domain"], [("segment_id", "=", self.fair.id)])
        self.assertEqual(self.fair._get_partners(), self.customer + self.mill)
        wizard = Wizard.with_context(active_ids=self.yard.ids).create({"name": "New"})
        wizard.action_add()
        new = self.Segment.search([("name", "=", "New")])
        self.assertEqual((new.kind, new._get_partners()), ("fixed", self.yard))
        with self.assertRaisesRegex(UserError, "name a new one"):
            Wizard.create({}).action_add()

    # ------------------------------------------------------------------ contacts

    def test_contacts_are_found_by_the_segment_of_their_customer(self):
        Partner = self.env["res.partner"]
        ours = self.customer + self.buyer + self.engineer + self.mill + self.yard
        among = [("id", "in", ours.ids)]
        self.fair._add_partners(self.customer + self.mill)
        other = self.Segment.create({"name": "Other", "kind": "fixed"})
        other._add_partners(self.mill)
        inside = self.customer + self.buyer + self.engineer + self.mill
        found = {
            "in": [("c360_segment_ids", "in", self.fair.ids)],
            "=": [("c360_segment_ids", "=", self.fair.id)],
            "ilike": [("c360_segment_ids", "ilike", "fai")],
            "path": [("c360_segment_ids.name", "=", "Fair")],
        }
        for name, domain in found.items():
            with self.subTest(name):
                self.assertEqual(Partner.search(domain + among), inside.sorted())
        outside = {
            "not in": [("c360_segment_ids", "not in", (self.fair + other).ids)],
            "none": [("c360_segment_ids", "=", False)],
            "not ilike": [("c360_segment_ids", "not ilike", "fai")],
        }
        for name, domain in outside.items():
            with self.subTest(name):
                self.assertEqual(Partner.search(domain + among), self.yard)
        any_at_all = [("c360_segment_ids", "!=", False)]
        self.assertEqual(Partner.search(any_at_all + among), inside.sorted())
        self.assertEqual(self.buyer.c360_segment_ids, self.fair)
        self.assertEqual(self.mill.c360_segment_ids, self.fair + other)
        self.assertFalse(self.yard.c360_segment_ids)

    def test_who_left_is_not_found(self):
        self.fair._add_partners(self.mill)
        with freeze_time("2026-06-20"):
            self.fair._remove_partners(self.mill)
        domain = [("c360_segment_ids", "in", self.fair.ids)]
        self.assertFalse(self.env["res.partner"].search(domain))
        self.assertFalse(self.mill.c360_segment_ids)

    def test_leads_and_profiles_are_found_by_segment(self):
        lead = self.env["crm.lead"].create(
            {"name": "Hull", "partner_id": self.buyer.id}
        )
        self.Profile._refresh()
        self.fair._add_partners(self.customer)
        domain = [("partner_id.c360_segment_ids", "in", self.fair.ids)]
        self.assertEqual(self.env["crm.lead"].search(domain), lead)
        domain = [("c360_segment_ids", "in", self.fair.ids)]
        self.assertEqual(self.Profile.search(domain).partner_id, self.customer)

    # --------------------------------------------------------------------- merge

    def _merge(self, *partners, into):
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [partner.id for partner in partners], into
        )

    def test_a_merge_keeps_every_stay(self):
        other = self.Segment.create({"name": "Other", "kind": "fixed"})
        other._add_partners(self.yard)
        with freeze_time("2026-01-01"):
            self.fair._add_partners(self.mill)
        with freeze_time("2026-02-01"):
            self.fair._remove_partners(self.mill)
        with freeze_time("2026-03-01"):
            self.fair._add_partners(self.mill + self.yard)
        self.fair._add_partners(self.customer)
        self._merge(self.mill, self.yard, self.customer, into=self.customer)
        self.assertEqual(
            sorted(self._rows(self.fair), key=lambda row: row[1]),
            [
                (self.customer, "2026-01-01", "2026-02-01"),
                (self.customer, "2026-03-01", ""),
            ],
        )
        self.assertEqual(self._rows(other), [(self.customer, "2026-06-01", "")])

    def test_merged_into_a_contact_the_customer_is_the_member(self):
        self.mill.is_company = False
        self.fair._add_partners(self.mill)
        self._merge(self.buyer, self.mill, into=self.buyer)
        self.assertEqual(self._rows(self.fair), [(self.customer, "2026-06-01", "")])

    # -------------------------------------------------------------------- rights

    def _create_as(self, role, **values):
        return self.env_of(role)["c360.customer.segment"].create(
            {"name": f"Of {role}", "reach": "all", **values}
        )

    def test_who_sees_which_segments(self):
        team = self.env["crm.team"].create(
            {"name": "Tigers", "member_ids": [self.users_by_role["user"].id]}
        )
        mine = self._create_as("user", visibility="own")
        theirs = self.Segment.create({"name": "Private", "visibility": "own"})
        shared = self.Segment.create(
            {"name": "Tigers only", "visibility": "team", "team_id": team.id}
        )
        every = self.fair + mine + theirs + shared
        seen = {
            "user": self.fair + mine + shared,
            "leader": self.fair,
            "care": self.fair,
            "service": self.fair,
            "analyst": self.fair,
            "manager": every,
        }
        for role, expected in seen.items():
            with self.subTest(role):
                found = self.env_of(role)["c360.customer.segment"].search(
                    [("id", "in", every.ids)]
                )
                self.assertEqual(set(found.ids), set(expected.ids))
        with self.assertRaises(AccessError):
            self.env_of("stranger")["c360.customer.segment"].search([])

    def test_who_changes_which_segments(self):
        for role in ("user", "service", "analyst"):
            with self.subTest(role), self.assertRaises(AccessError):
                self.fair.with_user(self.users_by_role[role]).name = "Mine"
            with self.subTest(role), self.assertRaises(AccessError):
                self.fair.with_user(self.users_by_role[role])._add_partners(self.mill)
            with self.subTest(role), self.assertRaises(AccessError):
                self.fair.with_user(self.users_by_role[role]).action_refresh()
        for role in ("leader", "care"):
            shared = self.fair.with_user(self.users_by_role[role])
            shared.name = f"Changed by {role}"
            shared._add_partners(self.mill)
        mine = self._create_as("user")
        mine.condition_ids = [Command.create({"subject": "order"})]
        mine.action_refresh()
        self.assertTrue(mine.date_refreshed)
        for role in ("service", "analyst", "stranger"):
            with self.subTest(role), self.assertRaises(AccessError):
                self._create_as(role)
        condition = mine.condition_ids
        with self.assertRaises(AccessError):
            condition.with_user(self.users_by_role["service"]).count_min = 2

    def test_members_one_may_not_see_are_not_listed(self):
        self.mill.user_id = self.users_by_role["leader"]
        self.yard.user_id = self.users_by_role["user"]
        self.fair._add_partners(self.customer + self.mill + self.yard)
        for role, expected in {
            "user": self.customer + self.yard,
            "leader": self.customer + self.mill + self.yard,
        }.items():
            env = self.env_of(role)
            domain = [("segment_id", "=", self.fair.id)]
            rows = env["c360.customer.segment.member"].search(domain)
            self.assertEqual(set(rows.partner_id.ids), set(expected.ids), role)
            history = env["c360.customer.segment.history"].search(domain)
            self.assertEqual(set(history.partner_id.ids), set(expected.ids), role)

    def test_nobody_learns_by_a_segment_what_he_may_not_read(self):
        """Fields and models without the right are refused as conditions."""
        if "margin" in self.Profile._fields:
            domain = "[('c360_profile_ids.margin', '>', 10)]"
            with self.assertRaisesRegex(ValidationError, "may not read"):
                self._create_as("user", domain=domain)
            self._create_as("manager", domain=domain)
        for domain in (
            "[('child_ids', 'any', [('credit', '>', 10)])]",
            "[('parent_id.credit', '>', 10)]",
            "['!', ('credit', '>', 10)]",
        ):
            with (
                self.subTest(domain),
                self.assertRaisesRegex(ValidationError, "may not read"),
            ):
                self._create_as("user", domain=domain)
        person = {"subject": "person", "domain": domain}
        with self.assertRaisesRegex(ValidationError, "may not read"):
            self._create_as("user", condition_ids=[Command.create(person)])
        self.users_by_role["manager"].group_ids += self.env.ref(
            "account.group_account_readonly"
        )
        self._create_as("manager", condition_ids=[Command.create(person)])
        mine = self._create_as("user")
        preview = mine.new({"domain": domain}, origin=mine)
        self.assertIn("may not read", preview.preview_error)

    def test_value_is_for_those_who_see_every_customer(self):
        self.assertNotIn(
            "revenue",
            self.fair.with_user(self.users_by_role["user"]).fields_get(
                ["revenue", "margin"]
            ),
        )
        leader = self.fair.with_user(self.users_by_role["leader"])
        self.assertEqual(list(leader.fields_get(["revenue", "margin"])), ["revenue"])

    def test_companies_are_kept_apart(self):
        company, user = self._create_second_company()
        there = self.Segment.create(
            {"name": "There", "kind": "fixed", "company_id": company.id}
        )
        there._add_partners(self.mill)
        self.fair._add_partners(self.mill)
        env = self.env(user=user)
        self.assertEqual(
            env["c360.customer.segment"].search(
                [("id", "in", (there + self.fair).ids)]
            ),
            there,
        )
        self.assertEqual(
            env["c360.customer.segment.member"].search([]), there.member_ids
        )
        self.assertEqual(self.mill.with_env(env).c360_segment_ids, there)
        domain = [("c360_segment_ids", "in", self.fair.ids)]
        self.assertFalse(env["res.partner"].search(domain))
