# Copyright 2026 Customer 360 contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "Customer 360 Demo",
    "summary": "Eighteen months of a trading house, told through Odoo's own flows",
    "version": "19.0.1.0.0",
    "development_status": "Beta",
    "category": "Hidden",
    "license": "AGPL-3",
    "author": "Customer 360 contributors",
    "website": "https://github.com/customer360-contributors/crm_customer360",
    "depends": ["crm_customer360"],
    "external_dependencies": {"python": ["freezegun"]},
    "post_init_hook": "post_init_hook",
    # read by the story, not by the loader
    "oca_data_manual": [
        "data/calls.csv",
        "data/consents.csv",
        "data/customers.csv",
        "data/holidays.csv",
        "data/leads.csv",
        "data/logged.csv",
        "data/logins.csv",
        "data/messages.csv",
        "data/opportunities.csv",
        "data/pages.csv",
        "data/planned.csv",
        "data/preferences.csv",
        "data/products.csv",
        "data/tickets.csv",
    ],
}
