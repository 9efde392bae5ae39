from odoo import SUPERUSER_ID, Command, api

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
