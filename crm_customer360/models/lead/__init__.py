from . import c360_lead_intake_mixin
from . import c360_lead_check
from . import c360_lead_duplicate_mixin
from . import c360_lead_profile_mixin
from . import c360_lead_followup
