from odoo import http
from odoo.http import request

HEADERS = {
    # the address of the page is a key
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


class ContactPreference(http.Controller):
    """The page a customer opens from a message: no login, no script, his language."""

    @http.route(
        ["/contact/preferences/<token>", "/contact/unsubscribe/<token>"],
        type="http",
        auth="public",
        methods=["GET"],
        readonly=True,
    )
    def show(self, token, done=None, **_params):
        """Show the person behind the link what he hears from us, and how."""
        link = self._open(token)
        if not link:
            return self._refuse()
        page = request.env["c360.contact.link"]._prepare_page(link)
        path, _unsubscribe = request.env["c360.contact.link"]._get_paths(token)
        return self._render(
            "crm_customer360.contact_preference_page",
            {"page": page, "path": path, "done": done},
        )

    @http.route(
        "/contact/preferences/<token>", type="http", auth="public", methods=["POST"]
    )
    def save(self, token, action="save", **form):
        """Record what he chose, and show it to him."""
        link = self._open(token)
        if not link:
            return self._refuse()
        # the page sends words; whoever sends files means none of its fields
        form = {name: said for name, said in form.items() if isinstance(said, str)}
        links = request.env["c360.contact.link"]
        proof = self._get_proof(links.env._("On his own page"))
        if action == "stop":
            links._stop(link, proof)
        elif action == "allow":
            links._allow(link, proof)
        elif action == "unsubscribe":
            links._unsubscribe(link, proof)
        else:
            links._save(link, form, proof)
        path, _unsubscribe = links._get_paths(token)
        return request.redirect(f"{path}?done=1", code=303)

    # Mail programs know no session; the signature of the link is the proof (RFC 8058).
    @http.route(
        "/contact/unsubscribe/<token>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
    )
    def unsubscribe(self, token, **form):
        """Refuse what the message was about, with one click in the mail program."""
        link = self._open(token)
        if not link:
            return self._refuse()
        if form.get("List-Unsubscribe") != "One-Click":
            return request.make_response("", status=400)
        links = request.env["c360.contact.link"]
        links._unsubscribe(
            link, self._get_proof(links.env._("One click in his mail program"))
        )
        return request.make_response("", headers=list(HEADERS.items()))

    def _open(self, token):
        """Return who is behind a link, and speak his language from here on."""
        link = request.env["c360.contact.link"]._read(token)
        lang = link and link.partner.lang
        if lang:
            request.update_context(lang=lang)
        return link

    def _refuse(self):
        # Whatever is wrong with the link, the answer is the same.
        return self._render("crm_customer360.contact_preference_wrong", {}, status=404)

    def _render(self, template, values, status=200):
        lang = request.env["res.lang"]._get_data(code=request.env.lang or "en_US")
        values = {
            "html_lang": (lang.iso_code or "en").replace("_", "-"),
            "html_dir": lang.direction or "ltr",
            **values,
        }
        response = request.render(template, values, status=status)
        response.headers.update(HEADERS)
        return response

    def _get_proof(self, how):
        """Say how we know that it was he."""
        address = request.httprequest.remote_addr
        agent = request.httprequest.user_agent.string[:200]
        return f"{how}\nIP {address}\n{agent}"
