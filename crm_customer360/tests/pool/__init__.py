from . import test_pool_claim
from . import test_pool_claim_race
from . import test_pool_ownership
from . import test_pool_privacy
from . import test_pool_return
from . import test_pool_routing
from . import test_pool_setup
from . import test_pool_topic
