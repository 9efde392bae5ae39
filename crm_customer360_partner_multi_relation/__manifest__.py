# Copyright 2026 Customer 360 contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "Customer 360 Relations",
    "summary": "Relations, referrals and buying roles of customers",
    "version": "19.0.1.0.0",
    "development_status": "Beta",
    "category": "Sales/CRM",
    "license": "AGPL-3",
    "author": "Customer 360 contributors",
    "website": "https://github.com/customer360-contributors/crm_customer360",
    "depends": ["crm_customer360", "partner_multi_relation", "web_hierarchy"],
    "data": [
        "security/ir.model.access.csv",
        "security/customer_security.xml",
        "data/res_partner_relation_type_data.xml",
        "views/c360_customer_referral_views.xml",
        "views/res_partner_relation_type_views.xml",
        "views/customer360_menus.xml",
    ],
    "auto_install": True,
}
