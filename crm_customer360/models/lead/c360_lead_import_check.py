from odoo import api, models
from odoo.fields import Domain
from odoo.tools import email_normalize

from ...tools.lead_match import compare

# Of everybody at one switchboard so many are compared, the latest first.
PER_ADDRESS = 20


class C360LeadImport(models.Model):
    """Looking through the rows: which are new, which invalid, which known already."""

    _inherit = "c360.lead.import"

    def _check_again(self):
        """Look through the rows of lists whose columns were corrected."""
        for card_list in self:
            if card_list.state == "ready" and not card_list.is_checked:
                card_list._check_lines()

    def _check_lines(self):
        """Say of each row what will become of it; a fixed number of queries."""
        lines = self.line_ids
        columns = self.column_ids
        read = self.env["c360.lead.reader"]._read_rows(
            [self._get_row(line.cells, columns) for line in lines]
        )
        vals_list = [self._note_problems(*pair) for pair in read]
        known = [self._prepare_known_vals(vals) for vals in vals_list]
        reasons = self._find_reasons(known)
        matches = self._find_matches(known)
        first_rows = {}
        for line, vals, reason, match in zip(
            lines, vals_list, reasons, matches, strict=True
        ):
            state = "invalid" if reason else "duplicate" if match else "new"
            key = self.env["c360.lead.reader"]._get_same_key(vals)
            if state == "new" and key in first_rows:
                state = "duplicate"
                match = self.env._("The same as row %(row)s", row=first_rows[key])
            elif key and state == "new":
                first_rows[key] = line.number
            line.vals = vals
            line.state = state
            line.reason = reason or match or False
        self.is_checked = True

    @api.model
    def _get_row(self, cells, columns):
        """Return field -> text of a row; unknown columns under their heading."""
        row = {}
        for column in columns:
            text = cells[column.position]
            field = column.field
            if not text or field == "skip":
                continue
            if field == "note":
                row.setdefault("note", []).append(f"{column.heading}: {text}")
            elif field in row:
                joint = ", " if field in ("interest", "tag_ids") else "\n"
                row[field] += joint + text
            else:
                row[field] = text
        return row

    def _note_problems(self, vals, problems):
        """Return values with what was not understood among the notes."""
        headings = {column.field: column.heading for column in self.column_ids}
        lines = [f"{headings[field]}: {text}" for field, text in problems.items()]
        if not lines:
            return vals
        return vals | {"notes": "\n".join(filter(None, [vals.get("notes"), *lines]))}

    def _prepare_known_vals(self, vals):
        """Return what other rooms may know of a row before it is a lead."""
        named = ("source_id", "medium_id", "campaign_id", "tag_ids", "notes")
        named += ("interest_category_ids", "interest_product_ids")
        plain = {name: value for name, value in vals.items() if name not in named}
        return plain | {"company_id": self.company_id.id, "user_id": self.user_id.id}

    @api.model
    def _find_reasons(self, vals_list):
        """Return per row why it is invalid, in words, else an empty text."""
        found = self.env["c360.lead.check"]._find_reasons(vals_list)
        reasons = [pair[1] if pair else "" for pair in found]
        nothing = self.env._("Neither a name nor an e-mail address nor a number")
        return [
            reason or ("" if vals.get("name") else nothing)
            for vals, reason in zip(vals_list, reasons, strict=True)
        ]

    def _find_matches(self, vals_list):
        """Return per row whom it surely resembles, in words, else an empty text.

        Those he may not see stay without a name.
        """
        user = self.create_uid or self.env.user
        matches = self.env["c360.lead.duplicate"].with_company(self.company_id)
        words = []
        for same, alike in zip(
            # what came in a moment ago has no keys to compare yet
            self._find_same_address(vals_list),
            matches._find_matches(vals_list),
            strict=True,
        ):
            record = same or alike
            if not record:
                words.append("")
            elif record.with_user(user).has_access("read"):
                words.append(
                    self.env._("Known as “%(name)s”", name=record.display_name)
                )
            else:
                words.append(self.env._("Known already; you cannot see it"))
        return words

    def _find_same_address(self, vals_list):
        """Return per row a lead or contact with its e-mail address or number.

        Who has another name is another person at the same switchboard or mailbox: the
        score of all that is known decides, as for leads.
        """
        keys = [self._get_addresses(vals) for vals in vals_list]
        wanted = {address for pair in keys for address in pair if address}
        company = Domain("company_id", "in", [False, self.company_id.id])
        known = {}
        for model in ("crm.lead", "res.partner"):
            for name in ("phone_sanitized", "email_normalized"):
                # Known is also what the importer may not see.
                records_sudo = (
                    self.env[model]
                    .sudo()
                    .search_fetch(
                        Domain(name, "in", wanted) & company, [name], order="id desc"
                    )
                )
                for record in records_sudo:
                    known.setdefault(record[name], []).append(record)
        return [
            next(
                (
                    record
                    for address in pair
                    for record in known.get(address, [])[:PER_ADDRESS]
                    if self._is_same(vals, record)
                ),
                None,
            )
            for vals, pair in zip(vals_list, keys, strict=True)
        ]

    def _is_same(self, vals, record):
        """Tell whether who has the same address or number is the same, by the score.

        Where one of the two has no name, nothing speaks against it.
        """
        pairs = self.env["c360.lead.duplicate"]
        countries_sudo = self.env["res.country"].sudo()
        one = pairs._get_vals_identity(vals, countries_sudo)
        other = pairs._get_vals_identity(self._get_known_vals(record), countries_sudo)
        if not (one.person or one.company) or not (other.person or other.company):
            return True
        _maybe, surely = pairs._get_limits()[self.company_id.id]
        return compare(one, other).score >= surely

    @api.model
    def _get_known_vals(self, record):
        """Return the contact data of a lead or contact, named as those of a lead."""
        address = ("phone", "street", "street2", "zip", "city")
        vals = {name: record[name] for name in address}
        vals["country_id"] = record.country_id.id
        if record._name == "crm.lead":
            names = ("contact_name", "partner_name", "email_from")
            return vals | {name: record[name] for name in names}
        return vals | {
            "contact_name": not record.is_company and record.name,
            "partner_name": record.commercial_company_name,
            "email_from": record.email,
        }

    def _get_addresses(self, vals):
        leads = self.env["crm.lead"]
        country = self.env["res.country"].browse(vals.get("country_id") or [])
        number = vals.get("phone") and leads._phone_format(
            number=vals["phone"], country=country or self.company_id.country_id
        )
        return email_normalize(vals.get("email_from") or ""), number
