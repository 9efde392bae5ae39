from odoo import api, fields, models
from odoo.fields import Domain


class C360CustomerPanel(models.AbstractModel):
    """One card of the Customer 360 page; every room and bridge adds its own.

    To add a card, declare an abstract model of this shape; nothing else has to know
    it, no JavaScript is needed::

        class C360CustomerPanelLoan(models.AbstractModel):
            _name = "c360.customer.panel.loan"
            _inherit = "c360.customer.panel"
            _description = "Customer Panel: Loans"

            _panel_key = "loan"
            _panel_sequence = 70
            _panel_models = ("library.loan",)

            def _get_panel(self, customer, partner_ids):
                ...

    A panel reads with the rights of the user: no sudo, record rules apply. It asks a
    fixed number of queries whatever the customer's history.
    """

    _name = "c360.customer.panel"
    _description = "Customer Panel"

    # Stable name of the card, used by the screen and the tests.
    _panel_key = None
    # Place on the page, smallest first.
    _panel_sequence = 100
    # xmlid of the feature group that switches the panel (and its timeline) on.
    _panel_switch = None
    # The card is shown to users who may read all of these models.
    _panel_models = ()
    # xmlids of groups: one of them is needed for the card and its figures. Whoever may
    # read the models and has none gets its ``due`` and ``health``, so these may say no
    # amount, and no card, on the screen or on paper. Empty: the models decide.
    _panel_groups = ()

    # -- what a panel implements --

    @api.model
    def _get_panel(self, customer, partner_ids):
        """Return the card, or None to show none.

        :param customer: the commercial partner
        :param partner_ids: ids of its contacts (itself included) the user may read
        :return: a dict with

            ``title``, ``icon`` (``fa-...``);
            ``figures``: up to four of ``_prepare_figure``, with their trend and the
            records behind them;
            ``chart``: optional, one of ``_prepare_chart``, drawn above the rows;
            ``rows``: the five newest or most urgent of ``_prepare_row``;
            ``count``: rows in all (a panel may stop counting at 1,000);
            ``action``: dict or xmlid of "see all";
            ``empty``: the sentence to show when there is no row;

            and what the header of the page collects from all cards:
            ``badges``: ``_prepare_badge``;
            ``buttons``: ``_prepare_button``;
            ``due``: what has to be done now, ``_prepare_due``; three are shown;
            ``health``: what speaks for or against the relationship,
            ``_prepare_health``.

            Money is in the currency of ``self.env.company``. A card without rows,
            chart and figures other than zero is quiet: the page names it in one line.
        """
        return None

    @api.model
    def _get_timeline_sources(self):
        """Return the ``TimelineSource`` of this panel: the usual way to take part."""
        return ()

    @api.model
    def _get_timeline_kinds(self):
        """Return ``{kind: label}`` of the sources: what one can filter by."""
        return {}

    @api.model
    def _get_timeline_select(self, customer, partner_ids):
        """Return SQL selecting ``(date timestamp, model text, res_id int, kind text)``.

        For what a ``TimelineSource`` cannot say. Only rows the user may read; the
        caller orders and limits. Name the date column itself, not a cast of it, or no
        index serves the page. None: nothing.
        """
        return None

    @api.model
    def _get_timeline_entries(self, model, ids):
        """Describe timeline rows of one model in a fixed number of queries.

        :return: ``{id: {"title", "subtitle", "amount", "icon", "tone"}}``, optionally
            with the ``model`` and ``id`` a click opens when they are not the row's own
        """
        return {}

    # -- what the page asks --

    @api.model
    def _get_panels(self):
        """Return the panels that are switched on, in the order of the page."""
        Groups = self.env["res.groups"]
        names = self.pool.descendants([C360CustomerPanel._name], "_inherit")
        panels = [
            self.env[name]
            for name in names
            if name != C360CustomerPanel._name
            and (
                not self.env[name]._panel_switch
                or Groups._is_feature_enabled(self.env[name]._panel_switch)
            )
        ]
        return sorted(panels, key=lambda panel: (panel._panel_sequence, panel._name))

    @api.model
    def _load_panel(self, customer, partner_ids):
        """Return the complete card, None when the user may not see it.

        Of a card that needs a group he lacks only what it says in the header is left,
        marked as ``hidden``.
        """
        if not all(self.env[name].has_access("read") for name in self._panel_models):
            return None
        panel = self._get_panel(customer, partner_ids)
        if panel is None:
            return None
        if not self._may_see_card():
            said = {name: panel[name] for name in ("due", "health") if name in panel}
            return {**said, "key": self._panel_key, "hidden": True}
        return {
            "figures": [],
            "rows": [],
            "count": len(panel.get("rows", ())),
            "action": False,
            "empty": "",
            **panel,
            "key": self._panel_key,
            "sequence": self._panel_sequence,
        }

    @api.model
    def _may_see_card(self):
        """Tell whether the user has one of the groups the card needs."""
        user = self.env.user
        return (
            self.env.su
            or not self._panel_groups
            or any(user.has_group(group) for group in self._panel_groups)
        )

    @api.model
    def _get_timeline_pages(self, customer, partner_ids, position, limit, chosen):
        """Return the SQL of one timeline page of every source of this panel.

        :param chosen: ``TimelineFilter``: sources that cannot answer it are left out
        """
        Timeline = self.env["c360.customer.timeline"]
        pages = [
            Timeline._select_source(source, partner_ids, position, limit, chosen)
            for source in self._get_timeline_sources()
        ]
        select = self._get_timeline_select(customer, partner_ids)
        if select is not None:
            pages.append(Timeline._select_branch(select, position, limit, chosen))
        return [page for page in pages if page is not None]

    # -- words the panels share --

    @api.model
    def _prepare_figure(self, label, value, kind="text", tone=None, **values):
        """Return a figure of a card.

        :param kind: ``money``, ``integer``, ``date``, ``percent`` or ``text``
        :param tone: ``danger``, ``warning``, ``success``, ``info``, ``muted``, None
        :param values: ``trend``: change against the period before, in percent (a
            float, 12.5 is 12.5 %; None where nothing can be compared);
            ``trend_good``: ``up`` or ``down``, which direction is welcome;
            ``trend_label``: what is compared, "against last year";
            ``action``: a window action, the records behind the number
        """
        return {"label": label, "value": value, "kind": kind, "tone": tone, **values}

    @api.model
    def _prepare_badge(self, label, tone="muted"):
        """Return a badge; ``tone``: success, warning, danger, info or muted."""
        return {"label": label, "tone": tone}

    @api.model
    def _prepare_button(self, label, icon, action, role=None):
        """Return a button of the header.

        :param role: ``call``, ``write``, ``quote``, ``ticket``, ``task`` stand in the
            bar of the header, in this order; the others in its menu
        """
        return {"label": label, "icon": icon, "action": action, "role": role}

    @api.model
    def _prepare_due(self, label, action, date=None, tone="warning", priority=50):
        """Return something that has to be done now.

        :param str label: the thing in a few words: "Quotation S00042 expires"
        :param action: a window action, or ``{"model", "id"}`` of the document
        :param date: day or moment it is or was due, as the server writes it
        :param tone: ``danger`` when too late, else ``warning``
        :param int priority: the smallest comes first, then the earliest date: 10
            complaints, 20 promises, 30 late deliveries and tickets, 40 money, 50 tasks
            and activities, 60 expiring quotations, 70 what may be done
        """
        return {
            "label": label,
            "action": action,
            "date": date or False,
            "tone": tone,
            "priority": priority,
        }

    @api.model
    def _prepare_health(self, tone, reason, weight):
        """Return what speaks for or against the health of the relationship.

        :param tone: ``good``, ``fair`` or ``poor``
        :param str reason: a sentence without a full stop: "Invoices 34 days overdue"
        :param int weight: 1 to 100; see ``tools/customer_health.py``: 50 of poor make
            the customer poor, 20 make him fair; fair counts half
        """
        return {"tone": tone, "reason": reason, "weight": weight}

    @api.model
    def _prepare_chart(self, title, labels, series, kind="integer", shape="bar"):
        """Return a chart: small, at most 24 labels and three series.

        :param str title: says what is seen, also to those who cannot see it
        :param list labels: under the chart: months, weeks
        :param list series: ``{"label", "values"}``, the present first; as many values
            as labels, None where there is none
        :param kind: ``money`` or ``integer``
        :param shape: ``bar`` or ``line``
        """
        return {
            "type": shape,
            "title": title,
            "labels": labels,
            "series": series,
            "kind": kind,
        }

    @api.model
    def _prepare_row(self, record, title, **values):
        """Return a row that opens ``record``.

        :param values: ``subtitle``, ``date``, ``amount``, ``badges``; of people
            ``phone`` and ``email``: buttons to call and to write
        """
        return {
            "subtitle": False,
            "date": False,
            "amount": None,
            "badges": [],
            **values,
            "title": title,
            "model": record._name,
            "id": record.id,
        }

    @api.model
    def _prepare_list_action(self, name, model, domain, **values):
        """Return the window action behind "see all"."""
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [[False, "list"], [False, "form"]],
            "domain": list(Domain(domain)),
            "target": "current",
            **values,
        }

    @api.model
    def _get_documents_domain(self, model, partner_ids):
        """Return the documents of these contacts in the user's companies."""
        Timeline = self.env["c360.customer.timeline"]
        return Domain("partner_id", "in", partner_ids) & Timeline._get_company_domain(
            self.env[model]
        )

    @api.model
    def _in_company_currency(self, amount, currency):
        """Return the amount in the currency of the page, at today's rate."""
        company = self.env.company
        if not amount or not currency or currency == company.currency_id:
            return amount
        return currency._convert(
            amount, company.currency_id, company, fields.Date.context_today(self)
        )

    @api.model
    def _get_labels(self, model, field):
        """Return ``{value: label}`` of a selection, in the user's language."""
        return dict(self.env[model]._fields[field]._description_selection(self.env))
