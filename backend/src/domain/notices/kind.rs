//! The closed set of kinds of notices, each in one group of the inbox.

use serde::{Deserialize, Serialize};

/// Where a notice stands in the inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = NoticeGroup)]
pub enum Group {
    /// The unit has something to do.
    Mine,
    /// What became of what it did.
    Done,
    /// The county's office has something to decide.
    Office,
}

impl Group {
    pub const ALL: [Group; 3] = [Group::Mine, Group::Done, Group::Office];
}

/// Declares [`NoticeKind`] and its table: name, wire word, group.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident $word:literal $group:ident;)*) => {
        /// What a notice tells.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum NoticeKind { $($(#[$doc])* $name),* }

        impl NoticeKind {
            pub const ALL: &'static [NoticeKind] = &[$(NoticeKind::$name),*];

            /// The word on the wire and in the database.
            pub fn as_str(self) -> &'static str { match self { $(NoticeKind::$name => $word),* } }
            pub fn group(self) -> Group { match self { $(NoticeKind::$name => Group::$group),* } }
            pub fn parse(text: &str) -> Option<Self> { Self::ALL.iter().copied().find(|kind| kind.as_str() == text) }
        }
    };
}

kinds! {
    /// A ticket has come to the unit.
    Issued "issued" Mine;
    /// So many working days are left.
    DueSoon "due_soon" Mine;
    /// The county's day of the month by which everything is to be finished.
    MonthlyDate "monthly_date" Mine;
    Overdue "overdue" Mine;
    /// What cannot wait is not reported under control by its hour.
    ControlOverdue "control_overdue" Mine;
    /// Checked, and to be done again.
    Returned "returned" Mine;
    /// Seen again soon after closing.
    Relapse "relapse" Mine;
    /// 催办.
    Reminded "reminded" Mine;
    /// Severity, kind or date was put right.
    Changed "changed" Mine;
    /// A hold has ended.
    Resumed "resumed" Mine;
    /// Overdue so long that the next duty hears of it.
    Escalated "escalated" Mine;
    /// Drafts of a village link wait to be adopted.
    DraftWaiting "draft_waiting" Mine;
    ColourPublished "colour_published" Mine;
    /// Leave to sign has ended with the post of the deputy who gave it; the next one may give it anew.
    LeaveEnded "leave_ended" Mine;
    /// The plan after a yellow or red month is late.
    PlanLate "plan_late" Mine;
    /// A campaign has begun: how much of the unit counts in it.
    CampaignStarted "campaign_started" Mine;
    /// A campaign has ended before its last day: dates that it held are as they were without it.
    CampaignEnded "campaign_ended" Mine;
    /// Nobody answers for an honoured place.
    LiaisonGap "liaison_gap" Mine;
    /// A title is looked at again in so many working days.
    HonourRecheck "honour_recheck" Mine;
    Passed "passed" Done;
    Voided "voided" Done;
    /// What became of an appeal against a colour.
    AppealDecided "appeal_decided" Done;
    RequestDecided "request_decided" Done;
    /// The county says who coordinates a hard case, and until when.
    HardAnswered "hard_answered" Done;
    RequestWaiting "request_waiting" Office;
    ToVerify "to_verify" Office;
    HardCase "hard_case" Office;
    /// A unit is without a valid holder.
    UnitGap "unit_gap" Office;
    /// No backup could be made.
    BackupFailed "backup_failed" Office;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn words_are_unique_and_those_of_the_wire() {
        let words: HashSet<_> = NoticeKind::ALL.iter().map(|kind| kind.as_str()).collect();
        assert_eq!(words.len(), NoticeKind::ALL.len());
        for kind in NoticeKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
            assert_eq!(NoticeKind::parse(kind.as_str()), Some(*kind));
            assert!(kind.as_str().len() <= 32);
        }
    }
}
