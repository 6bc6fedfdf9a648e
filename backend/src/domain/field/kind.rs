//! The kinds of operation and who may author each (decisions.md 4). A kind carries its own version.

use crate::domain::people::permission::Action;
use serde::Serialize;

/// Declares [`Kind`] and its table: name, wire word with version, the permission it needs.
macro_rules! kinds {
    ($($name:ident $wire:literal $action:ident;)*) => {
        /// What an operation does.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
        pub enum Kind { $(#[serde(rename = $wire)] $name),* }

        impl Kind {
            pub const ALL: &'static [Kind] = &[$(Kind::$name),*];
            pub fn as_str(self) -> &'static str { match self { $(Kind::$name => $wire),* } }
            /// What the author's post must allow.
            pub fn action(self) -> Action { match self { $(Kind::$name => Action::$action),* } }
        }
    };
}

kinds! {
    InspectionSubmit "inspection.submit/1" SubmitInspection;
    InspectionCorrect "inspection.correct/1" CorrectInspection;
    FindingReport "finding.report/1" ReportFinding;
    TicketIssue "ticket.issue/1" IssueTicket;
    TicketDecline "ticket.decline/1" DeclineTicket;
    TicketAccept "ticket.accept/1" AcceptTicket;
    TicketRectify "ticket.rectify/1" RectifyTicket;
    TicketStage "ticket.stage/1" StageTicket;
    TicketSubmit "ticket.submit/1" SubmitTicket;
    TicketVerify "ticket.verify/1" VerifyTicket;
    TicketVoid "ticket.void/1" VoidTicket;
    TicketKeep "ticket.keep/1" VoidTicket;
    TicketAsk "ticket.ask/1" AskTicket;
    TicketDecide "ticket.decide/1" DecideTicket;
    TicketWithdrawAsk "ticket.withdraw_ask/1" WithdrawAskTicket;
    TicketResume "ticket.resume/1" ResumeTicket;
    TicketMerge "ticket.merge/1" MergeTicket;
    TicketRelapse "ticket.relapse/1" RelapseTicket;
    TicketRemind "ticket.remind/1" RemindTicket;
    TicketEdit "ticket.edit/1" EditTicket;
    TicketMarkHard "ticket.mark_hard/1" MarkHardTicket;
    TicketAnswerHard "ticket.answer_hard/1" AnswerHardTicket;
    TicketArchive "ticket.archive/1" ArchiveTicket;
    // duties: what was referred to a department
    TicketReferDone "ticket.refer_done/1" ReferDoneTicket;
    TicketReferReturn "ticket.refer_return/1" ReferReturnTicket;
    // looking back, building projects
    TicketLookBack "ticket.look_back/1" LookBackTicket;
    TicketMilestone "ticket.milestone/1" MilestoneTicket;
}

impl Kind {
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
    }
}
