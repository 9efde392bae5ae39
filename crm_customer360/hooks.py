"""What happens once, when the addon arrives and when it leaves."""


def post_init_hook(env):
    """Fill what the rooms derive from documents that were there before us."""
    env["c360.customer.profile"]._refresh()
    env["c360.contact.consent"]._take_over_blacklists()
    env["c360.contact.history"]._schedule()
    env["c360.lead.identity.progress"]._look()


def uninstall_hook(env):
    """Leave a working host behind.

    Nothing to undo: what the addon brought (tables, columns, jobs, switches) goes with
    its external ids, and it changed no setting of the host.
    """
