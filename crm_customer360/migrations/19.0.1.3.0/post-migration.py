from odoo import SUPERUSER_ID, Command, api

BRIDGE = "crm_customer360_partner_multi_relation"
SWITCHES = ("value", "segment", "relation", "handover")


def migrate(cr, version):
    """Switch the new capabilities on, as a new installation has them."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    # the record of the host's group is not updated by itself
    env.ref("base.group_user").implied_ids = [
        Command.link(env.ref(f"crm_customer360.group_use_{switch}").id)
        for switch in SWITCHES
    ]
    _compare_contacts(env)
    # the new figures of everybody: too much for an update, the job does it in slices
    env["c360.customer.profile"]._wake_refresh()
    _install_bridge(env)


def _install_bridge(env):
    """Bring the addon for relations where it would have come by itself.

    The host installs such addons with what they depend on, not when they appear later.
    Loading goes on with what was marked meanwhile.
    """
    bridge = env["ir.module.module"].search(
        [("name", "=", BRIDGE), ("state", "=", "uninstalled")]
    )
    ready = ("installed", "to install", "to upgrade")
    if bridge and all(needed.state in ready for needed in bridge.dependencies_id):
        bridge.button_install()


def _compare_contacts(env):
    """Let pairs of contacts be seen like those of leads, and look for them."""
    company = env.ref("crm_customer360.c360_lead_duplicate_rule_company")
    company.domain_force = (
        "['|', ('lead_id', '=', False),"
        " ('lead_id.company_id', 'in', company_ids + [False]),"
        " '|', ('contact_id', '=', False),"
        " ('contact_id.company_id', 'in', company_ids + [False]),"
        " '|', ('other_lead_id', '=', False),"
        " ('other_lead_id.company_id', 'in', company_ids + [False]),"
        " '|', ('partner_id', '=', False),"
        " ('partner_id.company_id', 'in', company_ids + [False])]"
    )
    env.ref("crm_customer360.c360_lead_duplicate_rule_user").domain_force = (
        "['|', '&', ('lead_id.user_id', '=', user.id),"
        " '|', ('other_lead_id', '=', False), ('other_lead_id.user_id', '=', user.id),"
        " '&', ('contact_id.user_id', '=', user.id),"
        " ('partner_id.user_id', '=', user.id)]"
    )
    pooled = env.ref("crm_customer360.c360_lead_duplicate_rule_pooled")
    if pooled.domain_force.startswith("[('lead_id.pool_state'"):
        pooled.domain_force = pooled.domain_force.replace(
            "[(", "['|', ('lead_id', '=', False), '&', (", 1
        )
    env["c360.lead.identity"]._queue_contacts()
