# Copyright 2026 Customer 360 contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "Customer 360: Privacy",
    "summary": "Erase and export what Customer 360 holds about one person",
    "version": "19.0.1.0.0",
    "development_status": "Beta",
    "category": "Hidden",
    "license": "AGPL-3",
    "author": "Customer 360 contributors",
    "website": "https://github.com/customer360-contributors/crm_customer360",
    "depends": ["crm_customer360", "privacy_lookup"],
    "data": ["data/ir_actions_server_data.xml"],
    "auto_install": True,
}
