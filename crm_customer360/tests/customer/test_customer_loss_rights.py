from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from .common import CustomerCommon


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerLossRights(CustomerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(freeze_time("2026-06-30"))
        cls.Loss = cls.env["c360.customer.loss"]
        cls.mine, cls.theirs, cls.unowned = (
            cls._create_customer(name) for name in ("Mine", "Theirs", "Unowned")
        )
        cls.mine.user_id = cls.users_by_role["user"]
        cls.theirs.user_id = cls.users_by_role["leader"]
        partners = cls.mine | cls.theirs | cls.unowned
        for partner in partners:
            cls._order("2026-01-01", partner=partner, user_id=False)
        cls.Profile._refresh(partners)
        cls.losses = cls.Loss.search([("partner_id", "in", partners.ids)])

    def _visible(self, role):
        return (
            self.env_of(role)["c360.customer.loss"]
            .search([("id", "in", self.losses.ids)])
            .partner_id
        )

    def test_who_sees_which(self):
        self.assertEqual(self._visible("user"), self.mine | self.unowned)
        for role in ("leader", "care", "service", "analyst", "manager"):
            with self.subTest(role):
                self.assertEqual(self._visible(role), self.losses.partner_id)
        with self.assertRaises(AccessError):
            self._visible("stranger")

    def test_who_may_say_why(self):
        values = {"cause": "price", "said_by": "customer"}
        for role in ("user", "leader", "care", "manager"):
            with self.subTest(role):
                mine = self.losses.filtered(lambda loss: loss.partner_id == self.mine)
                mine.with_user(self.users_by_role[role]).write(values)
        for role in ("service", "analyst"):
            with self.subTest(role), self.assertRaises(AccessError):
                self.losses.with_user(self.users_by_role[role]).write(values)
        theirs = self.losses.filtered(lambda loss: loss.partner_id == self.theirs)
        for method in ("action_win_back", "action_give_up"):
            with self.assertRaises(AccessError):
                getattr(theirs.with_user(self.users_by_role["user"]), method)()
        with self.assertRaises(AccessError):
            theirs.with_user(self.users_by_role["leader"]).unlink()

    def test_what_the_system_writes_nobody_does(self):
        mine = self.losses.filtered(lambda loss: loss.partner_id == self.mine)
        for values in (
            {"state": "won_back"},
            {"lost_revenue": 1},
            {"partner_id": self.theirs.id},
            {"date": "2020-01-01"},
            {"won_back_rate": 1},
        ):
            with self.subTest(values), self.assertRaisesRegex(UserError, "by hand"):
                mine.with_user(self.users_by_role["manager"]).write(values)
        loss = self.env_of("user")["c360.customer.loss"].create(
            {
                "partner_id": self._create_customer("New").id,
                "state": "won_back",
                "lost_revenue": 1000000,
            }
        )
        self.assertEqual((loss.state, loss.lost_revenue), ("open", 0))

    def test_another_company_sees_nothing(self):
        _company, user = self._create_second_company()
        self.assertFalse(
            self.Loss.with_user(user).search([("id", "in", self.losses.ids)])
        )

    def test_the_page_shows_why(self):
        page = self.env_of("user")["c360.customer.page"].load(self.mine.id)
        [card] = [card for card in page["panels"] if card["key"] == "loss"]
        self.assertEqual(card["figures"][0]["value"], "unknown")
        self.assertEqual(card["rows"][0]["title"], "Cause unknown")
        page = self.env_of("user")["c360.customer.page"].load(self.customer.id)
        self.assertNotIn("loss", [card["key"] for card in page["panels"]])
