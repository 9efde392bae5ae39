"""What the host's own flows cost with the product in the house."""

from contextlib import contextmanager
from unittest.mock import patch

from benchmarks.kit.measure import at_most
from benchmarks.kit.register import case

EVENT = "c360.customer.event"


@contextmanager
def without_events(env):
    """The host without our outbox: documents record nothing."""
    model = type(env[EVENT])
    with patch.object(model, "_record", lambda self, kind, sources: self.browse()):
        yield


def _draft_orders(bench, env, count):
    products = [product for product, _price in bench.fill.pattern["products"]]
    return env["sale.order"].create(
        [
            {
                "partner_id": bench.customer(len(bench.fill.sizes.probes) + number),
                "order_line": [
                    (0, 0, {"product_id": product}) for product in products[:3]
                ],
            }
            for number in range(count)
        ]
    )


@case(EVENT)
def order_confirm(bench):
    """Confirming orders with our outbox and without it."""
    count = bench.size(10, 2)
    orders = []

    def before(env):
        orders[:] = _draft_orders(bench, env, count).ids

    def confirm(env):
        env["sale.order"].browse(orders).action_confirm()

    def confirm_without(env):
        with without_events(env):
            confirm(env)

    bench.compare(
        f"confirm {count} orders / without our outbox",
        confirm,
        confirm_without,
        at_most(1.05),
        before=before,
    )
    bench.must(
        "confirm orders: queries we add",
        bench.queries(confirm, before) - bench.queries(confirm_without, before),
        at_most(2),
    )


@case("c360.pool")
def create_leads(bench):
    """Creating leads that enter a pool, and with pools switched off."""
    count = bench.size(500, 20)

    def create(env):
        env["crm.lead"].create(
            [
                {
                    "name": f"Lead {number}",
                    "user_id": False,
                    "email_from": f"new{number}@mail.example",
                }
                for number in range(count)
            ]
        )

    def create_without(env):
        with patch.object(type(env["c360.pool"]), "_is_enabled", lambda self: False):
            create(env)

    bench.compare(
        f"create {count} leads / with pools switched off",
        create,
        create_without,
        at_most(1.10),
    )
    bench.should(
        "create leads: queries we add a batch",
        bench.queries(create) - bench.queries(create_without),
        at_most(2),
    )
