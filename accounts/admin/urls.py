"""Pages of identity below /admin/, before the admin site's own of the same address."""

from django.contrib import admin
from django.urls import path

from accounts.admin.pages import account, gate, keys, policy, trail

own = admin.site.admin_view

urlpatterns = [
    path("login/", gate.sign_in_page),
    path("login/second-step/", gate.second_step_page, name="admin-second-step"),
    path("password_reset/", gate.forgotten_page, name="admin_password_reset"),
    path("password_reset/confirm/", gate.reset_page, name="admin-password-reset-confirm"),
    path("password_change/", own(account.password_page)),
    path("account/", own(account.account_page), name="admin-account"),
    path("account/second-factor/", own(account.second_factor_page), name="admin-second-factor"),
    path("account/second-factor/off/", own(account.disable_page), name="admin-second-factor-off"),
    path("account/keys/", own(keys.add_key), name="admin-own-keys"),
    path("account/keys/begin/", own(keys.begin_key), name="admin-own-keys-begin"),
    path("account/keys/remove/", own(keys.remove_key), name="admin-own-keys-remove"),
    path("account/sessions/", own(account.end_sessions), name="admin-own-sessions"),
    path("audit/verify/", own(trail.verify_page), name="admin-audit-verify"),
    path("password-policy/", own(policy.policy_page), name="admin-policy"),
    path("password-policy/preview/", own(policy.policy_preview), name="admin-policy-preview"),
]
