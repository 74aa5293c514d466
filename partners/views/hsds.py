"""The directory's API for programs (HSDS 3.1): read only, without session or cookie, public or by a token."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from ipaddress import ip_address, ip_network
from typing import Any, Literal, TypeVar
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from ninja import Body, NinjaAPI, Query
from ninja.errors import HttpError, ValidationError
from ninja.security import HttpBearer
from pydantic import BaseModel

from audit.enums import Verb
from audit.services import deny, look
from audit.sitting import current
from partners.forms.hsds import AskedLocations, AskedOrganizations, AskedServices, AskedTerms, Listing
from partners.hsds import mapping, standard, taxonomies
from partners.hsds.standard import Page, Table
from partners.hsds.taxonomies import List
from partners.models import Service
from partners.queries.published import (
    Audience,
    at_open_sites,
    audience_of,
    changed_since,
    owners_of,
    published_organisations,
    published_services,
    searched,
)
from partners.services.tokens import TokenRefused, TooManyRequests, admit
from partners.views.door import now

ROOT = "/api/hsds/"
Row = TypeVar("Row")


# --- Who asks ----------------------------------------------------------------------------------------------
class PartnerToken(HttpBearer):
    """Without a token one reads the public part; one that opens nothing is refused, not taken for none."""

    def __call__(self, request: HttpRequest) -> Audience:
        scheme, _space, shown = request.headers.get("Authorization", "").partition(" ")
        at = now()
        token = admit(shown.strip() if scheme else None, _address(request), at)
        if token is not None:
            current().who = replace(current().who, organisation_id=token.organisation_id)
            name, about = _asked_for(request)
            verb, scope = (Verb.VIEW, f"{name}:{about}") if about else (Verb.LIST, name)
            look(verb, token, scope=scope)
        return audience_of(token, at)

    def authenticate(self, request: HttpRequest, token: str) -> None:
        raise NotImplementedError("`__call__` does it: no token is an answer too.")


def _asked_for(request: HttpRequest) -> tuple[str, UUID | None]:
    """The name of the address and the id in it, as an event may say them; nothing that a stranger made up."""
    match = request.resolver_match
    if match is None:
        return "none", None
    try:
        return match.url_name or "none", UUID(match.kwargs["pk"])
    except (KeyError, ValueError):
        return match.url_name or "none", None


def _address(request: HttpRequest) -> str:
    """Of whoever asks: behind our proxy, which is on this machine, what the proxy says.

    Of the new kind (IPv6) one house has a whole network, and would be as many callers: that counts as one.
    """
    near = request.META.get("REMOTE_ADDR", "")
    told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        seen = ip_address(told if told and ip_address(near).is_loopback else near)
    except ValueError:
        return near
    return str(ip_network((seen.packed, 64), strict=False)) if seen.version == 6 else str(seen)


class Refused(BaseModel):
    code: str
    detail: str


class Misunderstood(BaseModel):
    code: Literal["not_understood"]
    detail: list[dict[str, Any]]


REFUSALS: dict[Any, Any] = {400: Refused, 401: Refused, 404: Refused, 422: Misunderstood, 429: Refused}

api = NinjaAPI(
    title="Relais",
    version=standard.VERSION,
    description="The directory of the referral mechanism, HSDS 3.1. Without a token, what is shown to the public.",
    urls_namespace="hsds",
    docs_url=None,  # its page would load scripts from elsewhere
    openapi_url=None,  # served below, under a name of ours
    auth=PartnerToken(),
)


@api.exception_handler(TokenRefused)
def _token_refused(request: HttpRequest, error: TokenRefused) -> HttpResponse:
    sentences = {
        "TOKEN_UNKNOWN": _("This token is not known."),
        "TOKEN_REVOKED": _("This token has been taken back."),
        "TOKEN_EXPIRED": _("This token has expired: ask the national unit for a new one."),
        "ORGANISATION_CLOSED": _("The organisation of this token is suspended, or its agreement has ended."),
    }
    response = _refused(request, 401, error.reason.lower(), sentences[error.reason])
    response["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    return response


@api.exception_handler(TooManyRequests)
def _too_many(request: HttpRequest, error: TooManyRequests) -> HttpResponse:
    response = _refused(request, 429, "too_many_requests", _("Too many requests in this minute."))
    response["Retry-After"] = str(error.wait)
    return response


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    """Absent and not published look alike, and leave alike events where it is known who asked."""
    if current().who.organisation_id is not None:
        name, about = _asked_for(request)
        deny(Verb.DENIED, f"api.{name}", about, reason_code="NOT_VISIBLE")
    return _refused(request, 404, "not_found", _("There is nothing here."))


@api.exception_handler(ValidationError)
def _misunderstood(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Says where the fault is, and does not repeat what was sent."""
    said = [{"loc": [str(part) for part in one["loc"]], "msg": one["msg"]} for one in error.errors]
    return api.create_response(request, {"code": "not_understood", "detail": said}, status=422)


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Ninja's own refusals: a body that is no JSON."""
    return _refused(request, error.status_code, "not_understood", _("The body could not be read."))


def _refused(request: HttpRequest, status: int, code: str, detail: str) -> HttpResponse:
    return api.create_response(request, {"code": code, "detail": detail}, status=status)


# --- What is answered --------------------------------------------------------------------------------------
def _operation(path: str, name: str, answer: Any, *, method: str = "GET", shown: bool = True) -> Any:
    # The empty object says that one may come without a token.
    return api.api_operation(
        [method],
        path,
        response=answer if answer is None else {200: answer, **REFUSALS},
        url_name=name,
        operation_id=f"{name}_{method.lower()}",
        exclude_none=True,
        include_in_schema=shown,
        openapi_extra={"security": [{}, {"PartnerToken": []}]},
    )


Finding = Callable[[Audience, Any], dict[str, Any]]


def _list(path: str, name: str, item: Any, asking: type[Listing]) -> Callable[[Finding], Finding]:
    """A list that is read by GET, or by POST of the same as JSON: what is searched then stands in no address."""

    def register(find: Finding) -> Finding:
        @_operation(path, name, Page[item])
        def get(request: Any, asked: Query[asking]) -> dict[str, Any]:  # type: ignore[valid-type]
            _require_known(request.GET, asking)
            return find(request.auth, asked)

        @_operation(path, name, Page[item], method="POST")
        def post(request: Any, asked: Body[asking]) -> dict[str, Any]:  # type: ignore[valid-type]
            return find(request.auth, asked)

        return find

    return register


def _require_known(given: Iterable[str], asking: type[Listing]) -> None:
    """A misspelt filter would otherwise answer with everything; of a body pydantic says it."""
    if unknown := set(given) - set(asking.model_fields):
        raise ValidationError(
            [{"loc": ["query"], "msg": f"{len(unknown)} unknown; known are {', '.join(asking.model_fields)}"}]
        )


def _paged(
    found: Sequence[Row] | QuerySet[Any, Row], asked: Listing, shown: Callable[[Row], Any]
) -> dict[str, Any]:
    pages = Paginator(found, asked.per_page)
    rows = [shown(row) for row in pages.page(asked.page).object_list] if asked.page <= pages.num_pages else []
    return {
        "total_items": pages.count,
        "total_pages": pages.num_pages if pages.count else 0,
        "page_number": asked.page,
        "size": len(rows),
        "first_page": asked.page == 1,
        "last_page": asked.page >= pages.num_pages,
        "empty": not rows,
        "contents": rows,
    }


def _services(reader: Audience, asked: AskedOrganizations) -> QuerySet[Service]:
    """The services that bear all that is asked."""
    found = published_services(reader)
    if asked.search:
        names = taxonomies.SOURCES[List.SERVICE].terms().items()
        codes = [code for code, name in names if asked.search.casefold() in name.casefold()]
        found = searched(found, asked.search, codes)
    if asked.taxonomy_term_id:
        found = found.filter(taxonomies.bearing(asked.taxonomy_term_id))
    if asked.taxonomy_id:
        found = found.filter(taxonomies.bearing_any(asked.taxonomy_id))
    if isinstance(asked, AskedLocations):
        if asked.organization_id:
            found = found.filter(organisation=asked.organization_id)
        if asked.modified_after:
            found = changed_since(found, asked.modified_after)
    return found


@_operation("/", "hsds", standard.About)
def about(request: HttpRequest) -> dict[str, str]:
    """Which version of the standard this is."""
    return {
        "version": standard.VERSION,
        "profile": standard.PROFILE,
        "openapi_url": request.build_absolute_uri(f"{ROOT}openapi.json"),
    }


@_operation("/openapi.json", "hsds_openapi", None, shown=False)
def openapi(request: HttpRequest) -> HttpResponse:
    return JsonResponse(api.get_openapi_schema(path_prefix=ROOT))


@_list("/services", "hsds_services", standard.Service, AskedServices)
def services(reader: Audience, asked: AskedServices) -> dict[str, Any]:
    found = _services(reader, asked)
    if asked.minimal:
        return _paged(found, asked, mapping.minimal)
    return _paged(found, asked, lambda row: mapping.service(row, reader, full=asked.full))


@_operation("/services/{pk}", "hsds_service", standard.Service)
def service(request: Any, pk: UUID) -> standard.Service:
    return mapping.service(get_object_or_404(published_services(request.auth), pk=pk), request.auth)


@_list("/organizations", "hsds_organizations", standard.Organization, AskedOrganizations)
def organizations(reader: Audience, asked: AskedOrganizations) -> dict[str, Any]:
    found = published_organisations(reader)
    if asked.search:
        words = asked.search
        found = found.filter(
            Q(name__icontains=words)
            | Q(description__icontains=words)
            | Q(region__name__icontains=words)
            | Q(pk__in=owners_of(_services(reader, asked)))
        )
    narrowed = asked.model_copy(update={"search": ""})
    if asked.taxonomy_term_id or asked.taxonomy_id:
        found = found.filter(pk__in=owners_of(_services(reader, narrowed)))
    return _paged(found, asked, lambda row: mapping.organization(row, reader, full=asked.full))


@_operation("/organizations/{pk}", "hsds_organization", standard.Organization)
def organization(request: Any, pk: UUID) -> standard.Organization:
    return mapping.organization(get_object_or_404(published_organisations(request.auth), pk=pk), request.auth)


@_list("/service_at_locations", "hsds_locations", standard.ServiceAtLocation, AskedLocations)
def service_at_locations(reader: Audience, asked: AskedLocations) -> dict[str, Any]:
    found = at_open_sites(_services(reader, asked))
    return _paged(found, asked, lambda row: mapping.at_location(row, full=asked.full))


@_operation("/service_at_locations/{pk}", "hsds_location", standard.ServiceAtLocation)
def service_at_location(request: Any, pk: UUID) -> standard.ServiceAtLocation:
    """Its id is made of the service's and the house's, so it is looked for among those that one may see."""
    open_to_reader = at_open_sites(published_services(request.auth))
    for service_id, site_id in open_to_reader.values_list("pk", "site"):
        if mapping.at_location_id(service_id, site_id) == pk:
            return mapping.at_location(open_to_reader.get(pk=service_id))
    raise Http404


@_list("/taxonomies", "hsds_taxonomies", standard.Taxonomy, Listing)
def all_taxonomies(reader: Audience, asked: Listing) -> dict[str, Any]:
    words = asked.search.casefold()
    found = [each for each in taxonomies.taxonomies() if words in each.name.casefold()]
    return _paged(found, asked, lambda each: each)


@_operation("/taxonomies/{pk}", "hsds_taxonomy", standard.Taxonomy)
def taxonomy(request: HttpRequest, pk: UUID) -> standard.Taxonomy:
    return _one(taxonomies.taxonomies(), pk)


@_list("/taxonomy_terms", "hsds_terms", standard.TaxonomyTerm, AskedTerms)
def taxonomy_terms(reader: Audience, asked: AskedTerms) -> dict[str, Any]:
    """Our lists are flat: every term is at the top, and none has a parent."""
    words = asked.search.casefold()
    found = [
        each
        for of in List
        if asked.taxonomy_id in (None, taxonomies.id_of(of)) and not asked.parent_id
        for each in taxonomies.terms(of)
        if words in each.name.casefold()
    ]
    return _paged(found, asked, lambda each: each)


@_operation("/taxonomy_terms/{pk}", "hsds_term", standard.TaxonomyTerm)
def taxonomy_term(request: HttpRequest, pk: UUID) -> standard.TaxonomyTerm:
    return _one([each for of in List for each in taxonomies.terms(of)], pk)


@_operation("/{path:rest}", "hsds_nothing", None, shown=False)
def nothing(request: HttpRequest, rest: str) -> HttpResponse:
    """Refused as everything else here, in JSON."""
    raise Http404


def _one(rows: Sequence[Table], pk: UUID) -> Any:
    for row in rows:
        if row.id == pk:
            return row
    raise Http404


def _urls() -> list[URLPattern | URLResolver]:
    """Of ninja's addresses ours alone: open to whoever is not signed in, and kept by no cache on the way."""
    ours = [each for each in api.urls[0] if isinstance(each, URLPattern) and each.name != "api-root"]
    # One for each address, which answers all methods: ninja names it once for each of them.
    patterns = {str(each.pattern): each for each in ours}
    for pattern in patterns.values():
        pattern.callback = login_not_required(never_cache(pattern.callback))
    return [*patterns.values()]


urlpatterns = _urls()
