"""How allauth behaves here: self-registration is closed; roles decide who needs what."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by accepting a person or inviting staff, never by signing up."""

    def is_open_for_signup(self, request):
        return False


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Single sign-on signs in whom we know; it makes nobody new."""

    def is_open_for_signup(self, request, sociallogin):
        return False
