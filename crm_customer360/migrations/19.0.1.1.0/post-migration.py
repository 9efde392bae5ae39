from odoo import SUPERUSER_ID, api

# What version 19.0.1.0.0 did not know of the purposes: code -> priority, quiet hours.
PURPOSES = {
    "transactional": (100, False),
    "service": (90, False),
    "care": (60, True),
    "sales": (50, True),
    "marketing": (30, True),
    "survey": (40, True),
    "collection": (80, False),
}

# Rules are not updated by themselves: contacts of leads that are gone are hidden too.
TOUCH_RULE = (
    "['|', '|', ('source_model', '!=', 'crm.lead'),"
    " '&', ('lead_id', '!=', False), ('lead_id.pool_state', '!=', 'pooled'),"
    " '&', ('lead_id', '=', False), ('user_id', '=', user.id)"
    " if not user.has_group('crm_customer360.group_care') else (1, '=', 1)]"
    " if user.has_group('crm_customer360.group_use_pool')"
    " and not user.has_group('crm_customer360.group_leader') else [(1, '=', 1)]"
)


def migrate(cr, version):
    """Complete the purposes, and have the past taken over into the ledgers."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    for purpose in env["c360.contact.purpose"].search([]):
        if not purpose.priority:
            priority, keeps_quiet_hours = PURPOSES[purpose.code]
            purpose.write(
                {"priority": priority, "keeps_quiet_hours": keeps_quiet_hours}
            )
    rule = env.ref("crm_customer360.c360_contact_touch_rule_pooled", False)
    if rule:
        rule.domain_force = TOUCH_RULE
    env["c360.contact.consent"]._take_over_blacklists()
    env["c360.contact.history"]._schedule()
