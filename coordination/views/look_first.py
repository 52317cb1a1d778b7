"""The page of a form that shows what it would do before it does it."""

from core.errors import DomainError
from core.views import FormView


class LookFirstError(Exception):
    """The form is shown again with what it would do."""


class LookFirstView(FormView):
    """A form (`LookedAtForm`) that is sent twice: what it would do is shown in between.

    Subclasses give `look(form)` (what it would do, with a `mark`), `do(form, seen)` (calls the
    action, returns the next address; may raise DomainError "look_first" if it would do something
    else by now) and `explain(found)` (the page's `consequences` and `leaving`).
    """

    template_name = "components/look_first.html"
    heading = ""
    found = None

    def perform(self, form):
        seen = form.cleaned_data["looked_at"]
        if seen:
            try:
                return self.do(form, seen)
            except DomainError as error:
                if error.code != "look_first":
                    raise
        self.found = self.look(form)
        self.show(form)
        raise LookFirstError

    def show(self, form):
        """The form as it is sent the second time."""
        form.show(self.found.mark)

    def post(self, request, *args, **kwargs):
        try:
            return super().post(request, *args, **kwargs)
        except LookFirstError:
            return self.render_form(self.form)

    def get_form(self):
        self.form = super().get_form()
        return self.form

    def get_context_data(self, **kwargs):
        explained = self.explain(self.found) if self.found else {}
        return super().get_context_data(**kwargs) | {
            "heading": self.heading,
            "consequences": explained.get("consequences", ()),
            "leaving": explained.get("leaving", ()),
        }
