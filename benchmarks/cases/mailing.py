"""Mailings: choosing recipients, and preparing their messages."""

from contextlib import ExitStack, contextmanager
from unittest.mock import patch

from benchmarks.kit.measure import at_most
from benchmarks.kit.register import case

MAILING, CHECK = "mailing.mailing", "c360.contact.mailing.check"
COMPOSER = "mail.compose.message"
BATCH = 50

FILL = """
    WITH made AS (
        INSERT INTO mailing_contact
               (name, email, email_normalized, create_uid, write_uid, create_date)
        SELECT 'Reader ' || i, address, address, 1, 1, now()
          FROM generate_series(1, %(count)s) AS i,
               CONCAT('reader', i, '.%(count)s@bench.example') AS address
     RETURNING id
    )
    INSERT INTO mailing_subscription (contact_id, list_id, opt_out, create_date)
    SELECT id, %(list_id)s, id %% 50 = 0, now() FROM made
"""


class Mailings:
    """A list of each length and its mailing; everything goes away again."""

    def __init__(self, bench, lengths):
        self.bench = bench
        self.lengths = lengths
        self.ids = {}
        self.list_ids = []

    def __enter__(self):
        with self.bench.env(keep=True) as env:
            for count in self.lengths:
                readers = env["mailing.list"].create({"name": f"Benchmark {count}"})
                self.list_ids += readers.ids
                env.cr.execute(FILL, {"count": count, "list_id": readers.id})
                self.ids[count] = (
                    env[MAILING]
                    .create(
                        {
                            "subject": "Benchmark",
                            "body_html": "<p>Hello</p>",
                            "mailing_model_id": env["ir.model"]._get_id("mailing.list"),
                            "contact_list_ids": [(6, 0, readers.ids)],
                            "email_from": "bench@bench.example",
                        }
                    )
                    .id
                )
            env.flush_all()
            for table in ("mailing_contact", "mailing_subscription"):
                env.cr.execute(f"ANALYZE {table}")
        return self

    def __exit__(self, *_error):
        with self.bench.env(keep=True) as env:
            env[MAILING].browse(self.ids.values()).unlink()
            env.cr.execute(
                """
                WITH gone AS (
                    DELETE FROM mailing_subscription WHERE list_id = ANY(%s)
                 RETURNING contact_id
                )
                DELETE FROM mailing_contact WHERE id IN (SELECT contact_id FROM gone)
                """,
                [self.list_ids],
            )
            env["mailing.list"].browse(self.list_ids).unlink()

    def prepare(self, env, count):
        """Prepare the messages of one batch, as sending the mailing does."""
        mailing = env[MAILING].browse(self.ids[count])
        composer = env[COMPOSER].create(
            {
                "composition_mode": "mass_mail",
                "mass_mailing_id": mailing.id,
                "model": mailing.mailing_model_real,
                "subject": mailing.subject,
                "body": mailing.body_html,
                "email_from": mailing.email_from,
                "force_send": False,
                "auto_delete": True,
            }
        )
        readers = env["mailing.contact"].search(
            [("list_ids", "in", mailing.contact_list_ids.ids)], limit=BATCH
        )
        composer._action_send_mail_mass_mail(readers.ids)


@contextmanager
def hosts_lists(env):
    """The composer as the host has it: whole lists for each batch, no limits."""
    from odoo.addons.mail.wizard.mail_compose_message import MailComposeMessage as Mail
    from odoo.addons.mass_mailing.wizard.mail_compose_message import (
        MailComposeMessage as Mass,
    )

    composer = type(env[COMPOSER])
    with ExitStack() as stack:
        for name, function in (
            ("_get_optout_emails", Mass._get_optout_emails),
            ("_get_done_emails", Mass._get_done_emails),
            ("_get_blacklist_record_ids", Mail._get_blacklist_record_ids),
            ("_stop_by_policy", lambda self, values: None),
        ):
            stack.enter_context(patch.object(composer, name, function))
        yield


@case(MAILING, CHECK)
def batch(bench):
    """Preparing fifty messages of a mailing, by the length of its list."""
    lengths = bench.size((1_000, 10_000, 100_000), (100, 300))
    with Mailings(bench, lengths) as mailings:

        def host(env, count):
            with hosts_lists(env):
                mailings.prepare(env, count)

        for count in lengths:
            bench.compare(
                f"{BATCH} messages of a mailing to {count:,} / host",
                lambda env, count=count: mailings.prepare(env, count),
                lambda env, count=count: host(env, count),
            )
        shortest, longest = lengths[0], lengths[-1]
        bench.compare(
            f"{BATCH} messages of a mailing to {longest:,} / to {shortest:,}",
            lambda env: mailings.prepare(env, longest),
            lambda env: mailings.prepare(env, shortest),
            at_most(1.5),
        )
        few, many = (
            bench.queries(lambda env, count=count: mailings.prepare(env, count))
            for count in (shortest, longest)
        )
        bench.must(
            "queries of a batch that the length of the list adds",
            many - few,
            at_most(0),
        )


@case(MAILING, CHECK)
def recipients(bench):
    """Choosing the recipients of a mailing, with what the limits will do to each."""
    count = bench.size(100_000, 300)
    with Mailings(bench, (count,)) as mailings:
        mailing_id = mailings.ids[count]

        def ours(env):
            from odoo import fields

            mailing = env[MAILING].browse(mailing_id)
            found = mailing._get_contact_recipients(mailing._get_remaining_recipients())
            mailing._decide_for(found, fields.Datetime.now())

        def host(env):
            env[MAILING].browse(mailing_id)._get_remaining_recipients()

        bench.compare(
            f"recipients of a mailing to {count:,} with limits / host",
            ours,
            host,
            at_most(2),
        )
        bench.should(
            "queries that the limits add to choosing them",
            bench.queries(ours) - bench.queries(host),
            at_most(5),
        )
        bench.compare(
            f"check of a mailing to {count:,}, with its lists / host",
            lambda env: env[MAILING].browse(mailing_id).action_check_limits(),
            host,
        )
