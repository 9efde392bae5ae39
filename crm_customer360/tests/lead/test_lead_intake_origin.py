from email.message import EmailMessage

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, freeze_time, tagged

from ..common import Customer360Common

EARLY = "2026-01-05 08:00:00"
LATE = "2026-03-05 08:00:00"


@tagged("post_install", "-at_install", "c360_lead")
class TestLeadIntakeOrigin(Customer360Common):
    """Where a lead comes from is noted on every road, and stays."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sam = cls.users_by_role["user"]
        cls.leads = cls.env["crm.lead"]

    def _create(self, role="user", **values):
        return self.env_of(role)["crm.lead"].create({"name": "Stall", **values})

    # ------------------------------------------------------------------- roads

    @freeze_time(EARLY)
    def test_nothing_comes_from_the_future(self):
        lead = self._create("leader", capture_date=LATE)
        self.assertEqual(str(lead.capture_date), EARLY)
        lead.capture_date = "2026-01-01 08:00:00"
        self.assertEqual(str(lead.capture_date), "2026-01-01 08:00:00")
        lead.capture_date = LATE
        self.assertEqual(str(lead.capture_date), EARLY)
        lead.capture_date = False
        self.assertFalse(lead.capture_date)

    @freeze_time(EARLY)
    def test_by_hand(self):
        with Form(self.env_of("user")["crm.lead"]) as form:
            form.name = "Card of the fair"
        lead = form.record
        self.assertEqual(lead.capture_channel, "manual")
        self.assertEqual(str(lead.capture_date), EARLY)
        self.assertEqual(lead.collector_id, self.sam)
        self.assertFalse(lead.medium_id)

    def test_by_import(self):
        result = self.env_of("user")["crm.lead"].load(["name"], [["A"], ["B"]])
        leads = self.leads.browse(result["ids"])
        self.assertEqual(leads.mapped("capture_channel"), ["import", "import"])
        self.assertEqual(leads.collector_id, self.sam)

    def _receive(self, sender):
        team = self.env["crm.team"].create({"name": "Post"})
        domain = self.env["mail.alias.domain"].search([], limit=1) or self.env[
            "mail.alias.domain"
        ].create({"name": "company.example"})
        team.write({"alias_name": "stall", "alias_domain_id": domain.id})
        mail = EmailMessage()
        mail["From"] = sender
        mail["To"] = f"stall@{domain.name}"
        mail["Subject"] = "Two tables, please"
        mail["Message-Id"] = f"<{sender}.1@mail.example>"
        mail.set_content("Hello")
        lead_id = self.env["mail.thread"].message_process("crm.lead", mail.as_string())
        return self.leads.browse(lead_id)

    def test_by_mail(self):
        lead = self._receive("someone@else.example")
        self.assertEqual(lead.capture_channel, "email")
        self.assertEqual(lead.medium_id, self.env.ref("utm.utm_medium_email"))
        self.assertFalse(lead.collector_id)

    def test_by_mail_of_a_colleague(self):
        lead = self._receive(self.sam.email)
        self.assertEqual(lead.capture_channel, "email")
        self.assertEqual(lead.collector_id, self.sam)

    def test_by_the_system(self):
        lead = self.leads.create({"name": "Of a job"})
        self.assertEqual(lead.capture_channel, "other")
        self.assertFalse(lead.collector_id)

    def test_costs_no_query(self):
        """Noting the origin reads nothing, however many leads come in."""
        self._create()
        intake = type(self.env["c360.lead.intake.mixin"])
        vals_list = [{"name": str(number)} for number in range(20)]
        leads = self.env_of("user")["crm.lead"]
        leads._check_capture(vals_list)
        with self.assertQueryCount(0):
            for vals in vals_list:
                intake._get_capture_channel(leads, vals)

    # ----------------------------------------------------------------- keeping

    def test_only_a_leader_corrects_it(self):
        lead = self._create(user_id=self.sam.id)
        for values in (
            {"capture_channel": "website"},
            {"capture_date": EARLY},
            {"collector_id": self.users_by_role["leader"].id},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                lead.write(values)
            with self.subTest(values), self.assertRaises(AccessError):
                self._create(**values)
        lead.with_env(self.env_of("leader")).write({"capture_channel": "event"})
        self.assertEqual(lead.capture_channel, "event")

    def test_no_context_forges_it(self):
        leads = self.env_of("user")["crm.lead"].with_context(
            c360_capture="website",
            default_capture_channel="website",
            default_collector_id=self.users_by_role["leader"].id,
        )
        lead = leads.create({"name": "Forged"})
        self.assertEqual(lead.capture_channel, "manual")
        self.assertEqual(lead.collector_id, self.sam)
        with self.assertRaises(AccessError):
            lead.with_context(c360_capture="email").capture_channel = "email"

    def test_copy_and_conversion_keep_it(self):
        source = self.env["utm.source"].create({"name": "Fair"})
        with freeze_time(EARLY):
            lead = self._create("leader", type="lead", source_id=source.id)
        copied = lead.with_env(self.env_of("manager")).copy()
        lead.convert_opportunity(self.customer)
        for kept in (lead, copied):
            self.assertEqual(str(kept.capture_date), EARLY)
            self.assertEqual(kept.collector_id, self.users_by_role["leader"])
            self.assertEqual(kept.source_id, source)

    def test_merge_keeps_the_earliest(self):
        with freeze_time(LATE):
            late = self._create(user_id=self.sam.id, type="opportunity", priority="3")
        with freeze_time(EARLY):
            early = self._create("leader", user_id=self.sam.id, type="lead")
        early.sudo().capture_channel = "event"
        both = self.leads.browse((late + early).ids).with_env(self.env_of("user"))
        head = both.merge_opportunity()
        self.assertEqual(head, late)
        self.assertEqual(str(head.capture_date), EARLY)
        self.assertEqual(head.capture_channel, "event")
        self.assertEqual(head.collector_id, self.users_by_role["leader"])

    def test_form_shows_it_to_all_and_lets_leaders_correct_it(self):
        lead = self._create("leader")
        with Form(lead.with_env(self.env_of("leader"))) as form:
            form.capture_channel = "event"
        self.assertEqual(lead.capture_channel, "event")
        mine = self._create(user_id=self.sam.id)
        with (
            self.assertRaises(AssertionError),
            Form(mine.with_env(self.env_of("user"))) as form,
        ):
            form.capture_channel = "event"

    def test_tags_of_a_batch_stay(self):
        """What a road states about single leads is not lost in a batch."""
        tag = self.env["crm.tag"].create({"name": "Stand 4"})
        leads = self.leads.create(
            [
                {"name": "A", "capture_channel": "event"},
                {"name": "B", "tag_ids": [Command.link(tag.id)]},
            ]
        )
        self.assertEqual(leads.mapped("capture_channel"), ["event", "other"])
        self.assertEqual(leads[1].tag_ids, tag)
