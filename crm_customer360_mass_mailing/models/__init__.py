from . import mailing_contact
from . import mailing_trace
from . import mailing_mailing
from . import mailing_recipient
from . import mailing_exclusion
from . import mail_mail
