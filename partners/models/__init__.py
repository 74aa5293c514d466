from partners.models.duty import LONGEST_SHIFT, Absence, DutyShift
from partners.models.geography import Code, Department, Region
from partners.models.people import COORDINATION_GROUP, Invitation, Membership, Organisation, User, group_name
from partners.models.provision import Overflow, Places, Service, Site
from partners.models.tokens import LONGEST_TOKEN, ApiToken, RequestCount

__all__ = [
    "COORDINATION_GROUP",
    "LONGEST_SHIFT",
    "LONGEST_TOKEN",
    "Absence",
    "ApiToken",
    "Code",
    "Department",
    "DutyShift",
    "Invitation",
    "Membership",
    "Organisation",
    "Overflow",
    "Places",
    "Region",
    "RequestCount",
    "Service",
    "Site",
    "User",
    "group_name",
]
