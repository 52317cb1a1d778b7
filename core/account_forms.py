"""allauth's forms with our labels and hints. The rules stay allauth's."""

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django.utils.translation import gettext_lazy as _


class Worded:
    """Gives fields the `words` of the class: {field: (label, hint)}; no placeholders."""

    words = {}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name in self.words:
                field.label, field.help_text = self.words[name]


class LoginForm(Worded, account.LoginForm):
    words = {"login": (_("E-mail"), ""), "password": (_("Password"), "")}


class RequestLoginCodeForm(Worded, account.RequestLoginCodeForm):
    words = {"email": (_("Your e-mail"), _("We send a code that you write on the next page."))}


class ConfirmLoginCodeForm(Worded, account.ConfirmLoginCodeForm):
    words = {"code": (_("The code from the e-mail"), "")}


class ChangePasswordForm(Worded, account.ChangePasswordForm):
    words = {
        "oldpassword": (_("The password you have now"), ""),
        "password1": (_("New password"), _("At least 12 characters. Three words are fine.")),
        "password2": (_("The new password again"), ""),
    }


class SetPasswordForm(Worded, account.SetPasswordForm):
    words = {
        "password1": (_("Password"), _("At least 12 characters. Three words are fine.")),
        "password2": (_("The password again"), ""),
    }


class ResetPasswordForm(Worded, account.ResetPasswordForm):
    words = {"email": (_("Your e-mail"), "")}


class ResetPasswordKeyForm(Worded, account.ResetPasswordKeyForm):
    words = SetPasswordForm.words


class ReauthenticateForm(Worded, account.ReauthenticateForm):
    words = {"password": (_("Password"), "")}


class AuthenticateForm(Worded, mfa.AuthenticateForm):
    words = {
        "code": (
            _("Code"),
            _("Six digits from your authenticator app, or one of your recovery codes."),
        )
    }


class MFAReauthenticateForm(Worded, mfa.ReauthenticateForm):
    words = AuthenticateForm.words


class ActivateTOTPForm(Worded, totp.ActivateTOTPForm):
    words = {"code": (_("Code from the app"), _("Six digits."))}


class AddWebAuthnForm(Worded, webauthn.AddWebAuthnForm):
    words = {
        "name": (_("What do you call it?"), _("For example: my work computer.")),
        "passwordless": (_("Sign in with it without a password"), ""),
    }


class EditWebAuthnForm(Worded, webauthn.EditWebAuthnForm):
    words = {"name": (_("What do you call it?"), "")}
