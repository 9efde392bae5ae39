from . import c360_contact_purpose
from . import c360_contact_policy
from . import c360_contact_touch
from . import c360_contact_lock
from . import c360_contact_gate
from . import c360_contact_mail
from . import c360_customer_panel_contact
