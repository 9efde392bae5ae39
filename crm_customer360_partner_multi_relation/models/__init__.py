from . import res_partner_relation_type
from . import res_partner_relation
from . import c360_customer_referral
from . import c360_customer_panel_relation
from . import c360_customer_merge_mixin
