"""What happens once, when the addon arrives."""


def post_init_hook(env):
    """Have the mailings that were sent before us taken over into the ledger."""
    env["c360.contact.history"]._schedule()
