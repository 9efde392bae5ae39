def migrate(cr, version):
    """Make room for the lock table of today: other columns, and no journal.

    Its rows mean nothing once no transaction is running.
    """
    if version:
        cr.execute("DROP TABLE IF EXISTS c360_contact_lock")
