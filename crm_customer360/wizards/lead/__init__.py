from . import c360_contact_log
