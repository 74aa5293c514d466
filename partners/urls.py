from allauth.account import views as allauth
from django.urls import path, re_path

from partners.views import (
    account,
    codes,
    directory,
    directory_print,
    entry,
    entry_history,
    organisations,
    people,
    places,
    provision,
)

#: Of allauth's pages only these: no sign-up, no change of address, no second address.
sign_in = [
    path("accounts/login/", allauth.login, name="account_login"),
    path("accounts/logout/", allauth.logout, name="account_logout"),
    path("accounts/inactive/", allauth.account_inactive, name="account_inactive"),
    path(
        "accounts/signup/", allauth.signup, name="account_signup"
    ),  # closed; allauth's mails ask for its address
    path("accounts/password/", allauth.password_change, name="account_change_password"),
    path("accounts/password/reset/", allauth.password_reset, name="account_reset_password"),
    path("accounts/password/reset/sent/", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "accounts/password/reset/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]

urlpatterns = [
    *sign_in,
    path("invitation/<str:token>/", account.invitation, name="invitation"),
    path("undertaking/", account.undertaking, name="undertaking"),
    path("accounts/notices/", account.channels, name="channels"),
    path("language/", account.set_language, name="set_language"),
    path("directory/", directory.directory_list, name="directory"),
    path("directory/national-unit/", directory.national_unit, name="national-unit"),
    path("directory/print/", directory_print.printed, name="directory-print"),
    path("directory/<uuid:pk>/", entry.entry, name="directory-entry"),
    path("directory/<uuid:pk>/history/", entry_history.entry_history, name="entry-history"),
    path("directory/<uuid:pk>/agreement/", entry.agreement, name="agreement"),
    path("directory/<uuid:pk>/keep/", provision.offering, name="entry-keep"),
    path("directory/<uuid:pk>/keep/description/", entry.describe, name="entry-describe"),
    path("directory/<uuid:pk>/keep/sites/new/", provision.site_new, name="entry-site-new"),
    path("directory/<uuid:pk>/keep/services/new/", provision.service_new, name="entry-service-new"),
    path("places/", places.places_list, name="places"),
    path("places/new/", places.places_new, name="places-new"),
    path("places/<uuid:pk>/", places.places_edit, name="places-edit"),
    path("places/<uuid:pk>/confirm/", places.places_confirm, name="places-confirm"),
    path("places/<uuid:pk>/full/", places.places_full, name="places-full"),
    path("places/<uuid:pk>/full/undo/", places.places_full_undo, name="places-full-undo"),
    path("places/offering/", provision.offering, name="offering"),
    path("places/offering/assure/", provision.offering_assure, name="offering-assure"),
    path("places/sites/new/", provision.site_new, name="site-new"),
    path("places/sites/<uuid:pk>/", provision.site_edit, name="site-edit"),
    path("places/sites/<uuid:pk>/reveal/", provision.site_reveal, name="site-reveal"),
    path("places/services/new/", provision.service_new, name="service-new"),
    path("places/services/<uuid:pk>/", provision.service_edit, name="service-edit"),
    path("people/", people.people_list, name="people"),
    path("people/invite/", people.person_invite, name="person-invite"),
    path("people/<uuid:pk>/", people.person, name="person"),
    path("people/<uuid:pk>/roles/", people.role_add, name="role-add"),
    path("people/invitations/<uuid:pk>/revoke/", people.invitation_revoke, name="invitation-revoke"),
    path("organisations/", organisations.organisation_list, name="organisations"),
    path("organisations/new/", organisations.organisation_new, name="organisation-new"),
    path("organisations/<uuid:pk>/", organisations.organisation_edit, name="organisation"),
    path(
        "organisations/<uuid:pk>/reinstate/",
        organisations.organisation_reinstate,
        name="organisation-reinstate",
    ),
    path("regions/", organisations.region_list, name="regions"),
    path("regions/<uuid:pk>/", organisations.region_edit, name="region"),
    path("codes/", codes.code_lists, name="codes"),
    path("codes/<slug:name>/", codes.code_list, name="code-list"),
    path("codes/<slug:name>/new/", codes.code_add, name="code-add"),
    path("codes/edit/<uuid:pk>/", codes.code_edit, name="code-edit"),
    path("codes/retire/<uuid:pk>/", codes.code_retire, name="code-retire"),
    path("codes/restore/<uuid:pk>/", codes.code_restore, name="code-restore"),
]
