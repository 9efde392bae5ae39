from contextlib import contextmanager

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import PoolCommon


@tagged("post_install", "-at_install", "c360_pool")
class TestPoolOwnership(PoolCommon):
    """Whatever changes the owner leaves a row in the ledger."""

    def test_assignment_transfer_and_return_by_hand(self):
        lead = self._create_leads().with_user(self.users_by_role["leader"])
        lead.user_id = self.user
        self.assertEqual(lead.pool_state, "held")
        lead.user_id = self.rival
        lead.write({"user_id": False, "pool_reason": "Moved away"})
        self.assertEqual(lead.pool_state, "pooled")
        self.assertEqual(
            [
                (move.kind, move.user_id, move.previous_user_id, move.reason)
                for move in self._moves(lead)[1:]
            ],
            [
                ("assign", self.user, self.env["res.users"], False),
                ("transfer", self.rival, self.user, False),
                ("return", self.env["res.users"], self.rival, "Moved away"),
            ],
        )

    def test_same_owner_is_no_change(self):
        lead = self._create_leads()
        self._claim(lead)
        lead.user_id = self.user
        self.assertEqual(self._moves(lead).mapped("kind"), ["enter", "claim"])

    def test_conversion_to_an_opportunity(self):
        lead = self._create_leads(type="lead")
        wizard = (
            self.env["crm.lead2opportunity.partner"]
            .with_context(
                active_model="crm.lead", active_id=lead.id, active_ids=lead.ids
            )
            .create({"name": "convert", "action": "create", "user_id": self.user.id})
        )
        wizard.action_apply()
        self.assertEqual(lead.pool_state, "held")
        self.assertEqual(self._moves(lead)[-1].kind, "assign")

    def test_ledger_of_a_batch_costs_the_same(self):
        small, large = self._create_leads(2), self._create_leads(50)
        counts = []
        for leads in (small, large):
            self.env.flush_all()
            leads.mapped("name")
            before = self.cr.sql_log_count
            leads._pool_owner_changed(dict.fromkeys(leads.ids, self.rival.id))
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])

    def test_members_cannot_change_the_place_themselves(self):
        lead = self._create_leads()
        self._claim(lead)
        mine = lead.with_user(self.user)
        for vals in ({"pool_id": False}, {"pool_state": False}, {"pool_date": False}):
            with self.subTest(vals), self.assertRaises(AccessError):
                mine.write(vals)
            with self.subTest(vals), self.assertRaises(AccessError):
                mine.create([{"name": "Fake", **vals}])

    def test_defaults_are_no_way_into_a_pool(self):
        for context in (
            {"default_pool_id": self.pool.id},
            {"default_pool_state": "held"},
            {"default_pool_date": "2026-01-01 00:00:00"},
        ):
            for role in ("stranger", "user"):
                self.users_by_role["stranger"].group_ids += self.env.ref(
                    "sales_team.group_sale_salesman"
                )
                with self.subTest(f"{role} {context}"):
                    lead = (
                        self.env_of(role)["crm.lead"]
                        .with_context(**context)
                        .create({"name": "Mine"})
                    )
                    self.assertFalse(lead.sudo().pool_id)
                    self.assertFalse(lead.sudo().pool_state)
                    self.assertFalse(lead.sudo().pool_date)

    # Transfers

    @contextmanager
    def refused(self, words):
        with self.assertRaisesRegex(UserError, words), self.env.cr.savepoint():
            yield

    def test_transfer_by_a_colleague_keeps_the_hold_limit(self):
        self.pool.hold_limit = 2
        theirs, mine = self._create_leads(2), self._create_leads(2)
        self._claim(theirs[0], self.rival)
        self._claim(mine)
        self.env.invalidate_all()
        mine = mine.with_user(self.user)
        with self.refused("Rita Rival may hold 2 leads of “Rest”"):
            mine.write({"user_id": self.rival.id})
        mine[0].user_id = self.rival
        with self.refused("Ask a leader"):
            mine[1].user_id = self.rival
        mine[1].user_id = self.user
        leader = self.users_by_role["leader"]
        mine[1].with_user(leader).user_id = self.rival
        self.assertEqual(mine.sudo().user_id, self.rival)

    def test_transfer_without_a_limit(self):
        lead = self._create_leads()
        self._claim(lead)
        lead.with_user(self.user).user_id = self.rival
        self.assertEqual(lead.user_id, self.rival)

    # Merge and deletion

    def test_merge_keeps_every_row(self):
        leads = self._create_leads(2)
        self._claim(leads[0])
        moves = self._moves(leads)
        head = leads.merge_opportunity()
        self.assertEqual(len(head), 1)
        self.assertEqual(moves.lead_id, head)
        self.assertEqual(len(moves.exists()), 3)
        self.assertEqual(head.user_id, self.user)
        self.assertEqual(head.pool_state, "held")

    def test_merge_with_a_free_lead_takes_over_the_place(self):
        pooled = self._create_leads()
        self.env["c360.pool"].search([]).active = False
        free = self._create_leads(probability=90)
        self.assertFalse(free.pool_id)
        self.pool.active = True
        pooled.sudo().pool_id = self.pool
        head = (pooled + free).merge_opportunity()
        self.assertEqual(head.pool_id, self.pool)
        self.assertEqual(head.pool_state, "pooled")

    def test_deleting_lead_and_customer_keeps_the_rows(self):
        lead = self._create_leads(partner_id=self.customer.id)
        before = self.env["c360.pool.move"].search([], limit=1)
        moves = self._moves(lead)
        lead.with_user(self.users_by_role["manager"]).unlink()
        moves += self.env["c360.pool.move"].search([("id", ">", before.id)])
        self.customer.child_ids.unlink()
        self.customer.unlink()
        moves.invalidate_recordset()
        self.assertEqual(moves.mapped("kind"), ["enter", "leave"])
        self.assertEqual(moves.mapped("lead_name"), ["Pump 0", "Pump 0"])
        self.assertEqual(moves.pool_id, self.pool)
        self.assertFalse(moves.lead_id)
        self.assertFalse(moves.partner_id)

    def test_merging_customers_keeps_the_rows(self):
        twin = self._create_customer("Harbour Timber Twin")
        lead = self._create_leads(partner_id=twin.id)
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.customer + twin).ids, self.customer
        )
        moves = self._moves(lead)
        moves.invalidate_recordset()
        self.assertEqual(moves.partner_id, self.customer)

    def test_nobody_edits_the_ledger(self):
        move = self._moves(self._create_leads())
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            move.reason = "Nicer"
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            move.unlink()
        for role in ("user", "leader", "manager"):
            model = self.env_of(role)["c360.pool.move"]
            with self.subTest(role), self.assertRaises(AccessError):
                model.create({"kind": "claim", "date": "2026-01-01"})

    def test_salespeople_read_rows_of_their_own(self):
        mine, other = self._create_leads(2)
        self._claim(mine)
        self._claim(other, self.rival)
        seen = self.env_of("user")["c360.pool.move"].search([])
        self.assertEqual(seen.sudo().lead_id, mine)
        self.assertEqual(
            self.env_of("leader")["c360.pool.move"].search(
                [("lead_id", "in", (mine + other).ids)]
            ),
            self._moves(mine + other).sorted("id", reverse=True),
        )
        for role in ("stranger", "service", "analyst"):
            with self.subTest(role), self.assertRaises(AccessError):
                self.env_of(role)["c360.pool.move"].search([])

    def test_what_a_deleted_user_held_goes_back(self):
        """The database alone would leave it held by nobody, for ever."""
        gone = new_test_user(
            self.env,
            login="c360_gone",
            groups="crm_customer360.group_user",
            company_id=self.company.id,
        )
        self.env["c360.pool.member"].create(
            {"pool_id": self.pool.id, "user_id": gone.id}
        )
        lead, lost = self._create_leads(2)
        self._claim(lead + lost, gone)
        lost.action_set_lost()
        customer = self._create_customer("Held", city="Ghent")
        self.pool.write(
            {"takes_customers": True, "customer_domain": "[('city', '=', 'Ghent')]"}
        )
        places = self.env["c360.pool.customer"]
        place = places._enter(customer.ids)
        places.with_user(gone).claim(place.ids)
        self.assertEqual(customer.user_id, gone)
        self.env["c360.pool.arrival"].search([]).unlink()
        gone.unlink()
        self.env.invalidate_all()
        for held in (lead, lost):
            self.assertEqual(held.pool_state, "pooled")
            move = self._moves(held)[-1]
            self.assertEqual(move.kind, "return")
            self.assertIn("User deleted", move.reason)
        self.assertEqual(place.state, "pooled")
        self.assertFalse(place.user_id)
        self.assertEqual(self._claim(lead)["granted"], lead.ids)
