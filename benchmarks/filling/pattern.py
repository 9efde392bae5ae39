"""One of each document, made by the host itself: every row filled in is a copy of it.

A copy is right about the columns nobody here thinks of (those of the host's next
version, of other addons): they hold what the host put there.
"""

from odoo import Command

PRODUCTS = 20
SILENT = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_auto_subscribe_no_notify": True,
    "no_reset_password": True,
}


def make_pattern(env, sizes) -> dict:
    """Create the patterns through the ORM and return their ids by name."""
    env = env(context=dict(env.context, **SILENT))
    _check_ledger(env)
    salespeople = _make_salespeople(env, sizes.salespeople)
    company, contact = _make_partners(env)
    products = _make_products(env)
    order = _make_order(env, company, products)
    picking = _deliver(order)
    invoice, payment = _invoice_and_pay(env, order)
    lead = env["crm.lead"].create(
        {
            "name": "Pattern",
            "type": "lead",
            "user_id": False,
            "team_id": False,
            # who cannot be reached is set aside
            "email_from": "pattern@mail.example",
        }
    )
    message = company.message_post(body="Pattern")
    ticket = env["helpdesk.ticket"].create(
        {"name": "Pattern", "description": "Pattern", "partner_id": company.id}
    )
    env.flush_all()
    lines = invoice.line_ids
    move_lines = payment.move_id.line_ids
    partial = lines.matched_credit_ids
    stages = env["crm.stage"].search([("is_won", "=", False)], order="sequence")
    return {
        "company": env.company.id,
        "salespeople": salespeople.ids,
        "team": order.team_id.id or env["crm.team"].search([], limit=1).id,
        "countries": {code: env.ref(f"base.{code}").id for code in _COUNTRIES},
        "products": [(product.id, product.list_price) for product in products],
        "stages": stages.ids,
        "won_stage": env["crm.stage"].search([("is_won", "=", True)], limit=1).id,
        "closed_ticket_stage": env["helpdesk.ticket.stage"]
        .search([("closed", "=", True)], limit=1)
        .id,
        "partner_company": company.id,
        "partner_contact": contact.id,
        "lead": lead.id,
        "pool_move": _get_pool_move(env, lead),
        "order": order.id,
        "order_line": order.order_line.id,
        "picking": picking.id,
        "stock_move": picking.move_ids.id,
        "stock_move_line": picking.move_line_ids.id,
        "invoice": invoice.id,
        "income_line": lines.filtered(lambda x: x.display_type == "product").id,
        "due_line": lines.filtered(lambda x: x.display_type == "payment_term").id,
        "payment": payment.id,
        "payment_move": payment.move_id.id,
        "bank_line": (move_lines - partial.credit_move_id).id,
        "paid_line": partial.credit_move_id.id,
        "partial": partial.id,
        "full": partial.full_reconcile_id.id,
        "message": message.id,
        "ticket": ticket.id,
        "touch": _make_touch(env, company),
    }


_COUNTRIES = ("cn", "be", "de")


def _check_ledger(env):
    """A database without a chart of accounts gets the generic one."""
    if not env.company.chart_template:
        env["account.chart.template"].try_loading("generic_coa", env.company)


def _make_salespeople(env, count):
    groups = env.ref("base.group_user") + env.ref("crm_customer360.group_user")
    return env["res.users"].create(
        [
            {
                "name": f"Salesperson {number}",
                "login": f"bench_{number}",
                "email": f"bench_{number}@company.example",
                "group_ids": [Command.set(groups.ids)],
            }
            for number in range(count)
        ]
    )


def _make_partners(env):
    company = env["res.partner"].create(
        {
            "name": "Pattern",
            "is_company": True,
            "email": "office@pattern.example",
            "phone": "+32470123456",
            "lang": "en_US",
        }
    )
    contact = env["res.partner"].create(
        {"name": "Pattern Contact", "parent_id": company.id, "lang": "en_US"}
    )
    return company, contact


def _make_products(env):
    """Consumables without tax: amounts stay sums of quantity times price."""
    return env["product.product"].create(
        [
            {
                "name": f"Item {number}",
                "list_price": 20 + 15 * number,
                "taxes_id": [Command.clear()],
                "type": "consu",
                "invoice_policy": "order",
            }
            for number in range(PRODUCTS)
        ]
    )


def _make_order(env, partner, products):
    order = env["sale.order"].create(
        {
            "partner_id": partner.id,
            "order_line": [Command.create({"product_id": products[0].id})],
        }
    )
    order.action_confirm()
    return order


def _deliver(order):
    picking = order.picking_ids.ensure_one()
    for move in picking.move_ids:
        move.quantity = move.product_uom_qty
        move.picked = True
    picking._action_done()
    return picking


def _invoice_and_pay(env, order):
    invoice = order._create_invoices()
    invoice.action_post()
    register = env["account.payment.register"].with_context(
        active_model="account.move", active_ids=invoice.ids
    )
    return invoice, register.create({})._create_payments()


def _get_pool_move(env, lead):
    """The ledger row of the lead that a pool took by itself, if there are pools."""
    if "c360.pool.move" not in env:
        return False
    return env["c360.pool.move"].search([("lead_id", "=", lead.id)], limit=1).id


def _make_touch(env, partner):
    if "c360.contact.touch" not in env:
        return False
    touch = env["c360.contact.touch"].create(
        {
            "partner_id": partner.id,
            "channel": "email",
            "purpose": "sales",
            "direction": "out",
            "state": "sent",
            "company_id": env.company.id,
        }
    )
    return touch.id
