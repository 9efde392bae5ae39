# Copyright 2026 Customer 360 contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "Customer 360 Contract",
    "summary": "Recycle leads whose contract ended without renewal",
    "version": "19.0.1.0.0",
    "development_status": "Beta",
    "category": "Sales/CRM",
    "license": "AGPL-3",
    "author": "Customer 360 contributors",
    "website": "https://github.com/customer360-contributors/crm_customer360",
    "depends": ["crm_customer360", "contract"],
    "auto_install": True,
}
