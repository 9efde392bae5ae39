from . import c360_lead_intake_mixin
