"""The account pages that this system uses, and no others. Names are allauth's."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as social
from django.conf import settings
from django.urls import include, path, re_path

from core.accounts import SignInView

urlpatterns = [
    path("log-ind/", SignInView.as_view(), name="account_login"),
    path("log-ud/", account.logout, name="account_logout"),
    path("lukket/", account.account_inactive, name="account_inactive"),
    path("kode/", account.request_login_code, name="account_request_login_code"),
    path("kode/skriv/", account.confirm_login_code, name="account_confirm_login_code"),
    path("bekraeft/", account.reauthenticate, name="account_reauthenticate"),
    path("adgangskode/", account.password_change, name="account_change_password"),
    path("adgangskode/ny/", account.password_set, name="account_set_password"),
    path("adgangskode/glemt/", account.password_reset, name="account_reset_password"),
    path("adgangskode/sendt/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^adgangskode/vaelg/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "adgangskode/valgt/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("to-trin/", mfa.index, name="mfa_index"),
    path("to-trin/kode/", mfa.authenticate, name="mfa_authenticate"),
    path("to-trin/bekraeft/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("to-trin/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("to-trin/app/fjern/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("to-trin/noedkoder/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "to-trin/noedkoder/nye/",
        recovery_codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "to-trin/noedkoder/hent/",
        recovery_codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("to-trin/noegler/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("to-trin/noegler/tilfoej/", webauthn.add_webauthn, name="mfa_add_webauthn"),
    path(
        "to-trin/noegler/bekraeft/",
        webauthn.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path("to-trin/noegler/log-ind/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("to-trin/noegler/<int:pk>/fjern/", webauthn.remove_webauthn, name="mfa_remove_webauthn"),
    path("to-trin/noegler/<int:pk>/ret/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
]

if settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]:
    urlpatterns += [
        path("", include("allauth.socialaccount.providers.openid_connect.urls")),
        path("sso/afbrudt/", social.login_cancelled, name="socialaccount_login_cancelled"),
        path("sso/fejl/", social.login_error, name="socialaccount_login_error"),
        path("sso/ukendt/", social.signup, name="socialaccount_signup"),
        path("sso/", social.connections, name="socialaccount_connections"),
    ]
