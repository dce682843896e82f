"""The routes of signing in: those of allauth that this program offers, by the names by which allauth calls them.

The last ones are asked for by name inside allauth and are not offered here; they answer 404.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django.contrib.auth.decorators import login_not_required
from django.urls import path, re_path

from wwc.accounts.views import not_offered

urlpatterns = [
    path("login/", login_not_required(account.login), name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", login_not_required(account.account_inactive), name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/reset/", login_not_required(account.password_reset), name="account_reset_password"),
    path("password/reset/done/", login_not_required(account.password_reset_done), name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        login_not_required(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path("password/reset/key/done/", login_not_required(account.password_reset_from_key_done), name="account_reset_password_from_key_done"),
    path("second-factor/", mfa.index, name="mfa_index"),
    path("second-factor/authenticate/", login_not_required(mfa.authenticate), name="mfa_authenticate"),
    path("second-factor/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("second-factor/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("second-factor/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("second-factor/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("second-factor/codes/new/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("second-factor/codes/download/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("signup/", not_offered, name="account_signup"),
    path("email/", not_offered, name="account_email"),
    path("password/set/", not_offered, name="account_set_password"),
    path("confirm-email/", not_offered, name="account_email_verification_sent"),
    path("confirm-email/<key>/", not_offered, name="account_confirm_email"),
]
