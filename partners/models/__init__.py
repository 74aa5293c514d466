from partners.models.duty import LONGEST_SHIFT, Absence, DutyShift
from partners.models.geography import Code, Department, Region
from partners.models.people import COORDINATION_GROUP, Invitation, Membership, Organisation, User, group_name
from partners.models.provision import Overflow, Places, Service, Site

__all__ = [
    "COORDINATION_GROUP",
    "LONGEST_SHIFT",
    "Absence",
    "Code",
    "Department",
    "DutyShift",
    "Invitation",
    "Membership",
    "Organisation",
    "Overflow",
    "Places",
    "Region",
    "Service",
    "Site",
    "User",
    "group_name",
]
