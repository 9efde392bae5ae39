from odoo import api, models
from odoo.tools import format_amount, format_date, format_datetime, formatLang

# What fits on two pages of A4.
CARDS = 8
ROWS = 3
ENTRIES = 20
CHART_HEIGHT = 70  # px


class C360CustomerDossier(models.AbstractModel):
    """The page of a customer on two sheets of paper, for whoever takes him over.

    The same answer as on the screen, with the rights of the reader: what he may not
    open he cannot print.
    """

    _name = "c360.customer.dossier"
    _description = "Customer Dossier"

    @api.model
    def _get_dossier(self, partner):
        """Return what the dossier of a customer says, in words ready to print.

        :param partner: a customer or any of its contacts
        :return: ``header``, ``cards``, ``quiet`` (titles), ``chart``, ``entries``
        :raise AccessError: without a role in the product or the right to read it
        """
        Page = self.env["c360.customer.page"]
        page = Page.load(partner.id)
        entries = Page.load_timeline(partner.id, limit=ENTRIES)["entries"]
        header = page["header"]
        currency = self.env["res.currency"].browse(header["currency_id"])
        speaking = [card for card in page["panels"] if not card["quiet"]]
        charts = [card["chart"] for card in speaking if card.get("chart")]
        return {
            "header": header,
            "facts": self._join(
                *(header[name] for name in ("city", "country", "phone", "email")),
                header["website"],
            ),
            "due": [
                {**item, "day": self._format(item["date"], "date", currency)}
                for item in header["due"]["items"]
            ],
            "cards": [self._prepare_card(card, currency) for card in speaking[:CARDS]],
            "quiet": [card["title"] for card in page["panels"] if card["quiet"]],
            "chart": self._prepare_chart(charts[0], currency) if charts else False,
            "entries": [self._prepare_entry(entry, currency) for entry in entries],
            "currency": currency,
        }

    def _join(self, *parts):
        return " · ".join(part for part in parts if part)

    def _prepare_card(self, card, currency):
        return {
            "title": card["title"],
            "count": card["count"],
            "figures": [
                {
                    "label": figure["label"],
                    "text": self._format(figure["value"], figure["kind"], currency),
                    "tone": figure["tone"],
                }
                for figure in card["figures"]
            ],
            "rows": [
                {
                    "title": row["title"],
                    "note": self._join(
                        row["subtitle"], *(badge["label"] for badge in row["badges"])
                    ),
                    "day": self._format(row["date"], "date", currency),
                    "amount": ""
                    if row["amount"] is None
                    else self._format(row["amount"], "money", currency),
                }
                for row in card["rows"][:ROWS]
            ],
        }

    def _prepare_entry(self, entry, currency):
        amount = entry.get("amount")
        return {
            "title": entry["title"],
            "subtitle": entry.get("subtitle") or "",
            "day": self._format(entry["date"], "date", currency),
            "amount": "" if amount is None else self._format(amount, "money", currency),
        }

    def _prepare_chart(self, chart, currency):
        """Return the columns of a chart with their heights in pixels."""
        numbers = [
            value or 0 for series in chart["series"] for value in series["values"]
        ]
        top = max([*numbers, 1])
        return {
            "title": chart["title"],
            "height": CHART_HEIGHT,
            "series": [series["label"] for series in chart["series"]],
            "top": self._format(top, chart["kind"], currency),
            "columns": [
                {
                    "label": label,
                    "bars": [
                        round(max(series["values"][place] or 0, 0) / top * CHART_HEIGHT)
                        for series in chart["series"]
                    ],
                }
                for place, label in enumerate(chart["labels"])
            ],
        }

    def _format(self, value, kind, currency):
        """Return a value of a card as the reader writes it."""
        if kind == "money":
            # nobody reads the cents of a total
            return format_amount(
                self.env, round(value or 0), currency, trailing_zeroes=False
            )
        if value is None or value is False or value == "":
            return "–" if kind != "date" else ""
        if kind == "date":
            if len(value) > 10:
                return format_datetime(self.env, value, dt_format="short")
            return format_date(self.env, value)
        if kind == "percent":
            return f"{formatLang(self.env, value * 100, digits=0)} %"
        if kind == "integer":
            return formatLang(self.env, value, digits=0)
        return str(value)


class C360CustomerDossierReport(models.AbstractModel):
    """What the host asks for when the report is printed; its name is the host's."""

    _name = "report.crm_customer360.c360_customer_dossier"
    _description = "Customer Dossier Report"

    @api.model
    def _get_report_values(self, docids, data=None):
        partners = self.env["res.partner"].browse(docids)
        dossier = self.env["c360.customer.dossier"]
        return {
            "doc_ids": docids,
            "doc_model": "res.partner",
            "docs": partners,
            "dossiers": [dossier._get_dossier(partner) for partner in partners],
            "company": self.env.company,
        }
