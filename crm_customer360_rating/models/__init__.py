from . import c360_contact_policy
from . import c360_contact_gate
from . import rating_rating
