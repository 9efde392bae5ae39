from odoo import SUPERUSER_ID, Command, api


def migrate(cr, version):
    """Switch lead cleaning on, as a new installation has it."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    # the record of the host's group is not updated by itself
    env.ref("base.group_user").implied_ids = [
        Command.link(env.ref("crm_customer360.group_use_lead").id)
    ]
