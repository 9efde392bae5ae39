from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.mail.tools.discuss import Store

from .common import ContactCommon

GREETING = "How are you?"


@tagged("post_install", "-at_install", "c360_contact")
class TestContactLedger(ContactCommon):
    """People read the ledger; it explains itself and leaves with a right."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._create_policy(limit=0)
        cls.message = cls.buyer.message_post(
            body=GREETING,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            contact_purpose="care",
        )
        cls.row = cls._reserve(cls.buyer)
        cls.row.message_id = cls.message

    def rows(self, role, rows=None):
        return (rows or self.row).with_env(self.env_of(role))

    # -- why --

    def test_a_stopped_message_says_why(self):
        [found] = self.rows("care").explain_message(self.message.id)
        self.assertEqual((found["id"], found["state"]), (self.row.id, "blocked"))
        self.assertIn("Berta Buyer: stopped.", found["text"])
        self.assertIn(self.policy.name, found["text"])

    def test_a_waiting_message_says_until_when(self):
        self.policy.limit_count = 1
        row = self._reserve(self.buyer + self.buyer)[1]
        row.message_id = self.message
        found = self.rows("care").explain_message(self.message.id)[-1]
        self.assertIn("waits until", found["text"])

    def test_what_became_of_it_otherwise(self):
        self.policy.limit_count = 3
        rows = self._reserve(self.buyer + self.engineer + self.customer)
        rows.message_id = self.message
        rows[0]._move("failed", reason="No such mailbox")
        rows[1]._move("cancelled", reason="Deleted")
        rows[2]._move("sent", is_override=True, override_reason="He asked")
        texts = [
            found["text"]
            for found in self.rows("care").explain_message(self.message.id)
        ]
        self.assertIn("Berta Buyer: failed. No such mailbox", texts)
        self.assertIn("Emil Engineer: cancelled. Deleted", texts)
        self.assertIn("Harbour Timber: sent all the same, because: He asked", texts)

    def test_only_readers_are_told_why(self):
        self.assertEqual(self.rows("stranger").explain_message(self.message.id), [])
        self.customer.user_id = self.users_by_role["leader"]
        self.row.user_id = self.users_by_role["leader"]
        self.assertEqual(self.rows("user").explain_message(self.message.id), [])
        self.assertEqual(self.rows("care").explain_message("1 OR 1=1"), [])

    def test_the_chatter_learns_the_purpose_without_a_query(self):
        self.env.flush_all()
        self.env.invalidate_all()
        message = self.message.with_env(self.env_of("care"))
        store = Store().add(message)
        [data] = [
            data
            for data in store.get_result()["mail.message"]
            if data["id"] == self.message.id
        ]
        self.assertEqual(data["contact_purpose"], "care")

    # -- what is shown --

    def test_an_incoming_message_is_received(self):
        incoming = self.env["c360.contact.touch"].create(
            {
                "channel": "email",
                "purpose": "service",
                "direction": "in",
                "state": "sent",
            }
        )
        self.assertEqual(incoming.shown_state, "Received")
        self.assertEqual(self.row.shown_state, "Stopped")

    def test_a_call_is_planned_and_done(self):
        call = self.env["c360.contact.touch"].create(
            {"channel": "phone", "purpose": "service", "state": "reserved"}
        )
        self.assertEqual(call.shown_state, "Planned")
        call._move("sent")
        self.assertEqual(call.shown_state, "Done")

    def test_documents_count_their_contacts(self):
        lead = self.env["crm.lead"].create({"name": "Benches", "type": "opportunity"})
        self.gate._reserve(self.engineer, "email", "service", source=lead)
        self.assertEqual(lead.contact_touch_count, 1)
        self.assertEqual(self.customer.contact_touch_count, 2)
        self.assertEqual(self.buyer.contact_touch_count, 1)
        self.assertEqual(self.buyer.with_env(self.env_of("stranger")).id, self.buyer.id)
        self.assertEqual(
            self.buyer.with_env(self.env_of("stranger")).contact_touch_count, 0
        )
        for record, rows in (
            (lead, 1),
            (self.customer, 2),
            (self.buyer, 1),
        ):
            action = record.action_view_contacts()
            found = self.env["c360.contact.touch"].search(action["domain"])
            self.assertEqual(len(found), rows, record)

    def test_counting_needs_one_query_for_many(self):
        people = self.buyer + self.engineer
        people.mapped("is_company")
        people.with_env(self.env_of("care")).mapped("contact_touch_count")
        self.env.invalidate_all()
        people.mapped("is_company")
        with self.assertQueryCount(1):
            people.mapped("contact_touch_count")

    # -- rights --

    def test_export_needs_the_right(self):
        right = self.env.ref("base.group_allow_export")
        for role in ("user", "leader", "care", "service", "analyst", "manager"):
            user = self.users_by_role[role]
            with self.subTest(role):
                user.group_ids -= right
                if not user.has_group("base.group_allow_export"):
                    with self.assertRaises(UserError):
                        self.rows(role).export_data(["partner_name", "address"])
                user.group_ids += right
                [[name]] = self.rows(role).export_data(["partner_name"])["datas"]
                self.assertEqual(name, "Berta Buyer")

    def test_no_role_of_ours_brings_the_right_to_export(self):
        right = self.env.ref("base.group_allow_export")
        for role in ("user", "leader", "care", "service", "analyst"):
            group = self.env.ref(self.ROLES[role])
            self.assertNotIn(right, group.all_implied_ids, role)

    def test_nobody_writes_what_came_later(self):
        for role in self.ROLES:
            for values in (
                {"is_override": True},
                {"override_reason": "Mine"},
                {"expire_date": False},
                {"purpose_source": "import"},
                {"answer_to_id": self.row.id},
                {"is_leaving": True},
                {"campaign_key": "x"},
                {"outcome": "Nice"},
            ):
                with self.subTest((role, values)), self.assertRaises(AccessError):
                    self.rows(role).write(values)
