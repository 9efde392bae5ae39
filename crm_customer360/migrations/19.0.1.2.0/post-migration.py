from odoo import SUPERUSER_ID, Command, api
from odoo.tools import convert_file


def migrate(cr, version):
    """Switch lead cleaning on and renew the rules, as a new installation has them."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    # the record of the host's group is not updated by itself
    env.ref("base.group_user").implied_ids = [
        Command.link(env.ref("crm_customer360.group_use_lead").id)
    ]
    # Managers of a pool see its leads: rules are not updated by themselves either.
    convert_file(
        env,
        "crm_customer360",
        "security/pool_security.xml",
        {},
        mode="init",
        noupdate=True,
    )
