from . import c360_pool
from . import c360_pool_grant_mixin
from . import c360_pool_claim
from . import c360_pool_member
from . import c360_pool_move
from . import c360_pool_lead
from . import c360_pool_mixin
from . import c360_pool_team
