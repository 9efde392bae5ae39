from . import mail_compose_message
from . import mail_mail
from . import mail_message
from . import mail_thread
