# Copyright 2026 Customer 360 contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "Customer 360 Skills",
    "summary": "Hand out leads to those who have the skill for them",
    "version": "19.0.1.0.0",
    "development_status": "Beta",
    "category": "Sales/CRM",
    "license": "AGPL-3",
    "author": "Customer 360 contributors",
    "website": "https://github.com/customer360-contributors/crm_customer360",
    "depends": ["crm_customer360", "hr_skills"],
    "data": [
        "security/ir.model.access.csv",
        "security/pool_security.xml",
        "views/c360_pool_views.xml",
    ],
    "auto_install": True,
}
