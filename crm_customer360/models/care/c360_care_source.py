from collections import defaultdict

from odoo import api, models

from ...tools.care_due import is_fully_returned


class C360CareSource(models.AbstractModel):
    """What care has to know about the documents that cause tasks.

    A bridge that brings another document adds ``_get_<what>_<model with underscores>``.
    """

    _name = "c360.care.source"
    _description = "Care Source"

    @api.model
    def _get_facts(self, model, ids):
        """Return what a task says about its source.

        :param str model: model of the documents
        :param list ids: their ids; those that are gone have no entry
        :return: ``{id: {"display": name the customer knows, "partner": person}}``; the
            person may be empty
        """
        if model not in self.env:
            return {}
        # Tasks are planned for everybody, whoever may read the documents.
        sources_sudo = self.env[model].sudo().browse(ids).exists()
        method = getattr(self, f"_get_facts_{model.replace('.', '_')}", None)
        if method:
            return method(sources_sudo)
        return {
            source.id: {
                "display": source.display_name,
                "partner": source.partner_id
                if "partner_id" in source
                else self.env["res.partner"],
            }
            for source in sources_sudo
        }

    @api.model
    def _get_facts_stock_picking(self, pickings):
        """A delivery is known to the customer by his order, and to him who ordered."""
        return {
            picking.id: {
                "display": picking.sale_id.name or picking.origin or picking.name,
                "partner": picking.sale_id.partner_id or picking.partner_id,
            }
            for picking in pickings
        }

    @api.model
    def _get_facts_c360_customer_loss(self, losses):
        """Whoever said that they leave is whom we talk to."""
        return {
            loss.id: {
                "display": loss.partner_name,
                "partner": loss.contact_id or loss.partner_id,
            }
            for loss in losses
            if loss.partner_id
        }

    @api.model
    def _get_lapsed(self, model, ids):
        """Return the documents that give no reason for a task any more.

        :return: ``{id: sentence saying why}``
        """
        if model not in self.env:
            return dict.fromkeys(
                ids, self.env._("The app of the document is no longer installed.")
            )
        # A task must lapse whoever looks; only the sentence is shown.
        sources_sudo = self.env[model].sudo().browse(ids).exists()
        gone = set(ids) - set(sources_sudo.ids)
        lapsed = dict.fromkeys(gone, self.env._("The document was deleted."))
        method = getattr(self, f"_get_lapsed_{model.replace('.', '_')}", None)
        return {**lapsed, **(method(sources_sudo) if method else {})}

    @api.model
    def _get_lapsed_sale_order(self, orders):
        return {
            order.id: self.env._("The order was cancelled.")
            for order in orders
            if order.state == "cancel"
        }

    @api.model
    def _get_lapsed_account_move(self, moves):
        return {
            move.id: self.env._("The invoice was cancelled or refunded.")
            for move in moves
            if move.state == "cancel" or move.payment_state == "reversed"
        }

    @api.model
    def _get_lapsed_c360_customer_loss(self, losses):
        reasons = {
            "won_back": self.env._("The customer has ordered again."),
            "gone": self.env._("The customer is gone for good."),
            "void": self.env._("The customer had not left."),
        }
        lapsed = {
            loss.id: reasons[loss.state] for loss in losses if loss.state in reasons
        }
        for loss in losses - losses.browse(lapsed):
            if loss.cause == "involuntary":
                lapsed[loss.id] = self.env._("The customer could not but leave.")
        return lapsed

    @api.model
    def _get_lapsed_stock_picking(self, pickings):
        """Deliveries that came back altogether; two queries for any number."""
        # What came back decides, whoever may see the warehouse.
        lines_sudo = self.env["stock.move.line"].sudo()
        delivered = defaultdict(dict)
        for picking, move, quantity in lines_sudo._read_group(
            [("picking_id", "in", pickings.ids), ("state", "=", "done")],
            ["picking_id", "move_id"],
            ["quantity_product_uom:sum"],
        ):
            delivered[picking.id][move.id] = quantity
        move_ids = [move for moves in delivered.values() for move in moves]
        returned = defaultdict(float)
        for move, quantity in lines_sudo._read_group(
            [
                ("move_id.origin_returned_move_id", "in", move_ids),
                ("state", "=", "done"),
            ],
            ["move_id"],
            ["quantity_product_uom:sum"],
        ):
            returned[move.origin_returned_move_id.id] += quantity
        return {
            picking_id: self.env._("Everything that was delivered came back.")
            for picking_id, moves in delivered.items()
            if is_fully_returned(moves, returned)
        }
