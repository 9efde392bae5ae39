"""Tell the story once, when the addon is installed."""

from .story.book import Book


def post_init_hook(env):
    """Play eighteen months of a trading house through the flows of the host."""
    Book(env).tell()
