from . import customer
from . import contact
from . import lead
from . import pool
