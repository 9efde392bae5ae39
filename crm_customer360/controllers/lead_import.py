from odoo import http
from odoo.http import content_disposition, request

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class LeadImport(http.Controller):
    @http.route(
        "/customer360/card_list/<int:import_id>/refused",
        type="http",
        auth="user",
        readonly=True,
    )
    def download_refused(self, import_id):
        """Return the refused rows of a card list the user may read."""
        card_list = request.env["c360.lead.import"].browse(import_id).exists()
        if not card_list or not card_list.has_access("read"):
            raise request.not_found()
        name = (card_list.file_name or "").rsplit(".", 1)[0]
        name = request.env._("%(list)s refused.xlsx", list=name or "leads")
        headers = {
            "Content-Type": XLSX,
            "Content-Disposition": content_disposition(name),
        }
        return request.make_response(card_list._get_refused_file(), headers.items())
