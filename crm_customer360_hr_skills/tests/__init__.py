from . import test_pool_skill
