from . import c360_privacy_erasure
from . import c360_privacy_export
from . import res_partner
