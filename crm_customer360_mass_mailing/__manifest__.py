# Copyright 2026 Customer 360 contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "Customer 360 Mass Mailing",
    "summary": "Mailings keep the contact limits, and are prepared in minutes",
    "version": "19.0.1.0.0",
    "development_status": "Beta",
    "category": "Marketing/Email Marketing",
    "license": "AGPL-3",
    "author": "Customer 360 contributors",
    "website": "https://github.com/customer360-contributors/crm_customer360",
    "depends": ["crm_customer360", "mass_mailing"],
    "data": [
        "security/ir.model.access.csv",
        "views/c360_customer_segment_views.xml",
        "views/mailing_list_views.xml",
        "views/mailing_mailing_views.xml",
        "views/mailing_trace_views.xml",
        "wizards/c360_contact_mailing_check_views.xml",
    ],
    "post_init_hook": "post_init_hook",
    "auto_install": True,
}
