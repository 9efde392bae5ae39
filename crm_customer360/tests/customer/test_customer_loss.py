from datetime import date

from odoo.exceptions import UserError, ValidationError
from odoo.tests import freeze_time, tagged

from .common import CustomerCommon


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerLoss(CustomerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(freeze_time("2026-06-30"))
        cls.Loss = cls.env["c360.customer.loss"]
        cls.seller = cls.users_by_role["user"]
        cls.customer.user_id = cls.seller

    def _loss(self, partner=None):
        return self.Loss.search(
            [("partner_id", "=", (partner or self.customer).id)], order="id"
        )

    def _lose(self, partner=None, price=100):
        """A customer whose last order is 180 days old today."""
        self._order("2026-01-01", partner=partner, price=price)
        self.Profile._refresh()
        return self._loss(partner)

    def test_whoever_churns_is_recorded_once(self):
        self._order("2025-01-01", price=1000)
        self._order("2025-11-01", price=30)
        loss = self._lose(price=70)
        self.assertRecordValues(
            loss,
            [
                {
                    "partner_name": "Harbour Timber",
                    "company_id": self.company.id,
                    "date": date(2026, 6, 30),
                    "state": "open",
                    "cause": False,
                    "user_id": self.seller.id,
                    # twelve months up to the last order: not the one of last year
                    "lost_revenue": 100.0,
                }
            ],
        )
        self.assertEqual(loss.lifecycle_id.new, "churned")
        self.Profile._refresh()
        self.Profile._refresh(self.customer)
        self.assertEqual(self._loss(), loss)

    def test_old_churns_are_history(self):
        self._order("2025-10-01")
        self.Profile._refresh()
        self.assertEqual(self._profile().lifecycle, "churned")
        self.assertFalse(self._loss())

    def test_the_salesperson_is_asked_why(self):
        loss = self._lose()
        self.assertRecordValues(
            loss.activity_ids,
            [
                {
                    "user_id": self.seller.id,
                    "summary": "Why did we lose Harbour Timber?",
                    "date_deadline": date(2026, 7, 7),
                }
            ],
        )
        self.Profile._refresh()
        self.assertEqual(len(loss.activity_ids), 1)
        loss.with_user(self.seller).write({"cause": "price", "said_by": "customer"})
        self.assertFalse(loss.activity_ids, "answered")

    def test_nobody_is_asked_more_than_he_can_answer(self):
        self.company.c360_loss_ask_limit = 2
        partners = [
            self._create_customer(f"Customer {i}", user_id=self.seller.id)
            for i in range(4)
        ]
        for partner, price in zip(partners, (10, 40, 30, 20), strict=True):
            self._order("2026-01-01", partner=partner, price=price)
        mails = self.env["mail.mail"].search_count([])
        self.Profile._refresh()
        losses = [self._loss(partner) for partner in partners]
        self.assertEqual([len(loss.activity_ids) for loss in losses], [0, 1, 1, 0])
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        losses[1].write({"cause": "ethics", "said_by": "colleague"})
        self.Profile._refresh()
        self.assertEqual([len(loss.activity_ids) for loss in losses], [0, 0, 1, 1])

    def test_nobody_is_asked_when_the_company_does_not_want_it(self):
        self.company.c360_loss_ask = False
        self.assertFalse(self._lose().activity_ids)

    def test_an_order_wins_him_back(self):
        loss = self._lose()
        with freeze_time("2026-07-10"):
            self._order("2026-07-08")
            self.Profile._refresh(self.buyer)
        self.assertRecordValues(
            loss,
            [
                {
                    "state": "won_back",
                    "date_closed": date(2026, 7, 8),
                    "won_back_rate": 1.0,
                }
            ],
        )
        self.assertFalse(loss.activity_ids)
        with freeze_time("2027-01-04"):
            self.Profile._refresh()
        self.assertEqual(
            self._loss().mapped("state"), ["won_back", "open"], "he left again"
        )

    def test_an_order_found_late_makes_it_no_loss(self):
        loss = self._lose()
        self._order("2026-06-20")
        self.Profile._refresh(self.customer)
        self.assertEqual(loss.state, "void")

    def test_what_was_heard_on_the_day_of_the_last_order_is_one_loss(self):
        self._order("2026-01-01")
        with freeze_time("2026-01-01 18:00:00"):
            self.Profile._refresh()
            heard = self.Loss.create({"partner_id": self.customer.id})
        self.Profile._refresh()
        self.assertEqual(self._profile().lifecycle, "churned")
        self.assertEqual(self._loss(), heard)
        self.assertEqual(heard.state, "open")
        heard.action_win_back()

    def test_the_loss_of_a_customer_who_was_deleted_ends(self):
        customer = self._create_customer("Quarry")
        loss = self.Loss.create({"partner_id": customer.id})
        customer.unlink()
        self.assertFalse(loss.partner_id)
        self.Profile._refresh()
        self.assertEqual(loss.state, "void")

    def test_somebody_hears_of_it_before_the_ledger(self):
        self._order("2026-06-20", price=50)
        self.Profile._refresh()
        action = self._profile().with_user(self.seller).action_record_loss()
        loss = (
            self.Loss.with_user(self.seller)
            .with_context(**action["context"])
            .create({"cause": "competitor", "said_by": "customer"})
        )
        self.assertEqual((loss.date, loss.lost_revenue), (date(2026, 6, 30), 50))
        self.assertEqual(loss.user_id, self.seller)
        again = self._profile().action_record_loss()
        self.assertEqual(again["res_id"], loss.id)
        self.Profile._refresh()
        self.assertEqual(loss.state, "open", "an order of before says nothing")
        with freeze_time("2026-12-20"):
            self.Profile._refresh()
            self.assertEqual(self._profile().lifecycle, "churned")
            self.assertEqual(self._loss(), loss, "the churn is the same loss")
            self._order("2026-12-20")
            self.Profile._refresh()
        self.assertEqual(loss.state, "won_back")

    def test_several_at_once(self):
        other = self._create_customer("Other", user_id=self.seller.id)
        loss = self._lose()
        self._order("2026-06-20", partner=other)
        self.Profile._refresh()
        action = (self._profile() | self._profile(other)).action_record_loss()
        losses = self.Loss.search(action["domain"])
        self.assertEqual(losses.partner_id, self.customer | other)
        self.assertIn(loss, losses)

    def test_buttons(self):
        loss = self._lose()
        loss.action_win_back()
        self.assertEqual(loss.state, "winning")
        loss.action_reopen()
        self.assertEqual(loss.state, "open")
        loss.action_give_up()
        self.assertEqual((loss.state, loss.date_closed), ("gone", date(2026, 6, 30)))
        loss.action_win_back()
        with self.assertRaisesRegex(UserError, "Being won back.*not possible"):
            loss.action_win_back()
        kinds = self.env["c360.customer.event"].search(
            [("source_model", "=", loss._name), ("source_id", "=", loss.id)],
            order="id",
        )
        self.assertEqual(
            kinds.mapped("kind"),
            ["customer_lost", "winback_started", "winback_started"],
        )

    def test_a_cause_needs_a_speaker(self):
        loss = self._lose()
        with self.assertRaisesRegex(ValidationError, "who says so"):
            loss.cause = "price"

    def test_one_open_loss_a_customer(self):
        self._lose()
        with self.assertRaisesRegex(ValidationError, "recorded already"):
            self.Loss.create({"partner_id": self.buyer.id})

    def test_a_loss_is_somebodys(self):
        with self.assertRaisesRegex(UserError, "Choose the customer"):
            self.Loss.create({})

    def test_companies_are_apart(self):
        company, _user = self._create_second_company()
        self._order("2026-06-20", company_id=company.id)
        loss = self._lose()
        self.assertEqual(loss.company_id, self.company)
        self._order("2026-06-30", company_id=company.id)
        self.Profile._refresh()
        self.assertEqual(loss.state, "open")

    def test_switched_off_nothing_is_recorded(self):
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_value"
        )
        self.assertFalse(self._lose())

    def test_a_merge_leaves_one_open_loss(self):
        double = self._create_customer("Harbor Timber")
        mine = self._lose()
        theirs = self._lose(double)
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [self.customer.id, double.id], self.customer
        )
        self.assertEqual(self._loss(), mine | theirs)
        self.assertEqual((mine.state, theirs.state), ("open", "void"))
        self.assertEqual(theirs.partner_name, "Harbor Timber")

    def test_a_deleted_customer_stays_in_the_figures(self):
        loss = self.Loss.create({"partner_id": self._create_customer("Gone").id})
        loss.partner_id.unlink()
        self.assertTrue(loss.exists())
        self.assertEqual(loss.display_name, "Gone")

    def test_following_many_costs_no_more(self):
        counts = []
        for size in (2, 12):
            partners = self.env["res.partner"].create(
                [{"name": f"C{size} {i}", "customer_rank": 1} for i in range(size)]
            )
            for partner in partners:
                self._order("2026-01-01", partner=partner, user_id=False)
            self.Profile._refresh(partners)
            self.env["c360.customer.loss"].search(
                [("partner_id", "in", partners.ids)]
            ).unlink()
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.assertEqual(len(self.Loss._follow(partners)), size)
            counts.append(self.env.cr.sql_log_count - start)
        self.assertEqual(*counts)
