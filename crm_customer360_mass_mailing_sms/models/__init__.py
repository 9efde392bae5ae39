from . import crm_lead
from . import res_partner
from . import c360_contact_history
from . import mailing_trace
from . import mailing_mailing
from . import mailing_recipient
from . import mailing_exclusion
from . import sms_sms
