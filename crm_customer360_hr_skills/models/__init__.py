from . import c360_pool_skill
from . import c360_pool
