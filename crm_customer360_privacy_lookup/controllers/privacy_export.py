import json

from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import content_disposition, request


class PrivacyExport(http.Controller):
    """The file with what the product holds about one person."""

    @http.route(
        "/crm_customer360/personal_data/<int:partner_id>",
        type="http",
        auth="user",
        readonly=True,
    )
    def download(self, partner_id):
        """Hand the file out; to others than managers the contact does not exist."""
        partner = request.env["res.partner"].browse(partner_id)
        try:
            partner._check_personal_export()
            data = request.env["c360.privacy.export"]._get_data(partner)
        except (AccessError, MissingError) as error:
            raise request.not_found() from error
        return request.make_response(
            json.dumps(data, ensure_ascii=False, indent=2),
            headers=[
                ("Content-Type", "application/json; charset=utf-8"),
                ("Cache-Control", "no-store"),
                (
                    "Content-Disposition",
                    content_disposition(f"personal-data-{partner_id}.json"),
                ),
            ],
        )
