from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import PoolCommon


@tagged("post_install", "-at_install", "c360_pool")
class TestPoolBoard(PoolCommon):
    """One story, told by the clock: six leads come in on Monday the 16th of March."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leader = cls.users_by_role["leader"]
        cls.reason = cls.env["c360.pool.return.reason"].create(
            {"name": "Not my region"}
        )
        cls.fair = cls.env["utm.source"].create({"name": "C360 fair"})
        with freeze_time("2026-03-16 08:00:00"):
            cls.leads = cls._create_leads(6, type="lead", source_id=cls.fair.id)
            cls._set_dates(cls.leads, "2026-03-16 08:00:00")
        mine, kept, returned, theirs, _waiting, won = cls.leads
        with freeze_time("2026-03-16 10:00:00"):
            cls.env(user=cls.user)["c360.pool"].claim((mine + kept + returned).ids)
        with freeze_time("2026-03-16 14:00:00"):
            cls.env(user=cls.rival)["c360.pool"].claim((theirs + won).ids)
        cls.env.invalidate_all()
        with freeze_time("2026-03-16 13:00:00"):
            cls._call(mine, cls.user)
        with freeze_time("2026-03-17 09:00:00"):
            cls._call(won, cls.rival)
            won.with_user(cls.rival).convert_opportunity(cls.customer)
            won.with_user(cls.rival).action_set_won()
            mine.with_user(cls.user).convert_opportunity(cls.customer)
        with freeze_time("2026-03-18 09:00:00"):
            cls.env["c360.pool"].with_user(cls.user)._put(
                returned.with_user(cls.user),
                reason="Too far away",
                return_reason_id=cls.reason.id,
            )
        cls.env.flush_all()
        cls.env.invalidate_all()

    @classmethod
    def _set_dates(cls, leads, moment):
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE crm_lead SET create_date = %s WHERE id = ANY(%s)",
            [moment, leads.ids],
        )

    @classmethod
    def _call(cls, lead, user):
        cls.env["c360.contact.touch"].with_user(user)._log(
            [{"channel": "phone", "source_model": "crm.lead", "source_id": lead.id}]
        )

    def _load(self, user, period="month", now="2026-03-20 12:00:00", **values):
        with freeze_time(now):
            return self.env(user=user)["c360.pool.board"].load(period, **values)

    def _cards(self, board):
        return {card["key"]: card["value"] for card in board["cards"]}

    def _row(self, board, section, name):
        [row] = [row for row in board[section] if row["name"] == name]
        return row

    def test_customers_are_no_leads(self):
        before = self._load(self.user)
        report = self.env["c360.pool.report"]
        rows = report.search_count([])
        self.pool.write({"takes_customers": True, "customer_domain": "[]"})
        partner = self._create_customer("Ghent Bikes")
        with freeze_time("2026-03-20 09:00:00"):
            places = self.env["c360.pool.customer"]._enter(partner.ids)
            places.with_user(self.user).claim(places.ids)
        self.env.flush_all()
        self.assertEqual(self._load(self.user), before)
        self.assertEqual(report.search_count([]), rows)

    def test_leaders_see_everything_counted_by_hand(self):
        board = self._load(self.leader)
        self.assertEqual(
            self._cards(board),
            {
                "entered": 6,
                "claimed": 5,
                "assigned": 0,
                "returned": 1,
                "recycled": 0,
                "converted": 2,
                "won": 1,
            },
        )
        # three waited two hours, two waited six
        self.assertEqual(board["hours"]["claim"], 3.6)
        # three hours, nineteen hours; nobody else was contacted
        self.assertEqual(board["hours"]["contact"], 11.0)
        pool = self._row(board, "pools", "Rest")
        self.assertEqual((pool["waiting"], pool["held"]), (2, 3))
        self.assertTrue(board["is_leader"])
        self.assertFalse(board["is_empty"])

    def test_who_hoards_comes_first(self):
        board = self._load(self.leader)
        mine = self._row(board, "members", self.user.name)
        theirs = self._row(board, "members", "Rita Rival")
        self.assertEqual(
            (mine["taken"], mine["held"], mine["silent"], mine["returned_count"]),
            (3, 2, 1, 1),
        )
        self.assertAlmostEqual(mine["rate"], 1 / 3)
        self.assertEqual(
            (theirs["taken"], theirs["held"], theirs["silent"], theirs["won_count"]),
            (2, 1, 1, 1),
        )
        self.assertEqual([mine["long"], theirs["long"]], [0, 0])
        later = self._load(self.leader, now="2026-04-16 12:00:00")
        self.assertEqual(self._row(later, "members", self.user.name)["long"], 2)

    def test_bars_reasons_and_sources(self):
        board = self._load(self.leader)
        self.assertEqual(len(board["bars"]), 30)
        bars = {
            bar["date"]: (bar["entered"], bar["taken"], bar["back"])
            for bar in board["bars"]
        }
        self.assertEqual(bars["2026-03-16"], (6, 5, 0))
        self.assertEqual(bars["2026-03-18"], (0, 0, 1))
        self.assertEqual(bars["2026-03-20"], (0, 0, 0))
        [reason] = board["reasons"]
        self.assertEqual((reason["name"], reason["count"]), ("Not my region", 1))
        [source] = board["sources"]
        self.assertEqual((source["name"], source["count"]), ("C360 fair", 6))

    def test_weeks_of_a_quarter(self):
        board = self._load(self.leader, "quarter")
        self.assertEqual(len(board["bars"]), 13)
        self.assertEqual(sum(bar["entered"] for bar in board["bars"]), 6)

    def test_compared_with_the_period_before(self):
        board = self._load(self.leader, "week", now="2026-03-25 12:00:00")
        cards = {card["key"]: card for card in board["cards"]}
        self.assertEqual(
            (cards["claimed"]["value"], cards["claimed"]["before"]), (0, 5)
        )

    def test_members_see_themselves(self):
        board = self._load(self.user)
        self.assertFalse(board["is_leader"])
        cards = self._cards(board)
        self.assertEqual((cards["claimed"], cards["returned"]), (3, 1))
        self.assertEqual([row["name"] for row in board["members"]], [self.user.name])
        report = self.env(user=self.user)["c360.pool.report"].search([])
        self.assertNotIn(self.rival, report.user_id)

    def test_each_number_has_its_rows(self):
        board = self._load(self.leader)
        report = self.env(user=self.leader)["c360.pool.report"]
        for key, value in self._cards(board).items():
            domain = [*board["domain"], (f"{key}_count", "=", 1)]
            self.assertEqual(report.search_count(domain), value, key)
        silent = self.env(user=self.leader)["crm.lead"].search(
            [("pool_silent", "=", True), ("id", "in", self.leads.ids)]
        )
        self.assertEqual(silent, self.leads[1] + self.leads[3])
        self.assertEqual(
            self.leads.filtered("pool_silent"), self.leads[1] + self.leads[3]
        )

    def test_a_lead_claimed_twice_is_won_once(self):
        returned = self.leads[2]
        for moment in ("2026-03-19 09:00:00", "2026-03-19 15:00:00"):
            with freeze_time(moment):
                self.env(user=self.user)["c360.pool"].claim(returned.ids)
                self.env.invalidate_all()
                if moment.endswith("09:00:00"):
                    self.env["c360.pool"].with_user(self.user)._put(
                        returned.with_user(self.user)
                    )
        returned.with_user(self.user).action_set_won()
        self.env.flush_all()
        won = self.env["c360.pool.report"].search(
            [("lead_id", "=", returned.id), ("won_count", "=", 1)]
        )
        self.assertEqual(str(won.date), "2026-03-19 15:00:00")

    def test_one_pool_only(self):
        board = self._load(self.leader, pool_id=self.key_pool.id)
        self.assertTrue(board["is_empty"])
        self.assertEqual(self._cards(board)["entered"], 0)

    def test_other_companies_are_not_counted(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.leads.company_id = False
        self.env.cr.execute(
            "UPDATE c360_pool_move SET company_id = %s WHERE lead_id = ANY(%s)",
            [company.id, self.leads.ids],
        )
        self.env.invalidate_all()
        board = self._load(self.leader)
        self.assertEqual(self._cards(board)["entered"], 0)

    def test_nothing_of_the_contact_is_told(self):
        text = str(self._load(self.leader)) + str(self._load(self.user))
        for secret in ("Paula", "private.example", "+32", "0470"):
            self.assertNotIn(secret, text)
        fields = self.env["c360.pool.report"]._fields
        self.assertNotIn("partner_id", fields)
        row = self.env(user=self.rival)["c360.pool.report"].search([], limit=1)
        self.assertNotIn("Pump", str(row.read()) if not row.lead_id.user_id else "")

    def test_queries_do_not_grow(self):
        board = self.env(user=self.leader)["c360.pool.board"]
        with freeze_time("2026-03-20 12:00:00"):
            board.load("month")
            self.env.flush_all()
            self.env.invalidate_all()
            # a request has read who asks before it comes here
            self.assertTrue(board.env.user.tz or board.env.company.currency_id)
            with self.assertQueryCount(11):
                board.load("month")

    def test_who_may_load_it(self):
        for role in ("stranger", "service", "analyst", "care"):
            with self.subTest(role), self.assertRaises(AccessError):
                self._load(self.users_by_role[role])
        with self.assertRaisesRegex(UserError, "week, a month"):
            self._load(self.leader, "century")
        self.assertTrue(self.env.registry["c360.pool.board"].load._readonly)

    def test_switched_off_there_is_no_board(self):
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_pool"
        )
        with self.assertRaisesRegex(UserError, "switched off"):
            self._load(self.leader)
