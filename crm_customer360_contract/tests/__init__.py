from . import test_pool_contract
