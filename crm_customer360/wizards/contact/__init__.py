from . import c360_contact_consent_record
from . import c360_contact_preference_record
from . import c360_contact_log
