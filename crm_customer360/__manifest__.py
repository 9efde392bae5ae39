# Copyright 2026 Customer 360 contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "Customer 360",
    "summary": "Lead pools, customer care and contact limits on ERP facts",
    "version": "19.0.1.0.0",
    "development_status": "Beta",
    "category": "Sales/CRM",
    "license": "AGPL-3",
    "author": "Customer 360 contributors",
    "website": "https://github.com/customer360-contributors/crm_customer360",
    "depends": [
        "account",
        "base_automation",
        "calendar",
        "crm",
        "helpdesk_mgmt",
        "sale_crm",
        "sale_management",
        "sale_stock",
        "sms",
        "stock_account",
        "utm",
    ],
    "external_dependencies": {"python": ["phonenumbers"]},
    "data": [
        # Security
        "security/customer360_groups.xml",
        # Access, by room
        "security/ir.model.access-customer.csv",
        "security/customer_security.xml",
        "security/ir.model.access-contact.csv",
        "security/contact_security.xml",
        "security/ir.model.access-pool.csv",
        "security/pool_security.xml",
        # Data, by room
        "data/customer_data.xml",
        "data/contact_data.xml",
        "data/pool_data.xml",
        # Views, by room
        "views/customer/c360_customer_profile_views.xml",
        "views/customer/c360_customer_lifecycle_views.xml",
        "views/customer/c360_customer_event_views.xml",
        "views/contact/c360_contact_touch_views.xml",
        "views/contact/c360_contact_policy_views.xml",
        "views/pool/c360_pool_lead_views.xml",
        "views/pool/c360_pool_move_views.xml",
        "views/pool/c360_pool_views.xml",
        "wizards/pool/c360_pool_return_views.xml",
        "views/service/helpdesk_ticket_views.xml",
        # Doors to the host's views
        "views/extended/crm_lead_views.xml",
        "views/extended/helpdesk_ticket_views.xml",
        "views/extended/mail_compose_message_views.xml",
        "views/extended/res_config_settings_views.xml",
        "views/extended/res_partner_views.xml",
        # Menus, last
        "views/customer360_menus.xml",
    ],
    "assets": {
        "web.assets_backend": ["crm_customer360/static/src/**/*"],
        "web.assets_tests": ["crm_customer360/static/tests/tours/**/*"],
    },
    "post_init_hook": "post_init_hook",
    "uninstall_hook": "uninstall_hook",
    "application": True,
}
