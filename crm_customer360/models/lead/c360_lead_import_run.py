import io
import logging

import xlsxwriter
from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools.misc import clean_context

from .c360_lead_intake_mixin import KEY, Channel

_logger = logging.getLogger(__name__)

# As many rows are imported while one waits; more of them in the background.
AT_ONCE = 200
SLICE = 250
# What costs most of the host's create and says nothing about a row of a list.
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_auto_subscribe_no_notify": True,
}
# Of the database: to be run again, not the fault of a row.
RETRIED = (OperationalError, ConcurrencyError)


class C360LeadImport(models.Model):
    """Creating the leads, slice by slice; a bad row stops only itself."""

    _inherit = "c360.lead.import"

    def action_import(self):
        """Import the rows: a short list at once, a long one in the background.

        :raise UserError: the file was not read, or there is nothing to import
        """
        self.ensure_one()
        self.check_access("write")
        # The rows are the system's to write, the right to the list was checked.
        list_sudo = self.sudo()
        list_sudo._check_open()
        list_sudo._check_again()
        self._check_import()
        list_sudo._start()
        if list_sudo.new_count > AT_ONCE:
            cron_sudo = self.env.ref("crm_customer360.c360_lead_import_cron").sudo()
            cron_sudo._trigger()
        else:
            while list_sudo._import_slice():
                pass
            list_sudo._finish()

    def _check_import(self):
        """:raise UserError: the list is not ready"""
        if self.state != "ready":
            raise UserError(self.env._("Read the file first."))
        taken = self.new_count
        taken += self.invalid_count if self.take_invalid else 0
        taken += self.duplicate_count if self.take_duplicates else 0
        if not taken:
            raise UserError(
                self.env._("No row of this list is new. There is nothing to import.")
            )

    def _start(self):
        """Decide what becomes of each row, in two statements."""
        for state, is_taken in (
            ("invalid", self.take_invalid),
            ("duplicate", self.take_duplicates),
        ):
            lines = self.line_ids.grouped("state").get(state)
            if lines:
                lines.state = "new" if is_taken else "refused"
        self.state = "running"
        self.flush_recordset()

    @api.model
    def _cron_import(self):
        """Go on with the lists on their way, in slices that are committed."""
        cron = self.env["ir.cron"]
        running = self.search([("state", "=", "running")], order="id")
        left = sum(running.mapped("new_count"))
        cron._commit_progress(remaining=left)
        for card_list in running:
            while done := card_list._import_slice():
                left -= done
                if not cron._commit_progress(done, remaining=max(left, 0)):
                    return
            card_list._finish()
            cron._commit_progress(remaining=max(left, 0))

    def _import_slice(self):
        """Import the next rows.

        :return: how many rows were imported or refused; 0: none are left
        """
        lines = self.env["c360.lead.import.line"].search(
            [("import_id", "=", self.id), ("state", "=", "new")], limit=SLICE
        )
        if lines:
            self._import_lines(lines)
            self.invalidate_recordset()
        return len(lines)

    def _import_lines(self, lines):
        """Create the leads of these rows; where that fails, of each half."""
        try:
            with self.env.cr.savepoint():
                leads = self._create_leads(lines)
                for line, lead in zip(lines, leads, strict=True):
                    line.write(
                        {
                            "state": "imported",
                            "lead_id": lead.id,
                            "cells": False,
                            "vals": False,
                        }
                    )
                lines.flush_recordset()
        except RETRIED:
            raise
        except Exception as error:
            if len(lines) > 1:
                half = len(lines) // 2
                self._import_lines(lines[:half])
                self._import_lines(lines[half:])
                return
            _logger.info("Row %s refused", lines.number, exc_info=True)
            lines.write({"state": "refused", "reason": self._say_error(error)})

    def _say_error(self, error):
        if isinstance(error, UserError):
            return str(error)
        return self.env._("This row cannot be saved: %(error)s", error=error)

    def _create_leads(self, lines):
        """Create the leads of these rows, as who imports them."""
        importer = self.create_uid
        context = clean_context(self.env.context) | QUIET | {KEY: Channel("import")}
        # The importer need not see the leads: they may go straight to others.
        leads_sudo = (
            self.env["crm.lead"]
            .with_user(importer)
            .with_company(self.company_id)
            .with_context(**context)
            .sudo()
        )
        common = self._prepare_common_vals()
        # the host would look for the stage of each lead by itself
        probe = leads_sudo.new(common)
        common |= {"team_id": probe.team_id.id, "stage_id": probe.stage_id.id}
        named = self.env["c360.lead.reader"]._find_names([line.vals for line in lines])
        for line, vals in zip(lines, named, strict=True):
            # a card nobody can read, taken all the same
            vals["name"] = vals["name"] or self.env._(
                "Row %(number)s", number=line.number
            )
        leads = leads_sudo.create([self._merge_vals(common, vals) for vals in named])
        self._place(leads)
        return leads

    def _prepare_common_vals(self):
        """Return what every lead of the list gets."""
        tags = [(4, tag.id) for tag in self.tag_ids]
        return {
            "type": "lead"
            if self.create_uid.has_group("crm.group_use_lead")
            else "opportunity",
            "company_id": self.company_id.id,
            "user_id": self.user_id.id,
            "collector_id": self.collector_id.id,
            **({"team_id": self.team_id.id} if self.team_id else {}),
            **({"source_id": self.source_id.id} if self.source_id else {}),
            **({"medium_id": self.medium_id.id} if self.medium_id else {}),
            **({"campaign_id": self.campaign_id.id} if self.campaign_id else {}),
            **({"tag_ids": tags} if tags else {}),
        }

    @api.model
    def _merge_vals(self, common, vals):
        """A row knows better than the list; tags add up."""
        tags = [*common.get("tag_ids", []), *vals.get("tag_ids", [])]
        return common | vals | ({"tag_ids": tags} if tags else {})

    def _place(self, leads):
        """Put new leads where the list says; other rooms add places."""

    def _finish(self):
        """End the list, forget the file, and tell who imported it."""
        self.write({"state": "done", "date_done": fields.Datetime.now(), "file": False})
        self.create_uid._bus_send(
            "simple_notification",
            {
                "type": "success",
                "title": self.env._("Leads imported"),
                "message": self.env._(
                    "%(name)s: %(imported)s imported, %(refused)s refused.",
                    name=self.file_name or "",
                    imported=self.imported_count,
                    refused=self.refused_count,
                ),
            },
        )

    # ------------------------------------------------------------- refused rows

    def action_download_refused(self):
        """Return the spreadsheet of the refused rows, with the reasons."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/customer360/card_list/{self.id}/refused",
            "target": "download",
        }

    def _get_refused_file(self):
        """Return the content of an XLSX file: the refused rows as they came.

        :rtype: bytes
        """
        self.ensure_one()
        lines = self.line_ids.filtered(
            lambda line: line.state in ("refused", "invalid", "duplicate")
        )
        stream = io.BytesIO()
        # texts of strangers: nothing in them is a formula or a link
        options = {"strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(stream, {"in_memory": True, **options}) as book:
            sheet = book.add_worksheet()
            bold = book.add_format({"bold": True})
            headings = [self.env._("Row"), self.env._("Reason")]
            headings += self.column_ids.mapped("heading")
            sheet.write_row(0, 0, headings, bold)
            sheet.freeze_panes(1, 0)
            sheet.set_column(1, 1, 40)
            sheet.set_column(2, len(headings), 18)
            for place, line in enumerate(lines, start=1):
                sheet.write_row(
                    place, 0, [line.number, line.reason or "", *(line.cells or [])]
                )
        return stream.getvalue()
