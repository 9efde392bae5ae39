import io

import openpyxl

from odoo.tests import HttpCase, tagged

from .test_lead_import import HEADINGS, ROWS, ImportCommon


@tagged("post_install", "-at_install", "c360_lead")
class TestLeadImportFile(ImportCommon, HttpCase):
    """The refused rows come back as a spreadsheet, with the reasons."""

    def test_refused_rows(self):
        rows = (*ROWS, "=1+1;;;;;;")
        card_list = self._create_list("\n".join((HEADINGS, *rows)).encode())
        card_list.action_read()
        card_list.action_import()
        self.users_by_role["user"].password = "c360_user"
        self.authenticate("c360_user", "c360_user")
        url = card_list.action_download_refused()["url"]
        answer = self.url_open(url)
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
        found = list(sheet.values)
        self.assertEqual(found[0][:4], ("Row", "Reason", "姓名", "公司名称"))
        self.assertEqual([row[0] for row in found[1:]], [4, 5, 6])
        self.assertIn("row 2", found[2][1])
        # a text of strangers is no formula
        self.assertEqual(sheet["C4"].data_type, "s")
        self.assertEqual(sheet["C4"].value, "=1+1")

    def test_only_his_own(self):
        card_list = self._create_list(role="leader")
        card_list.action_read()
        self.users_by_role["user"].password = "c360_user"
        self.authenticate("c360_user", "c360_user")
        answer = self.url_open(card_list.action_download_refused()["url"])
        self.assertEqual(answer.status_code, 404)
