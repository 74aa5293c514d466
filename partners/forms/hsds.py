"""What can be asked of the directory's API; an unknown parameter is refused, so that no filter is silently ignored."""

from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _in_utc(at: datetime) -> datetime:
    """PostgreSQL knows no offset of nineteen hours, and no year 0."""
    try:
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except OverflowError as error:
        raise ValueError("a time that no calendar has") from error


Words = Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]


class Listing(BaseModel):
    """What every list can be asked; what is said adds up."""

    model_config = ConfigDict(extra="forbid")

    search: Words = ""
    page: Annotated[int, Field(ge=1, le=10_000)] = 1
    per_page: Annotated[int, Field(ge=1, le=200)] = 50
    format: Literal["json"] = "json"


class AskedOrganizations(Listing):
    taxonomy_term_id: UUID | None = None
    taxonomy_id: UUID | None = None
    full: bool = False


class AskedLocations(AskedOrganizations):
    organization_id: UUID | None = None
    modified_after: Annotated[datetime, AfterValidator(_in_utc)] | None = None


class AskedServices(AskedLocations):
    #: Ids and times of change alone.
    minimal: bool = False


class AskedTerms(Listing):
    taxonomy_id: UUID | None = None
    parent_id: UUID | None = None
    top_only: bool = False
