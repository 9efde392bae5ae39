"""Tell the story once, when the addon is installed."""

from .story.book import Book


def post_init_hook(env):
    """Play eighteen months of a trading house through the flows of the host."""
    Book(env).tell()
    # Where a website is installed, its address is not the way into the demo.
    if "website" in env:
        env["website"].search([], limit=1).homepage_url = "/odoo"
