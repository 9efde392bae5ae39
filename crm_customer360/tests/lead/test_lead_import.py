import base64
import io
from unittest.mock import patch

import openpyxl

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import Customer360Common

HEADINGS = "姓名;公司名称;邮箱;手机;城市;国家;展位"
ROWS = (
    "王小明;天工家具;wang@tiangong.example;13800138000;上海;中国;A4",
    "Jörg Öztürk;Möbel Öz GmbH;jo@moebel.example;030 123456;Köln;德国;",
    ";;;;;;C1",
    "王小明;天工;WANG@tiangong.example;;;;",
)


class ImportCommon(Customer360Common):
    def _create_list(self, content=None, role="user", name="cards.csv", **values):
        if content is None:
            content = "\r\n".join((HEADINGS, *ROWS)).encode("gb18030")
        return self.env_of(role)["c360.lead.import"].create(
            {"file": base64.b64encode(content), "file_name": name, **values}
        )

    def _create_workbook(self, rows):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()


@tagged("post_install", "-at_install", "c360_lead")
class TestLeadImport(ImportCommon):
    def _get_states(self, card_list):
        return [(line.number, line.state) for line in card_list.sudo().line_ids]

    def _get_leads(self, card_list):
        lines = card_list.sudo().line_ids
        return lines.lead_id.with_context(active_test=False)

    def test_preview_and_import(self):
        source = self.env["utm.source"].create({"name": "Fair Cologne"})
        card_list = self._create_list(source_id=source.id)
        card_list.action_read()
        self.assertEqual(
            card_list.column_ids.mapped("field"),
            "contact_name partner_name email_from mobile city country_id note".split(),
        )
        self.assertEqual(
            self._get_states(card_list),
            [(2, "new"), (3, "new"), (4, "invalid"), (5, "duplicate")],
        )
        self.assertIn("2", card_list.sudo().line_ids[3].reason)
        self.assertFalse(self._get_leads(card_list))
        card_list.action_import()
        self.assertEqual(card_list.state, "done")
        self.assertEqual(card_list.imported_count, 2)
        self.assertEqual(card_list.refused_count, 2)
        wang, joerg = self._get_leads(card_list)
        self.assertEqual(wang.name, "王小明, 天工家具")
        self.assertEqual(wang.country_id.code, "CN")
        self.assertIn("展位: A4", wang.description)
        self.assertEqual(joerg.contact_name, "Jörg Öztürk")
        self.assertEqual(joerg.city, "Köln")
        for lead in wang + joerg:
            self.assertEqual(lead.capture_channel, "import")
            self.assertEqual(lead.collector_id, self.users_by_role["user"])
            self.assertEqual(lead.create_uid, self.users_by_role["user"])
            self.assertEqual(lead.source_id, source)
            self.assertFalse(lead.user_id)
        # what the leads have is not kept twice
        self.assertFalse(card_list.file)
        self.assertEqual(card_list.sudo().line_ids.mapped("vals")[:2], [False, False])

    def test_excel(self):
        card_list = self._create_list(
            self._create_workbook(
                [
                    ["Guests of the fair"],
                    ["First name", "Last name", "Company", "Phone", "Date", "Budget"],
                    ["Ada", "Byron", "Engines", 4915112345678.0, "2026-02-01", "1.500"],
                ]
            ),
            name="guests.xlsx",
        )
        card_list.action_read()
        card_list.action_import()
        lead = self._get_leads(card_list)
        self.assertEqual(lead.contact_name, "Ada Byron")
        self.assertIn("4915112345678", lead.phone.replace(" ", ""))
        self.assertEqual(str(lead.capture_date), "2026-02-01 00:00:00")
        self.assertEqual(lead.expected_revenue, 1500)

    def test_a_new_list_looks_for_no_rows(self):
        card_list = self.env["c360.lead.import"].new({})
        with patch.object(
            self.env.registry["c360.lead.import.line"], "search"
        ) as search:
            self.assertFalse(card_list.preview_ids)
        search.assert_not_called()

    def test_products_become_interests(self):
        """By their exact names; what has another name stays a note."""
        doors = self.env["product.category"].create({"name": "C360 Doors"})
        self.env["product.template"].create([{"name": "C360 Twin"}] * 2)
        pump = self.env["product.template"].create({"name": "C360 Pump, small"})
        card_list = self._create_list(
            b"Name,E-Mail,Product\n"
            b"Ada,ada@x.example,C360 Doors\n"
            b'Bo,bo@x.example,"C360 Pump, small"\n'
            b'Cy,cy@x.example,"C360 Doors, Gates"\n'
            b"Di,di@x.example,C360 Twin\n"
        )
        card_list.action_read()
        self.assertEqual(card_list.column_ids[2].field, "interest")
        card_list.action_import()
        ada, bo, cy, di = self._get_leads(card_list)
        self.assertEqual(ada.interest_category_ids, doors)
        self.assertFalse(ada.description)
        self.assertEqual(bo.interest_product_ids, pump)
        self.assertFalse(bo.interest_category_ids)
        self.assertEqual(cy.interest_category_ids, doors)
        self.assertIn("Product: Gates", cy.description)
        self.assertFalse(di.interest_product_ids)
        self.assertIn("Product: C360 Twin", di.description)

    def test_corrected_columns_count(self):
        card_list = self._create_list(b"Foo;Bar\nAda;x@y.example\n;z@y.example\n")
        card_list.action_read()
        self.assertEqual(card_list.column_ids.mapped("field"), ["note", "email_from"])
        with Form(card_list) as form, form.column_ids.edit(0) as column:
            column.field = "contact_name"
        card_list.action_import()
        leads = self._get_leads(card_list)
        self.assertEqual(leads.mapped("contact_name"), ["Ada", False])
        self.assertEqual(leads.mapped("name"), ["Ada", "z@y.example"])

    def test_known_people(self):
        """Also those he may not see, then without their names."""
        self.env["crm.lead"].create(
            {
                "name": "Secret",
                "email_from": "jo@moebel.example",
                "user_id": self.users_by_role["leader"].id,
            }
        )
        self.buyer.write({"email": "wang@tiangong.example", "name": "王小明"})
        self.buyer.parent_id = False
        card_list = self._create_list()
        card_list.action_read()
        wang, joerg = card_list.sudo().line_ids[:2]
        self.assertEqual((wang.state, joerg.state), ("duplicate", "duplicate"))
        self.assertIn("王小明", wang.reason)
        self.assertNotIn("Secret", joerg.reason)
        card_list.take_duplicates = True
        card_list.action_import()
        self.assertEqual(card_list.imported_count, 3)

    def test_people_written_otherwise(self):
        known = self.env["crm.lead"].create(
            {
                "name": "Known",
                "contact_name": "Katharina Oberhuber",
                "partner_name": "Oberhuber Holzbau GmbH",
                "email_from": "k.oberhuber@holzbau-oberhuber.example",
                "street": "Lindenweg 14",
                "zip": "83022",
                "city": "Rosenheim",
            }
        )
        self.env.flush_all()
        self.env["c360.lead.identity"]._refresh("crm.lead", known.ids)
        card_list = self._create_list(
            (
                "Ansprechpartner;Firma;E-Mail;Straße;PLZ;Ort\n"
                "Oberhuber Katarina;Oberhuber Holzbau;"
                "k.oberhuber@holzbau-oberhubr.example;Lindenweg 14;83022;Rosenheim\n"
                "Max Meier;Meier AG;max@meier.example;Hof 1;20095;Hamburg\n"
            ).encode(),
            role="leader",
        )
        card_list.action_read()
        self.assertEqual(self._get_states(card_list), [(2, "duplicate"), (3, "new")])
        self.assertIn("Known", card_list.line_ids[0].reason)

    def test_same_file_again(self):
        first = self._create_list()
        first.action_read()
        self.assertFalse(first.previous_id)
        first.action_import()
        again = self._create_list(role="leader")
        again.action_read()
        self.assertEqual(again.previous_id, first)
        with self.assertRaisesRegex(UserError, "nothing to import"):
            again.action_import()

    def test_bad_files_are_refused_in_words(self):
        wide = ";".join(["x"] * 300).encode()
        for content, words in (
            (b"  \n", "empty"),
            (b"%PDF-1.7 \n", "no list"),
            (b"PK\x03\x04 broken", "damaged"),
            (b"\xd0\xcf\x11\xe0 old", "old or protected"),
            (wide + b"\n" + wide, "300 columns"),
            (b"E-Mail;Name\n", "nothing below"),
            (b"a\n" * 20_100, "rows"),
        ):
            with self.subTest(words), self.assertRaisesRegex(UserError, words):
                self._create_list(content).action_read()
        with self.assertRaisesRegex(UserError, "Choose a file"):
            self.env_of("user")["c360.lead.import"].create({}).action_read()
        with self.assertRaisesRegex(UserError, "Read the file"):
            self._create_list().action_import()

    def test_a_list_is_imported_once(self):
        card_list = self._create_list()
        card_list.action_read()
        card_list.action_import()
        for action in (card_list.action_read, card_list.action_import):
            with self.assertRaisesRegex(UserError, "was imported"):
                action()
        with self.assertRaisesRegex(UserError, "was imported"):
            card_list.file = base64.b64encode(b"x")

    def test_one_bad_row_stops_only_itself(self):
        rows = [f"Person {number};p{number}@x.example" for number in range(40)]
        card_list = self._create_list("\n".join(["Name;E-Mail", *rows]).encode())
        card_list.action_read()
        leads = type(self.env["crm.lead"])
        create = leads.create

        def fail(records, vals_list):
            if any(vals["contact_name"] == "Person 17" for vals in vals_list):
                raise ValueError("no")
            return create(records, vals_list)

        with (
            patch.object(leads, "create", fail),
            mute_logger("odoo.addons.crm_customer360.models.lead.c360_lead_import_run"),
        ):
            card_list.action_import()
        self.assertEqual((card_list.imported_count, card_list.refused_count), (39, 1))
        refused = card_list.sudo().line_ids.filtered(lambda ln: ln.state == "refused")
        self.assertEqual(refused.number, 19)
        self.assertIn("cannot be saved", refused.reason)

    def test_long_list_goes_on_in_the_background(self):
        rows = [f"P {number};p{number}@x.example" for number in range(600)]
        card_list = self._create_list("\n".join(["Name;E-Mail", *rows]).encode())
        card_list.action_read()
        card_list.action_import()
        self.assertEqual(card_list.state, "running")
        with self.assertRaisesRegex(UserError, "Wait"):
            card_list.unlink()
        # a slice was imported when the worker was stopped: it goes on behind it
        card_list.sudo()._import_slice()
        self.assertEqual(card_list.imported_count, 250)
        self.assertAlmostEqual(card_list.progress, 41.7, places=1)
        with self.enter_registry_test_mode():
            self.env.ref(
                "crm_customer360.c360_lead_import_cron"
            ).method_direct_trigger()
        card_list.invalidate_recordset()
        self.assertEqual(card_list.state, "done")
        self.assertEqual(card_list.imported_count, 600)
        self.assertEqual(len(self._get_leads(card_list)), 600)

    def test_a_slice_costs_few_queries(self):
        rows = [f"P {number};p{number}@x.example" for number in range(500)]
        card_list = self._create_list("\n".join(["Name;E-Mail", *rows]).encode())
        card_list.action_read()
        card_list.sudo()._start()
        card_list.sudo()._import_slice()
        self.env.flush_all()
        # of the host and of all rooms, for 250 leads
        with self.assertQueryCount(60):
            card_list.sudo()._import_slice()
            self.env.flush_all()

    def test_into_a_pool(self):
        self.env["c360.pool"].search([]).active = False
        pool = self.env["c360.pool"].create({"name": "Fair", "lead_domain": "[]"})
        other = self.env["c360.pool"].create({"name": "Other", "sequence": 1})
        user = self.users_by_role["user"]
        self.env["c360.pool.member"].create({"pool_id": pool.id, "user_id": user.id})
        card_list = self._create_list(pool_id=pool.id)
        card_list.action_read()
        card_list.action_import()
        leads = self._get_leads(card_list)
        self.assertEqual(leads.pool_id, pool)
        self.assertEqual(set(leads.mapped("pool_state")), {"pooled"})
        moves = self.env["c360.pool.move"].search([("lead_id", "in", leads.ids)])
        self.assertEqual(moves.mapped("kind"), ["enter", "enter"])
        self.assertEqual(moves.pool_id, pool)
        foreign = self._create_list(pool_id=other.id)
        foreign.action_read()
        foreign.take_duplicates = True
        with self.assertRaises(AccessError):
            foreign.action_import()

    # -------------------------------------------------------------------- rights

    def test_rights(self):
        card_list = self._create_list()
        card_list.action_read()
        for role in ("care", "service", "analyst", "stranger"):
            lists = self.env_of(role)["c360.lead.import"]
            with self.subTest(role), self.assertRaises(AccessError):
                lists.search([])
        rival = self.env["res.users"].create(
            {
                "name": "Rita Rival",
                "login": "c360_rival",
                "group_ids": [
                    Command.link(self.env.ref("crm_customer360.group_user").id)
                ],
            }
        )
        for model in ("import", "import.line", "import.column"):
            records = self.env[f"c360.lead.{model}"]
            self.assertFalse(records.with_user(rival).search([]))
            self.assertTrue(records.with_env(self.env_of("leader")).search([]))
        with self.assertRaises(AccessError):
            card_list.with_user(rival).action_import()

    def test_only_the_system_writes_what_the_file_says(self):
        card_list = self._create_list()
        card_list.action_read()
        for values in (
            {"state": "running"},
            {"checksum": "x"},
            {"company_id": self.company.id},
            {"line_ids": [Command.clear()]},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                card_list.write(values)
        with self.assertRaises(AccessError):
            card_list.line_ids[0].vals = {"user_id": 2}

    def test_only_leaders_import_for_others(self):
        leader = self.users_by_role["leader"]
        for name in ("collector_id", "user_id"):
            with self.subTest(name), self.assertRaisesRegex(UserError, "team leader"):
                self._create_list(**{name: leader.id})
        user = self.users_by_role["user"]
        card_list = self._create_list(
            role="leader", collector_id=user.id, user_id=user.id
        )
        card_list.action_read()
        card_list.action_import()
        leads = self._get_leads(card_list)
        self.assertEqual((leads.collector_id, leads.user_id), (user, user))

    def test_rows_are_forgotten(self):
        card_list = self._create_list()
        card_list.action_read()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE c360_lead_import SET write_date = '2026-01-01' WHERE id = %s",
            [card_list.id],
        )
        self.env["c360.lead.import"]._gc_rows()
        self.env.invalidate_all()
        self.assertFalse(card_list.line_ids)
        self.assertFalse(card_list.file)
