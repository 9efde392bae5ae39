from . import c360_pool_return
