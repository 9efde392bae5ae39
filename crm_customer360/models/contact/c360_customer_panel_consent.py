from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date

TONES = {"given": "success", "refused": "danger", "unknown": "muted"}
SHOWN_ROWS = 5
# a company with more people who said something stops being counted
MAX_ROWS = 1000


class C360CustomerPanelConsent(models.AbstractModel):
    """What the people of the customer agreed to, refused, and asked for.

    Hidden where nobody said anything.
    """

    _name = "c360.customer.panel.consent"
    _inherit = "c360.customer.panel"
    _description = "Customer Panel: Consent"

    _panel_key = "consent"
    _panel_sequence = 75
    _panel_switch = "crm_customer360.group_use_contact"
    _panel_models = ("c360.contact.consent",)

    @api.model
    def _get_panel(self, customer, partner_ids):
        company_domain = Domain("company_id", "in", [*self.env.companies.ids, False])
        domain = Domain("partner_id", "in", partner_ids) & company_domain
        current = domain & Domain("is_current", "=", True)
        Consent = self.env["c360.contact.consent"]
        Preference = self.env["c360.contact.preference"]
        said = Consent._search(
            current & Domain("status", "!=", "unknown"),
            order=Consent._order,
            limit=MAX_ROWS,
        )
        pauses = Preference._search(
            current & Domain("pause_until", ">", fields.Datetime.now()),
            order=Preference._order,
            limit=MAX_ROWS,
        )
        # mostly there is neither: one look at both
        [(row_ids, paused_ids)] = self.env.execute_query(
            SQL("SELECT ARRAY(%s), ARRAY(%s)", said.select(), pauses.select())
        )
        rows, paused = Consent.browse(row_ids), Preference.browse(paused_ids)
        if not rows and not paused:
            return None
        stopped = rows.filtered(
            lambda row: row.status == "refused"
            and not (row.channel or row.purpose or row.topic_id)
        )
        return {
            "title": self.env._("Consent"),
            "icon": "fa-handshake-o",
            "figures": [
                self._prepare_figure(
                    self.env._("Agreed"),
                    len(rows.filtered(lambda row: row.status == "given")),
                    "integer",
                ),
                self._prepare_figure(
                    self.env._("Refused"),
                    len(rows.filtered(lambda row: row.status == "refused")),
                    "integer",
                    "danger" if stopped else None,
                ),
                self._prepare_figure(
                    self.env._("Paused"),
                    len(paused),
                    "integer",
                    "warning" if paused else "muted",
                ),
            ],
            "rows": [
                *(self._prepare_pause_row(row) for row in paused[:SHOWN_ROWS]),
                *(self._prepare_consent_row(row) for row in rows[:SHOWN_ROWS]),
            ][:SHOWN_ROWS],
            "count": len(rows) + len(paused),
            "badges": self._get_badges(customer, stopped),
            "action": self._prepare_list_action(
                self.env._("Consent"),
                "c360.contact.consent",
                [("partner_id", "in", partner_ids)],
            ),
        }

    @api.model
    def _get_badges(self, customer, stopped):
        """Warn at the top of the page where somebody wants to hear nothing."""
        if customer in stopped.partner_id:
            return [self._prepare_badge(self.env._("Do not contact"), "danger")]
        return [
            self._prepare_badge(
                self.env._("Do not contact: %(name)s", name=row.partner_name), "danger"
            )
            for row in stopped[:SHOWN_ROWS]
        ]

    @api.model
    def _prepare_consent_row(self, row):
        statuses = self._get_labels("c360.contact.consent", "status")
        sources = self._get_labels("c360.contact.consent", "source")
        return self._prepare_row(
            row,
            row.scope,
            subtitle=" · ".join(filter(None, (row.partner_name, sources[row.source]))),
            date=fields.Datetime.to_string(row.date),
            badges=[self._prepare_badge(statuses[row.status], TONES[row.status])],
        )

    @api.model
    def _prepare_pause_row(self, row):
        until = format_date(self.env, row.pause_until)
        return self._prepare_row(
            row.partner_id,
            self.env._("Nothing until %(date)s", date=until),
            subtitle=row.partner_name or "",
            badges=[self._prepare_badge(self.env._("Paused"), "warning")],
        )
