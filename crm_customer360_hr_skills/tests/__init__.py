from . import test_departure_handover
from . import test_pool_skill
