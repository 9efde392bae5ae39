from . import hooks
from .hooks import post_init_hook
