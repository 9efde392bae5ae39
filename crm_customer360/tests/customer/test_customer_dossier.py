import io
import unittest

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger
from odoo.tools.misc import find_in_path
from odoo.tools.pdf import PdfFileReader

from .common import CustomerCommon

REPORT = "crm_customer360.c360_customer_dossier"


def has_pdf_engine():
    try:
        return bool(find_in_path("wkhtmltopdf"))
    except OSError:
        return False


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerDossier(CustomerCommon):
    """The page on paper: the same figures, the same rights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesman = cls.users_by_role["user"]
        cls.customer.write({"user_id": cls.salesman.id, "city": "Delft"})
        for month in range(1, 10):
            cls._order(f"2026-0{month}-11", price=1234.56, user_id=cls.salesman.id)
        cls.env["c360.customer.profile"]._refresh(cls.customer)

    def _dossier(self, role, partner=None):
        dossiers = self.env_of(role)["c360.customer.dossier"]
        return dossiers._get_dossier(partner or self.customer)

    def _html(self, role, partner=None):
        html, kind = self.env_of(role)["ir.actions.report"]._render_qweb_html(
            REPORT, (partner or self.customer).ids
        )
        self.assertEqual(kind, "html")
        return html.decode()

    def test_it_says_what_the_page_says(self):
        page = self.env_of("leader")["c360.customer.page"].load(self.customer.id)
        dossier = self._dossier("leader", self.buyer)
        self.assertEqual(dossier["header"]["name"], "Harbour Timber")
        speaking = [card["title"] for card in page["panels"] if not card["quiet"]]
        titles = [card["title"] for card in dossier["cards"]]
        self.assertEqual(titles, speaking[:8])
        self.assertTrue(dossier["quiet"])
        self.assertFalse(set(titles) & set(dossier["quiet"]))
        self.assertIn("Order", dossier["entries"][0]["title"])
        self.assertIn("1,235", dossier["entries"][0]["amount"])

    def test_it_is_printed_as_a_page(self):
        html = self._html("leader")
        for words in ("Harbour Timber", "Delft", "Test user", "Berta Buyer"):
            with self.subTest(words):
                self.assertIn(words, html)
        self.assertIn("What happened last", html)

    def test_health_due_and_charts_are_printed(self):
        panel = self.registry["c360.customer.panel.order"]
        original = panel._get_panel

        def speak(self, customer, partner_ids):
            action = {"model": "res.partner", "id": customer.id}
            series = [
                {"label": "This year", "values": [5, 10]},
                {"label": "Last year", "values": [None, -4]},
            ]
            return {
                **original(self, customer, partner_ids),
                "health": [self._prepare_health("poor", "Boards were wet", 60)],
                "due": [self._prepare_due("Bring samples", action, "2026-03-01")],
                "chart": self._prepare_chart("By month", ["Jan", "Feb"], series),
            }

        self.patch(panel, "_get_panel", speak)
        html = self._html("leader")
        for words in ("Poor", "Boards were wet", "Bring samples", "03/01/2026"):
            with self.subTest(words):
                self.assertIn(words, html)
        charts = self.env_of("leader")["c360.customer.dossier"]
        chart = charts._prepare_chart(
            panel._prepare_chart(
                self.env["c360.customer.panel"],
                "By month",
                ["Jan", "Feb"],
                [
                    {"label": "This year", "values": [5, 10]},
                    {"label": "Last year", "values": [None, -4]},
                ],
            ),
            self.company.currency_id,
        )
        self.assertEqual(
            [column["bars"] for column in chart["columns"]], [[35, 0], [70, 0]]
        )

    def test_values_are_written_as_the_reader_writes_them(self):
        dossiers = self.env_of("leader")["c360.customer.dossier"]
        for value, kind, text in (
            (0, "integer", "0"),
            (12345, "integer", "12,345"),
            (1234.56, "money", "$\N{NO-BREAK SPACE}1,235"),
            (0.125, "percent", "12 %"),
            ("2026-03-01", "date", "03/01/2026"),
            (False, "date", ""),
            (None, "integer", "–"),
            ("A", "text", "A"),
        ):
            with self.subTest(kind, value=value):
                self.assertEqual(
                    dossiers._format(value, kind, self.env.ref("base.USD")), text
                )

    def test_an_empty_customer_can_be_printed(self):
        self.assertIn(
            "Quiet Ltd", self._html("leader", self._create_customer("Quiet Ltd"))
        )

    def test_what_one_may_not_see_is_not_printed(self):
        secret = self.env["helpdesk.ticket"].create(
            {
                "name": "Secret complaint",
                "description": "x",
                "partner_id": self.customer.id,
            }
        )
        self.assertIn(secret.name, self._html("service"))
        self.assertNotIn(secret.name, self._html("user"))
        self.assertNotIn("1,235", self._html("service"))
        with self.assertRaisesRegex(AccessError, "Customer 360 page"):
            self._dossier("stranger")
        with self.assertRaises(AccessError):
            self._html("stranger")

    def test_it_is_offered_where_contacts_are_printed(self):
        def offered(role):
            actions = self.env_of(role)["ir.actions.actions"].get_bindings(
                "res.partner"
            )
            return "Customer Dossier" in [
                action["name"] for action in actions.get("report", ())
            ]

        for role in ("user", "service", "care", "analyst"):
            with self.subTest(role):
                self.assertTrue(offered(role))
        self.assertFalse(offered("stranger"))

    @unittest.skipUnless(has_pdf_engine(), "the host's PDF engine is not installed")
    @freeze_time("2026-10-01 09:00:00")
    # Nobody serves the fonts here, and Debian's engine prints no letterhead.
    @mute_logger("odoo.addons.base.models.ir_actions_report")
    def test_it_fits_on_two_pages(self):
        for number in range(30):
            self.env["crm.lead"].create(
                {
                    "name": f"A deal with a rather long name, number {number}",
                    "type": "opportunity",
                    "partner_id": self.buyer.id,
                    "user_id": self.salesman.id,
                }
            )
        reports = self.env_of("leader")["ir.actions.report"]
        reports = reports.with_context(force_report_rendering=True)
        pdf, kind = reports._render_qweb_pdf(REPORT, self.customer.ids)
        self.assertEqual(kind, "pdf")
        self.assertLessEqual(len(PdfFileReader(io.BytesIO(pdf)).pages), 2)
