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


# What the host computes and stores about the documents of an order.
STORED = {
    "res.partner": ("complete_name", "commercial_partner_id", "email_normalized"),
    "crm.lead": ("email_normalized", "phone_sanitized", "won_status"),
    "sale.order": ("amount_total", "invoice_status", "delivery_status"),
    "sale.order.line": (
        "price_subtotal",
        "qty_delivered",
        "qty_invoiced",
        "qty_to_invoice",
        "invoice_status",
    ),
    "stock.picking": ("state", "sale_id"),
    "stock.move": ("quantity", "product_qty"),
    "account.move": (
        "amount_total",
        "amount_residual",
        "payment_state",
        "commercial_partner_id",
    ),
    "account.move.line": ("amount_residual", "reconciled", "price_subtotal"),
    "account.payment": ("state", "is_reconciled"),
}


@case()
def fill_is_sound(bench):
    """The host, asked to compute anew what it stores, finds what was filled in."""
    count = bench.size(200, 60)
    with bench.env() as env:
        orders = env["sale.order"].browse(
            range(bench.fill.ids["sale_order"], bench.fill.ids["sale_order"] + count)
        )
        invoices = orders.invoice_ids
        payments = invoices.matched_payment_ids
        first = bench.fill.ids["crm_lead"]
        records = {
            "res.partner": orders.partner_id,
            "crm.lead": env["crm.lead"].browse(range(first, first + count)),
            "sale.order": orders,
            "sale.order.line": orders.order_line,
            "stock.picking": orders.picking_ids,
            "stock.move": orders.picking_ids.move_ids,
            "account.move": invoices | payments.move_id,
            "account.move.line": (invoices | payments.move_id).line_ids,
            "account.payment": payments,
        }
        for model, names in STORED.items():
            wrong = _recomputed_otherwise(records[model], names)
            bench.must(
                f"fill: {model} computed otherwise"
                + (f": {wrong[0]}" if wrong else ""),
                len(wrong),
                0,
            )
        bench.must(
            "fill: account moves that do not balance",
            sum(
                round(sum(move.line_ids.mapped("balance")), 2) != 0
                for move in records["account.move"]
            ),
            0,
        )
        bench.must(
            "fill: documents of these orders that are missing",
            sum(not records[model] for model in STORED),
            0,
        )


def _recomputed_otherwise(records, names) -> list:
    """Return the records whose stored fields come out differently, with the field."""
    wrong = []
    for name in names:
        field = records._fields[name]
        before = [record[name] for record in records]
        records.env.add_to_compute(field, records)
        wrong += [
            f"{record.id}.{name} {old} -> {record[name]}"
            for record, old in zip(records, before, strict=True)
            if _differ(old, record[name])
        ]
        records.env.flush_all()
    return wrong


def _differ(old, new) -> bool:
    if isinstance(old, float):
        return round(old - new, 2) != 0
    return old != new


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
    count = bench.size(100, 20)

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
