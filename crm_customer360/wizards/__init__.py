from . import contact
from . import pool
