from markupsafe import Markup

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL

from ...models.customer.c360_customer_timeline_filter import TimelineFilter
from ..common import Customer360Common

I_CALLED = "I called"


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerTimelineFilter(Customer360Common):
    """Kind, person, colleague, channel and text narrow the timeline, not its truth."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesman = cls.users_by_role["user"]
        cls.leader = cls.users_by_role["leader"]
        orders = cls.env["sale.order"].create(
            [
                {
                    "partner_id": partner.id,
                    "user_id": user.id,
                    "client_order_ref": ref,
                    "date_order": f"2026-02-0{day} 09:00:00",
                }
                for day, (partner, user, ref) in enumerate(
                    [
                        (cls.customer, cls.salesman, "KEEL"),
                        (cls.buyer, cls.salesman, "MAST"),
                        (cls.buyer, cls.leader, "keelson 50%"),
                    ],
                    start=1,
                )
            ]
        )
        cls.keel, cls.mast, cls.keelson = orders
        cls.ticket = cls.env["helpdesk.ticket"].create(
            {
                "name": "Keel is warped",
                "description": "x",
                "partner_id": cls.engineer.id,
                "user_id": cls.leader.id,
            }
        )

    def _page(self, role="manager", before=None, limit=200, **filters):
        return self.env_of(role)["c360.customer.page"].load_timeline(
            self.customer.id, before, limit, filters
        )

    def _seen(self, role="manager", **filters):
        """Return the (model, id) of the entries, the newest first."""
        entries = self._page(role, **filters)["entries"]
        return [(entry["model"], entry["id"]) for entry in entries]

    def _keys(self, *records):
        return [(record._name, record.id) for record in records]

    def test_kind(self):
        self.assertEqual(
            self._seen(kinds=["order"]),
            self._keys(self.keelson, self.mast, self.keel),
        )
        self.assertEqual(self._seen(kinds=["ticket"]), self._keys(self.ticket))
        self.assertEqual(len(self._seen(kinds=["ticket", "order"])), 4)
        self.assertFalse(self._seen(kinds=["nonsense"]))

    def test_person(self):
        self.assertEqual(
            self._seen(contact_id=self.buyer.id), self._keys(self.keelson, self.mast)
        )
        stranger = self._create_customer("Stranger Ltd")
        self.env["sale.order"].create({"partner_id": stranger.id})
        self.assertFalse(self._seen(contact_id=stranger.id))

    def test_colleague(self):
        self.assertEqual(
            self._seen(user_id=self.leader.id), self._keys(self.ticket, self.keelson)
        )
        self.customer.with_user(self.leader).message_post(
            body=I_CALLED, message_type="comment"
        )
        entries = self._page(user_id=self.leader.id, kinds=["message"])["entries"]
        self.assertEqual(len(entries), 1)
        self.assertFalse(self._seen(user_id=self.salesman.id, kinds=["message"]))

    def test_text_is_looked_for_in_names_of_this_customer_only(self):
        other = self._create_customer("Other Ltd")
        self.env["sale.order"].create(
            {"partner_id": other.id, "client_order_ref": "keel"}
        )
        self.assertEqual(
            self._seen(text=" keel "), self._keys(self.ticket, self.keelson, self.keel)
        )
        self.assertEqual(self._seen(text="50%"), self._keys(self.keelson))
        self.assertEqual(self._seen(text="_"), [], "no wildcard")
        self.assertEqual(self._seen(text=self.mast.name), self._keys(self.mast))

    def test_channel(self):
        post = self.customer.message_post
        post(body=Markup("<p>Wet boards</p>"), message_type="email")
        post(body="For us only", message_type="comment", subtype_xmlid="mail.mt_note")
        post(body="To all", message_type="comment", subtype_xmlid="mail.mt_comment")
        self.customer.activity_schedule(
            "mail.mail_activity_data_call", user_id=self.env.uid
        ).action_feedback(feedback="All fine")
        self.customer.activity_schedule(
            "mail.mail_activity_data_meeting", user_id=self.env.uid
        ).action_feedback(feedback="Nice coffee")

        def texts(channel):
            page = self._page(channel=channel, kinds=["message"])
            return [entry["subtitle"].split(" · ")[-1] for entry in page["entries"]]

        self.assertEqual(texts("email"), ["To all", "Wet boards"])
        self.assertEqual(texts("note"), ["For us only"])
        [call] = texts("phone")
        self.assertIn("All fine", call)
        [visit] = texts("visit")
        self.assertIn("Nice coffee", visit)
        self.assertFalse(self._seen(channel="sms"))
        self.assertFalse(self._seen(channel="nonsense"))

    def test_filters_narrow_each_other(self):
        self.assertEqual(
            self._seen(text="keel", contact_id=self.buyer.id, kinds=["order"]),
            self._keys(self.keelson),
        )

    def test_pages_of_a_filter_neither_skip_nor_repeat(self):
        expected = self._seen(kinds=["order"])
        before, walked = None, []
        while True:
            page = self._page(before=before, limit=1, kinds=["order"])
            walked += [(entry["model"], entry["id"]) for entry in page["entries"]]
            before = page["next"]
            if not before:
                break
        self.assertEqual(walked, expected)

    def test_rights_hold_in_a_filter(self):
        self.assertFalse(self._seen("service", kinds=["order"]))
        self.assertEqual(
            self._seen("user", text="keel", kinds=["order"]), self._keys(self.keel)
        )

    def test_a_filter_leaves_out_what_cannot_answer_it(self):
        env = self.env_of("manager")
        partner_ids = (self.customer | self.buyer | self.engineer).ids

        def sources(**filters):
            chosen = TimelineFilter.parse(env, filters)
            return sum(
                len(
                    panel._get_timeline_pages(
                        self.customer, partner_ids, None, 41, chosen
                    )
                )
                for panel in env["c360.customer.panel"]._get_panels()
            )

        everything = sources()
        self.assertGreater(everything, 6)
        self.assertEqual(sources(kinds=["order"]), 1)
        self.assertEqual(sources(channel="visit"), 2, "messages and contacts")
        self.assertEqual(sources(kinds=["order"], channel="email"), 0)

    def test_a_filter_costs_no_query_more(self):
        page = self.env_of("manager")["c360.customer.page"]

        def count(**filters):
            for _warm in range(2):
                self.env.flush_all()
                self.env.invalidate_all()
                start = self.env.cr.sql_log_count
                page.load_timeline(self.customer.id, None, 40, filters)
            return self.env.cr.sql_log_count - start

        everything = count()
        self.assertLess(count(kinds=["order"]), everything)
        self.assertLessEqual(count(text="keel"), everything)
        # the contact of the colleague is looked up
        self.assertLessEqual(count(user_id=self.leader.id), everything + 1)

    def test_a_select_of_a_panel_is_filtered_by_kind_and_left_out_else(self):
        def select(panel, customer, partner_ids):
            return SQL(
                """SELECT '2026-02-01'::timestamp AS date, 'res.partner' AS model,
                          partner.id AS res_id, 'birthday' AS kind
                     FROM res_partner AS partner
                    WHERE partner.id IN %s""",
                tuple(partner_ids),
            )

        def describe(panel, model, ids):
            return {id_: {"title": "Birthday", "subtitle": False} for id_ in ids}

        panel = self.registry["c360.customer.panel.message"]
        self.patch(panel, "_get_timeline_select", select)
        self.patch(panel, "_get_timeline_entries", describe)
        self.assertEqual(len(self._seen(kinds=["birthday"])), 3)
        self.assertFalse(
            [key for key in self._seen(kinds=["order"]) if key[0] == "res.partner"]
        )
        self.assertFalse(self._seen(kinds=["birthday"], text="Birthday"))

    def test_nonsense_is_answered_with_a_sentence(self):
        for filters in (
            {"text": "x" * 101},
            {"text": "\0"},
            {"text": 5},
            {"contact_id": "x"},
            {"kinds": 5},
            {"colour": "red"},
        ):
            with (
                self.subTest(filters),
                self.assertRaisesRegex(UserError, "cannot be filtered"),
            ):
                self._page(**filters)
        page = self.env_of("manager")["c360.customer.page"]
        with self.assertRaisesRegex(UserError, "cannot be filtered"):
            page.load_timeline(self.customer.id, filters="x")

    def test_the_page_says_what_one_can_filter_by(self):
        def choices(role):
            page = self.env_of(role)["c360.customer.page"].load(self.customer.id)
            return page["timeline"]

        self.customer.user_id = self.salesman
        manager = choices("manager")
        kinds = [kind["key"] for kind in manager["kinds"]]
        self.assertLessEqual({"order", "invoice", "ticket", "message"}, set(kinds))
        self.assertEqual(
            [user["name"] for user in manager["colleagues"]],
            ["Me", "Test user"],
        )
        self.assertIn("email", [channel["key"] for channel in manager["channels"]])
        self.assertNotIn("order", [kind["key"] for kind in choices("service")["kinds"]])

    def test_every_kind_of_a_source_has_a_label(self):
        for panel in self.env["c360.customer.panel"]._get_panels():
            labels = panel._get_timeline_kinds()
            for source in panel._get_timeline_sources():
                with self.subTest(source.kind):
                    self.assertIn(source.kind, labels)
