from psycopg2.errors import UniqueViolation

from odoo import Command, api, models
from odoo.exceptions import ConcurrencyError
from odoo.tools import email_normalize, plaintext2html

from ...tools.lead_country import get_country_code
from ...tools.lead_value import join_names, parse_amount, parse_date, split_names

# Fields of a lead that are taken as they stand, with the most characters.
PLAIN = {
    "name": 250,
    "contact_name": 250,
    "partner_name": 250,
    "email_from": 250,
    "phone": 60,
    "function": 250,
    "website": 250,
    "street": 250,
    "street2": 250,
    "zip": 24,
    "city": 250,
    "referred": 250,
}
# What is given by name and found or created once.
NAMED = {
    "source_id": "utm.source",
    "medium_id": "utm.medium",
    "campaign_id": "utm.campaign",
}


class C360LeadReader(models.AbstractModel):
    """Turn the words of lists and of other systems into values of leads.

    For any number of rows: countries, states and names are looked up once.
    """

    _name = "c360.lead.reader"
    _description = "Words into Leads"

    @api.model
    def _read_rows(self, rows):
        """Return what leads of these rows are created with.

        :param list rows: dicts of field -> text; besides the fields of a lead:
            ``first_name``, ``last_name``, ``mobile``, ``note`` (a list of texts), and
            names for ``country_id``, ``state_id``, ``source_id``, ``medium_id``,
            ``campaign_id``, ``tag_ids``, ``interest`` (products and their categories)
        :return: list of ``(values, problems)``: values are ready for
            :meth:`_find_names`; problems is a dict of field -> text that could not be
            understood
        """
        countries = self._get_countries(rows)
        states = self._get_states(rows)
        interests = self._get_interests(rows)
        month_first = "%m/%d" in self.env["res.lang"]._get_data(
            code=self.env.user.lang or "en_US"
        ).date_format.replace("-", "/")
        read = [self._read_row(row, countries, states, month_first) for row in rows]
        for row, (vals, problems) in zip(rows, read, strict=True):
            if text := row.get("interest"):
                self._read_interest(text, interests, vals, problems)
        return read

    @api.model
    def _read_row(self, row, countries, states, month_first):
        row = {name: text for name, text in row.items() if text}
        problems = {}
        vals = {
            name: row[name][:length] for name, length in PLAIN.items() if name in row
        }
        vals |= {name: row[name][:250] for name in (*NAMED, "tag_ids") if name in row}
        if "contact_name" not in vals:
            whole = join_names(row.get("first_name", ""), row.get("last_name", ""))
            vals |= {"contact_name": whole[:250]} if whole else {}
        notes = [row["description"]] if "description" in row else []
        # what a field does not hold is not lost
        limits = PLAIN | dict.fromkeys((*NAMED, "tag_ids"), 250)
        notes += [row[name] for name in limits if len(row.get(name, "")) > limits[name]]
        if mobile := row.get("mobile"):
            if vals.setdefault("phone", mobile[:60]) != mobile:
                notes.append(self.env._("Mobile: %(number)s", number=mobile))
        if text := row.get("country_id"):
            country_id = countries.get(get_country_code(text))
            if country_id:
                vals["country_id"] = country_id
            else:
                problems["country_id"] = text
        if text := row.get("state_id"):
            if found := self._find_state(text, vals.get("country_id"), states):
                vals["state_id"], vals["country_id"] = found
            else:
                problems["state_id"] = text
        if text := row.get("expected_revenue"):
            amount = parse_amount(text)
            if amount is None:
                problems["expected_revenue"] = text
            else:
                vals["expected_revenue"] = amount
        if text := row.get("capture_date"):
            moment = parse_date(text, month_first)
            if moment:
                vals["capture_date"] = moment.isoformat(sep=" ", timespec="seconds")
            else:
                problems["capture_date"] = text
        notes += row.get("note", [])
        if notes:
            vals["notes"] = "\n".join(notes)
        vals.setdefault("name", self._get_title(vals))
        return vals, problems

    @api.model
    def _get_title(self, vals):
        """Return how a lead without a title is called: who it is."""
        names = [vals.get("contact_name"), vals.get("partner_name")]
        words = ", ".join(filter(None, names))
        return words or vals.get("email_from") or vals.get("phone") or ""

    # ------------------------------------------------------------------- look-ups

    @api.model
    def _get_countries(self, rows):
        """Return country code -> id, where a row names one."""
        if not any(row.get("country_id") for row in rows):
            return {}
        # Everybody may name a country; an interface may not read them.
        countries_sudo = self.env["res.country"].sudo().search_fetch([], ["code"])
        return {country.code: country.id for country in countries_sudo}

    @api.model
    def _get_states(self, rows):
        """Return name or code -> list of (state id, country id)."""
        names = {row["state_id"].casefold() for row in rows if row.get("state_id")}
        if not names:
            return {}
        # Everybody may name a state; an interface may not read them.
        states_sudo = (
            self.env["res.country.state"]
            .sudo()
            .search_fetch([], ["name", "code", "country_id"])
        )
        found = {}
        for state in states_sudo:
            for word in {state.name.casefold(), state.code.casefold()} & names:
                found.setdefault(word, []).append((state.id, state.country_id.id))
        return found

    @api.model
    def _find_state(self, text, country_id, states):
        """Return (state id, country id), None when the name fits none or several."""
        found = [
            pair
            for pair in states.get(text.casefold(), [])
            if country_id in (None, pair[1])
        ]
        return found[0] if len(found) == 1 else None

    @api.model
    def _get_interests(self, rows):
        """Return name -> (field, id) of the products and categories rows name.

        A name that several products have is nobody's.
        """
        texts = [row["interest"] for row in rows if row.get("interest")]
        names = {part for text in texts for part in (text, *split_names(text))}
        found = {}
        if not names:
            return found
        companies = [self.env.company.id, False]
        for field, model, domain in (
            ("interest_category_ids", "product.category", []),
            (
                "interest_product_ids",
                "product.template",
                [("company_id", "in", companies)],
            ),
        ):
            # Everybody may name a product; an interface may not read them.
            things_sudo = (
                self.env[model]
                .sudo()
                .search_fetch([*domain, ("name", "in", list(names))], ["name"])
            )
            for name, things in things_sudo.grouped("name").items():
                if len(things) == 1:
                    found[name] = (field, things.id)
        return found

    @api.model
    def _read_interest(self, text, interests, vals, problems):
        """Link what is named exactly so; the rest is a problem, in its words."""
        parts = [text] if text in interests else split_names(text)
        for part in parts:
            if part in interests:
                field, thing_id = interests[part]
                vals.setdefault(field, []).append(Command.link(thing_id))
        if rest := [part for part in parts if part not in interests]:
            problems["interest"] = ", ".join(rest)

    # ---------------------------------------------------------------------- names

    @api.model
    def _find_names(self, vals_list):
        """Return values for ``create``: names replaced by records, notes by HTML.

        :param list vals_list: as from :meth:`_read_rows`
        :raise odoo.exceptions.ConcurrencyError: somebody creates the same name right
            now; the transaction is to be run again
        """
        known = {}

        def find(model, name):
            key = (model, name.casefold())
            if key not in known:
                known[key] = self._find_or_create(model, name)
            return known[key]

        prepared = []
        for vals in vals_list:
            vals = dict(vals)
            for field, model in NAMED.items():
                if field in vals:
                    vals[field] = find(model, vals[field])
            if tags := vals.pop("tag_ids", ""):
                vals["tag_ids"] = [
                    (4, find("crm.tag", part)) for part in split_names(tags)
                ]
            if notes := vals.pop("notes", ""):
                vals["description"] = plaintext2html(notes)
            prepared.append(vals)
        return prepared

    @api.model
    def _find_or_create(self, model, name):
        # Who brings leads names sources and tags; he need not manage them.
        finder_sudo = self.env["utm.mixin"].sudo()
        try:
            with self.env.cr.savepoint():
                return finder_sudo._find_or_create_record(model, name).id
        except UniqueViolation as error:
            raise ConcurrencyError(f"{model} created meanwhile: {name}") from error

    # ----------------------------------------------------------------------- keys

    @api.model
    def _get_same_key(self, vals):
        """Return what two rows of one list have in common when they are the same."""
        # a mailbox and a switchboard are shared by many
        who = (vals.get("contact_name") or vals.get("partner_name") or "").casefold()
        if email := email_normalize(vals.get("email_from") or ""):
            return email, who
        digits = "".join(filter(str.isdigit, vals.get("phone") or ""))[-9:]
        return (digits, who) if digits else None
