from odoo.tests import tagged

from ..common import Customer360Common


@tagged("post_install", "-at_install", "c360_lead")
class TestLeadNormalise(Customer360Common):
    """Contact data get one spelling on every road in, and keep their meaning."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leads = cls.env["crm.lead"]
        cls.germany = cls.env.ref("base.de")
        cls.typed = {
            "name": "Pumps",
            "contact_name": "  ＰＡＵＬＡ   PRIVATE ",
            "email_from": " Paula@Private.EXAMPLE",
            "phone": "030/901820",
            "country_id": cls.germany.id,
        }

    def test_on_create(self):
        vals = dict(self.typed)
        lead = self.leads.create(vals)
        self.assertEqual(lead.contact_name, "PAULA PRIVATE")
        self.assertEqual(lead.email_from, "paula@private.example")
        self.assertEqual(lead.phone, "+49 30 901820")
        self.assertEqual(lead.entered_as, "030/901820")
        self.assertEqual(vals, self.typed, "the caller's values are his")

    def test_the_country_of_the_company_helps_out(self):
        self.company.country_id = self.env.ref("base.be")
        lead = self.leads.create({"name": "x", "phone": "0470 12 34 56"})
        self.assertEqual(lead.phone, "+32 470 12 34 56")

    def test_on_write_each_in_its_country(self):
        france = self.env.ref("base.fr")
        leads = self.leads.create(
            [
                {"name": country.name, "country_id": country.id}
                for country in (self.germany, france)
            ]
        )
        leads.write({"phone": "01 40 20 53 17"})
        self.assertEqual(leads[1].phone, "+33 1 40 20 53 17")
        self.assertEqual(leads[1].entered_as, "01 40 20 53 17")
        self.assertEqual(leads[0].phone, "01 40 20 53 17")
        leads[0].write({"email_from": "A@B.example", "contact_name": False})
        self.assertEqual(leads[0].email_from, "a@b.example")

    def test_only_moved_signs_need_no_original(self):
        lead = self.leads.create({"name": "x", "phone": "+4930901820"})
        self.assertEqual(lead.phone, "+49 30 901820")
        self.assertFalse(lead.entered_as)

    def test_what_is_no_number_stays(self):
        lead = self.leads.create({"name": "x", "phone": "ask Ann, room 3"})
        self.assertEqual(lead.phone, "ask Ann, room 3")

    def test_capitals_by_setting(self):
        self.company.c360_lead_title_case = True
        self.assertEqual(self.leads.create(self.typed).contact_name, "Paula Private")

    def test_switched_off(self):
        self.company.c360_lead_normalise = False
        lead = self.leads.create(self.typed)
        self.assertEqual(lead.phone, "030/901820")
        self.assertEqual(lead.contact_name, self.typed["contact_name"])
