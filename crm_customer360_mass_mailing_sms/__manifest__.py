# Copyright 2026 Customer 360 contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "Customer 360 Mass SMS",
    "summary": "Text message mailings keep the contact limits",
    "version": "19.0.1.0.0",
    "development_status": "Beta",
    "category": "Marketing/SMS Marketing",
    "license": "AGPL-3",
    "author": "Customer 360 contributors",
    "website": "https://github.com/customer360-contributors/crm_customer360",
    "depends": ["crm_customer360_mass_mailing", "mass_mailing_sms"],
    "post_init_hook": "post_init_hook",
    "auto_install": True,
}
