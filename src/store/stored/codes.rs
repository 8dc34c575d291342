//! Numbers of the model's closed lists. They are on disk: numbers are never reused, new members get new ones.

use crate::model::{FactName, FailureClass, Lane, LeadState, MessageKind, PageRole, RecordKind, SignalKind, ZoneFrom};
use crate::store::words::Scope;

macro_rules! codes {
    ($($kind:ident: $code:ident, $of:ident { $($member:ident = $n:literal),* $(,)? })*) => {$(
        pub(in crate::store) const fn $code(member: $kind) -> u8 {
            match member {
                $($kind::$member => $n,)*
            }
        }

        pub(in crate::store) fn $of(code: u8) -> Result<$kind, String> {
            match code {
                $($n => Ok($kind::$member),)*
                other => Err(format!(concat!("{} is no number of a ", stringify!($kind)), other)),
            }
        }
    )*};
}

codes! {
    PageRole: role_code, role_of { Root = 1, Follow = 2 }
    RecordKind: record_kind_code, record_kind_of { Offer = 1, Request = 2, Company = 3, Tender = 4, Article = 5, Vacancy = 6, Page = 7, Award = 8 }
    ZoneFrom: zone_from_code, zone_from_of { Text = 1, Source = 2, Assumed = 3, Portal = 4, Buyer = 5 }
    Lane: lane_code, lane_of { Urgent = 1, Digest = 2 }
    MessageKind: message_kind_code, message_kind_of { Digest = 1, Alert = 2, Lead = 3, Test = 4, Notice = 5, Tender = 6 }
    LeadState: lead_state_code, lead_state_of { New = 1, Accepted = 2, Rejected = 3, Parked = 4, Below = 5, Excluded = 6 }
    Scope: scope_code, scope_of { All = 1, Digests = 2, Alerts = 3, None = 4 }
    FactName: fact_name_code, fact_name_of {
        Name = 1, Website = 2, Phone = 3, Email = 4, TaxId = 5, Address = 6,
        Place = 7, Region = 8, Country = 9, Industry = 10, Size = 11, Person = 12, Parent = 13,
        Postcode = 14, FormerName = 15,
    }
    SignalKind: signal_kind_code, signal_kind_of {
        RequestForSuppliers = 1, TenderPublished = 2, DeadlineMoved = 3, AwardWon = 4, ExhibitorListed = 5, OrganisationListed = 6,
        OfferListed = 7, PriceMoved = 8, VacancyPublished = 9, BranchOpened = 10, ArticlePublished = 11, RecordChanged = 12,
        PageChanged = 13, WentAway = 14, TenderPlanned = 15, TenderChanged = 16, TenderSuspended = 17, TenderCancelled = 18,
        TenderAwarded = 19, ContractModified = 20, ContractCompleted = 21, AwardLost = 22, ContractExpiring = 23, AwardAnnulled = 24,
    }
    FailureClass: failure_code, failure_of {
        Dns = 1, Connect = 2, Tls = 3, Timeout = 4, Broken = 5, TooLarge = 6, NotFound = 7, Forbidden = 8, SlowDown = 9, Rejected = 10,
        ServerError = 11, Redirect = 12, Refused = 13, Robots = 14, RobotsUnreachable = 15, BlockPage = 16, Challenge = 17, LoginWall = 18,
        Maintenance = 19, Unreadable = 20, ParseLimit = 21, ZeroRecords = 22, FewRecords = 23, Budget = 24,
        OtherAnswer = 25, AnotherList = 26, BadEntries = 30, Drift = 31, Silent = 32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_reads_back() {
        for kind in RecordKind::ALL {
            assert_eq!(record_kind_of(record_kind_code(kind)), Ok(kind));
        }
        for name in FactName::ALL {
            assert_eq!(fact_name_of(fact_name_code(name)), Ok(name));
        }
        assert_eq!(fact_name_of(fact_name_code(FactName::FormerName)), Ok(FactName::FormerName));
        for kind in SignalKind::ALL {
            assert_eq!(signal_kind_of(signal_kind_code(kind)), Ok(kind));
        }
        for class in FailureClass::ALL {
            assert_eq!(failure_of(failure_code(class)), Ok(class));
        }
        for state in LeadState::ALL {
            assert_eq!(lead_state_of(lead_state_code(state)), Ok(state));
        }
        assert!(lead_state_of(0).is_err());
    }
}
