from . import mail_compose_message
from . import c360_contact_mailing_check
