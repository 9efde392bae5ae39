# Rooms in the order of their dependencies: a room knows only those above it.
# The doors to the host's models come last, they mount the rooms' mixins.
from . import customer
from . import contact
from . import lead
from . import pool
from . import opportunity
from . import service
from . import care
from . import extended
