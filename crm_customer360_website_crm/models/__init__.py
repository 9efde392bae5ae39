from . import c360_lead_check
from . import c360_lead_intake_mixin
from . import website_visitor
