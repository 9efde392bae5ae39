from . import c360_pool
from . import c360_pool_limit
from . import c360_pool_terms
from . import c360_pool_grant_mixin
from . import c360_pool_arrival
from . import c360_pool_claim
from . import c360_pool_member
from . import c360_pool_move
from . import c360_pool_lead
from . import c360_pool_mixin
from . import c360_pool_privacy
<<<<<<< HEAD
from . import c360_pool_tie
=======
from . import c360_pool_merge
>>>>>>> 17dd5be ([ADD] crm_customer360: find duplicates of leads, review and merge them, undo a merge)
from . import c360_pool_activity
from . import c360_pool_team
from . import c360_pool_team_cache
