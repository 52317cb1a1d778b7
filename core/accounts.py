"""How signing in behaves here: allauth's adapters and pages, with our words and mails.

Self-registration is closed: an account is made by accepting a person or inviting staff. Mails
go through the outbox like all others; the code in them is sealed while it waits.
"""

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.views import LoginView
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core import mail
from core.account_forms import RequestLoginCodeForm
from core.mail import Placeholder
from core.models import User
from core.secret_box import open_sealed, seal
from core.throttle import client_address

LOGIN_CODE = "account.login_code"
PASSWORD_RESET = "account.password_reset"  # noqa: S105

# allauth's name of a mail -> our kind, and the context value that it carries.
KINDS = {
    "account/email/login_code": (LOGIN_CODE, "code"),
    "account/email/password_reset_key": (PASSWORD_RESET, "password_reset_url"),
}


def register_mails():
    """Make the kinds of mail known (from AppConfig.ready)."""
    mail.group("account", label=_("Signing in"), order=95)
    mail.register(
        LOGIN_CODE,
        context=_sealed_secret,
        title=_("Code for signing in"),
        group="account",
        necessity=mail.ASKED,
        placeholders=(Placeholder("secret", _("The code"), "ABC123", required=True, secret=True),),
    )
    link = "https://frivillig.example.dk/konto/"
    mail.register(
        PASSWORD_RESET,
        context=_sealed_secret,
        title=_("Choosing a new password"),
        group="account",
        necessity=mail.ASKED,
        placeholders=(
            Placeholder("secret", _("The personal link"), link, required=True, secret=True),
        ),
    )


def _sealed_secret(message):
    secret = open_sealed(message.params["sealed"])
    return {"secret": secret} if secret else None


class AccountAdapter(DefaultAccountAdapter):
    """Who may have an account, and how its mails leave."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_code": _("The code is not right. Look at it again, or ask for a new one."),
        "email_password_mismatch": _("The e-mail address and the password do not fit together."),
        "too_many_login_attempts": _("Too many attempts. Wait a few minutes and try again."),
    }

    def is_open_for_signup(self, request):
        return False

    def get_client_ip(self, request):
        return client_address(request)

    def send_mail(self, template_prefix, email, context):
        """Write allauth's mail to the outbox. Raises KeyError for one we do not send."""
        kind, secret = KINDS[template_prefix]
        user = context.get("user") or User.objects.filter(email=email.lower()).first()
        mail.send(
            kind,
            to=mail.Recipient(
                email,
                user.name if user else "",
                user.language if user else "da",
                user=user,
            ),
            sealed=seal(str(context[secret])),
        )


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Single sign-on signs in whom we know; it makes nobody new."""

    def is_open_for_signup(self, request, sociallogin):
        return False


class MFAAdapter(DefaultMFAAdapter):
    """The QR code as plain SVG without style attributes, which the CSP would refuse."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("The code is not right. Wait for the next one and try again."),
    }

    def build_totp_svg(self, url):
        drawing = segno.make(url).svg_inline(scale=5, border=2)
        return format_html("{}", SafeString(drawing))


class SignInView(LoginView):
    """One page for all: a code by mail for most, password or passkey for staff."""

    def get_context_data(self, **kwargs):
        return super().get_context_data(code_form=RequestLoginCodeForm(), **kwargs)
