"""The developer set-up of crm_customer360, standard library only.

Read in the order of use:

    cli         the commands behind the Makefile
    settings    what the user asked for, and where things are kept
    console     what is printed; messages: every sentence that stops a command
    files       locks, and folders that exist only when they are complete
    host        Odoo itself; by host_debian, host_git or ODOO_HOME
    python      the virtual environment
    postgres    the database server, the user's or ours
    embedded    ours; keeper: the process that looks after it
    database    templates, copies, file stores
    addons      what the checkout holds and what it depends on
    odoo        running Odoo with our configuration
    serve, checks, lint, browser
                the commands that use all of it
"""
