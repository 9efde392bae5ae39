import base64
import hashlib

from odoo import models
from odoo.exceptions import UserError

from ...tools.lead_heading import SAMPLE, find_heading, guess_columns
from ...tools.lead_table import TableError, read_table

SAMPLES_SHOWN = 3


class C360LeadImport(models.Model):
    """Reading the file: rows, headings, what the columns hold."""

    _inherit = "c360.lead.import"

    def action_read(self):
        """Read the file, guess its columns and look through its rows.

        :raise UserError: in words, why the file cannot be read
        """
        self.ensure_one()
        self.check_access("write")
        # The rows are the system's to write, the right to the list was checked.
        list_sudo = self.sudo()
        list_sudo._check_open()
        if not list_sudo.file:
            raise UserError(self.env._("Choose a file."))
        content = base64.b64decode(list_sudo.file)
        try:
            table = read_table(content)
        except TableError as error:
            raise UserError(self._say_table_error(error)) from error
        list_sudo._take_table(table, hashlib.sha256(content).hexdigest())
        list_sudo._check_lines()

    def _check_open(self):
        """:raise UserError: the list was imported already, or is being imported"""
        if self.state in ("running", "done"):
            raise UserError(self.env._("This list was imported. Start a new one."))

    def _say_table_error(self, error):
        words = {
            "empty": self.env._("The file is empty."),
            "size": self.env._(
                "The file is too big: at most %(limit)s MB. Split it.",
                limit=error.details.get("limit"),
            ),
            "binary": self.env._(
                "This is no list. Save it as a spreadsheet (.xlsx) or as text (.csv)."
            ),
            "old": self.env._(
                "This is an old or protected spreadsheet. Save it as .xlsx without a "
                "password."
            ),
            "damaged": self.env._("The file is damaged. Open and save it again."),
            "columns": self.env._(
                "The file has %(count)s columns; a card list has at most %(limit)s.",
                count=error.details.get("count"),
                limit=error.details.get("limit"),
            ),
            "rows": self.env._(
                "The file has more than %(limit)s rows. Split it.",
                limit=error.details.get("limit"),
            ),
        }
        return words[error.code]

    def _take_table(self, table, checksum):
        cells = [texts for _number, texts in table.rows]
        position = find_heading(cells)
        headings = cells[position] if position >= 0 else [""] * len(cells[0])
        rows = table.rows[position + 1 :]
        if not rows:
            raise UserError(self.env._("There is nothing below the headings."))
        self.column_ids.unlink()
        self.line_ids.unlink()
        below = [texts for _number, texts in rows[:SAMPLE]]
        guessed = guess_columns(headings, below)
        self.env["c360.lead.import.column"].create(
            [
                {
                    "import_id": self.id,
                    "position": place,
                    "heading": headings[place]
                    or self.env._("Column %(number)s", number=place + 1),
                    "sample": self._get_sample(below, place),
                    "field": field,
                }
                for place, field in enumerate(guessed)
            ]
        )
        self.env["c360.lead.import.line"].create(
            [
                {"import_id": self.id, "number": number, "cells": texts}
                for number, texts in rows
            ]
        )
        self.write(
            {
                "state": "ready",
                "checksum": checksum,
                "previous_id": self._find_previous(checksum).id,
                "row_count": len(rows),
                "has_heading": position >= 0,
                "notes": self._say_notes(table, position >= 0),
            }
        )

    def _get_sample(self, rows, place):
        texts = dict.fromkeys(texts[place] for texts in rows if texts[place])
        return ", ".join(list(texts)[:SAMPLES_SHOWN])[:120]

    def _find_previous(self, checksum):
        """Return the latest import of the very same file."""
        return self.search(
            [
                ("checksum", "=", checksum),
                ("state", "in", ("running", "done")),
                ("company_id", "=", self.company_id.id),
            ],
            limit=1,
        )

    def _say_notes(self, table, has_heading):
        """Return what the reader should know about the file, one line each."""
        notes = table.notes
        lines = []
        if not has_heading:
            lines.append(
                self.env._(
                    "No headings were found: the columns are guessed by what stands in "
                    "them."
                )
            )
        if notes.get("broken"):
            lines.append(
                self.env._(
                    "%(count)s characters could not be read. Save the file as UTF-8.",
                    count=notes["broken"],
                )
            )
        if notes.get("formulas"):
            lines.append(
                self.env._(
                    "%(count)s formulas have no result and count as empty. Open and "
                    "save the file in a spreadsheet first.",
                    count=notes["formulas"],
                )
            )
        if notes.get("sheets"):
            lines.append(
                self.env._(
                    "Only the sheet “%(sheet)s” was read, the file has others.",
                    sheet=table.sheet,
                )
            )
        return "\n".join(lines) or False
