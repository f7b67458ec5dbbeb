"""The tables that every app shares."""

from config.base.models.company import Company
from config.base.models.dimensions import Dimension, DimensionSet, DimensionValue
from config.base.models.jobs import ACTIVE_STATES, Job, JobLog, JobState, Schedule, ShownJobState
from config.base.models.numbering import NumberSeries, NumberSeriesLine
from config.base.models.permissions import Capability, SeededGrant
from config.base.models.personal import Notification, RequestKey, SavedView, UserPreference
from config.base.models.records import Attachment, ChangeAction, ChangeLog, Note, ReasonCode, RecordReference

__all__ = [
    "ACTIVE_STATES",
    "Attachment",
    "Capability",
    "ChangeAction",
    "ChangeLog",
    "Company",
    "Dimension",
    "DimensionSet",
    "DimensionValue",
    "Job",
    "JobLog",
    "JobState",
    "Note",
    "Notification",
    "NumberSeries",
    "NumberSeriesLine",
    "ReasonCode",
    "RecordReference",
    "RequestKey",
    "SavedView",
    "Schedule",
    "SeededGrant",
    "ShownJobState",
    "UserPreference",
]
