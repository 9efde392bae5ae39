"""What happens once, when the addon arrives and when it leaves."""


def post_init_hook(env):
    """Fill what the rooms derive from documents that were there before us."""


def uninstall_hook(env):
    """Leave a working host behind."""
