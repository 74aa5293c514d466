"""Accounts: who is there, who is invited, who holds which role."""

from collections.abc import Callable
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from partners.enums import Act, Role
from partners.forms.fields import VersionForm
from partners.forms.people import AuditedRegionForm, InvitationForm, PeopleFilter, RoleForm
from partners.models import Invitation, Membership, User
from partners.queries import invitations, people
from partners.services import accounts
from partners.services.guard import authorise
from partners.views.door import ActingRequest, attempt, confirmation, done, now, posted, question

PER_PAGE = 50


#: By whom, the row and its version, `at`, and what the form asks besides.
Deactivate = Callable[..., User]
End = Callable[..., Membership]


class Ask(Protocol):
    """The form on which somebody leaves; what it asks beyond the version reaches the service."""

    def __call__(self, pk: UUID, data: QueryDict | None, *, initial: dict[str, Any]) -> VersionForm: ...


def only_sure(pk: UUID, data: QueryDict | None, *, initial: dict[str, Any]) -> VersionForm:
    return VersionForm(data, initial=initial)


Holds = Callable[[UUID], list[tuple[str, str]]]


@require_GET
def people_list(request: ActingRequest) -> HttpResponse:
    authorise(request.actor, Act.MANAGE_PEOPLE)
    chosen = PeopleFilter(request.GET)
    organisation = chosen.cleaned_data["organisation"] if chosen.is_valid() else None
    page = Paginator(people(organisation), PER_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    context = {
        "page": page,
        "previous": _page(query, page.previous_page_number()) if page.has_previous() else "",
        "next": _page(query, page.next_page_number()) if page.has_next() else "",
        "filter": chosen,
        "organisation": organisation,
        "invitations": invitations(organisation),
    }
    return render(request, "partners/people.html", context)


def _page(query: QueryDict, number: int) -> str:
    query["page"] = str(number)
    return f"?{query.urlencode()}"


@require_GET
def person(request: ActingRequest, pk: UUID) -> HttpResponse:
    authorise(request.actor, Act.MANAGE_PEOPLE)
    context = {"person": get_object_or_404(people(), pk=pk), "back_url": reverse("people")}
    return render(request, "partners/person.html", context)


@require_http_methods(["GET", "POST"])
def person_invite(request: ActingRequest) -> HttpResponse:
    authorise(request.actor, Act.MANAGE_PEOPLE)
    form = InvitationForm(posted(request))
    origin = settings.RELAIS_ORIGIN
    if attempt(form, lambda data: accounts.invite_person(request.actor, **data, origin=origin, at=now())):
        return done(request, _("The link is on its way. It works once, for 7 days."), "people")
    return question(
        request,
        form,
        title=_("Invite a person"),
        text=_("The person gets a link by e-mail and chooses a password. Nothing else is in the message."),
        submit=_("Send the link"),
        back_url=reverse("people"),
    )


@require_http_methods(["GET", "POST"])
def invitation_revoke(request: ActingRequest, pk: UUID) -> HttpResponse:
    authorise(request.actor, Act.MANAGE_PEOPLE)
    invitation = get_object_or_404(Invitation.objects.select_related("organisation"), pk=pk)
    form = VersionForm(posted(request), initial={"version": invitation.version})
    if attempt(form, lambda data: accounts.revoke_invitation(request.actor, pk, data["version"], at=now())):
        return done(request, _("The link no longer works."), "people")
    return confirmation(
        request,
        form,
        title=_("Take this invitation back?"),
        rows=[(_("Name"), invitation.name), (_("Organisation"), invitation.organisation.name)],
        undo=_("You can invite the person again."),
        submit=_("Take back"),
        cancel_url=reverse("people"),
    )


@require_http_methods(["GET", "POST"])
def role_add(request: ActingRequest, pk: UUID) -> HttpResponse:
    authorise(request.actor, Act.MANAGE_PEOPLE)
    user = get_object_or_404(User, pk=pk)
    form = RoleForm(user, posted(request))
    if attempt(
        form,
        lambda data: accounts.add_role(
            request.actor,
            pk,
            data["role"],
            at=now(),
            deputy_for=data["deputy_for"],
            region=data["region"],
        ),
    ):
        return done(request, _("The role is added. It counts from now."), "person", pk)
    return question(
        request,
        form,
        title=_("Add a role"),
        caption=user.name,
        submit=_("Add"),
        back_url=reverse("person", args=[pk]),
    )


@require_http_methods(["GET", "POST"])
def role_end(
    request: ActingRequest, pk: UUID, end: End = accounts.end_membership, ask: Ask = only_sure
) -> HttpResponse:
    """Args: end: does it; ask: what it needs; given by the package that knows what the person holds."""
    authorise(request.actor, Act.MANAGE_PEOPLE)
    membership = get_object_or_404(Membership.objects.select_related("user__organisation"), pk=pk)
    user = membership.user
    form = ask(pk, posted(request), initial={"version": membership.version})
    if attempt(form, lambda data: end(request.actor, pk, **data, at=now())):
        return done(request, _("The role has ended."), "person", user.pk)
    return confirmation(
        request,
        form,
        title=_("End this role?"),
        rows=[*_identity(user), (_("Role"), membership.get_role_display())],
        undo=_("The person is signed out at once. You can give the role again."),
        danger=True,
        submit=_("End the role"),
        cancel_url=reverse("person", args=[user.pk]),
    )


@require_http_methods(["GET", "POST"])
def role_region(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Which region an auditor reads."""
    authorise(request.actor, Act.MANAGE_PEOPLE)
    membership = get_object_or_404(Membership.objects.select_related("user"), pk=pk, role=Role.AUDITOR)
    user = membership.user
    form = AuditedRegionForm(
        posted(request), initial={"version": membership.version, "region": membership.region_id}
    )
    if attempt(
        form,
        lambda data: accounts.bind_to_region(request.actor, pk, data["version"], region=data["region"]),
    ):
        return done(request, _("Saved. It counts from the next page on."), "person", user.pk)
    return question(
        request,
        form,
        title=_("Which region does this person audit?"),
        caption=user.name,
        submit=_("Save"),
        back_url=reverse("person", args=[user.pk]),
    )


@require_http_methods(["GET", "POST"])
def person_deactivate(
    request: ActingRequest,
    pk: UUID,
    deactivate: Deactivate = accounts.deactivate_person,
    holds: Holds = lambda pk: [],
    ask: Ask = only_sure,
) -> HttpResponse:
    """Args: deactivate, ask: as of `role_end`. holds: what stands against it, in codes."""
    authorise(request.actor, Act.MANAGE_PEOPLE)
    user = get_object_or_404(User.objects.select_related("organisation"), pk=pk)
    form = ask(pk, posted(request), initial={"version": user.version})
    if attempt(form, lambda data: deactivate(request.actor, pk, **data, at=now())):
        return done(request, _("The account is closed."), "people")
    return confirmation(
        request,
        form,
        title=_("Close this account?"),
        rows=[*_identity(user), *holds(pk)],
        undo=_(
            "Every role ends and the person is signed out at once. What the person did stays on record. "
            "A new invitation to the same address opens the account again."
        ),
        danger=True,
        submit=_("Close the account"),
        cancel_url=reverse("person", args=[pk]),
    )


def _identity(user: User) -> list[tuple[str, str]]:
    return [(_("Name"), user.name), (_("Organisation"), user.organisation.name)]
