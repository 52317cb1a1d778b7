"""Forms about associations."""

from django.utils.translation import gettext_lazy as _

from coordination.models import Association
from core import forms


class AssociationForm(forms.ModelForm):
    """Name and CVR number; the contact is one of the association's volunteers."""

    submit_label = _("Save the association")

    class Meta:
        model = Association
        fields = ("name", "cvr")
        help_texts = {"cvr": _("Eight digits.")}
