from . import c360_pool_assign
from . import c360_pool_return
