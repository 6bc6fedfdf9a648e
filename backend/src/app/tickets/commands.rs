//! Commands on a moving ticket. The machine decides; what it does not allow is kept with outcome `conflict`, and both
//! sides are shown (decisions.md 4). One file per family of commands.

use super::{
    issue, look_back, merge, milestone, office, referral, relapse, repair, requests, step::Done, verify,
};
use crate::{
    app::{AppError, field::entry::Entry},
    domain::field::kind::Kind,
};

/// Applies the command of one ticket operation.
pub async fn run(entry: &Entry<'_>, kind: Kind) -> Done {
    match kind {
        Kind::TicketIssue => issue::issue(entry).await,
        Kind::TicketDecline => issue::decline(entry).await,
        Kind::TicketVoid => issue::void(entry).await,
        Kind::TicketKeep => issue::keep(entry).await,
        Kind::TicketAccept => repair::accept(entry).await,
        Kind::TicketRectify => repair::rectify(entry).await,
        Kind::TicketStage => repair::stage(entry).await,
        Kind::TicketSubmit => repair::submit(entry).await,
        Kind::TicketVerify => verify::verify(entry).await,
        Kind::TicketAsk => requests::ask(entry).await,
        Kind::TicketDecide => Box::pin(requests::decide(entry)).await,
        Kind::TicketWithdrawAsk => requests::withdraw(entry).await,
        Kind::TicketResume => office::resume(entry).await,
        Kind::TicketRemind => office::remind(entry).await,
        Kind::TicketEdit => office::edit(entry).await,
        Kind::TicketMarkHard => office::mark_hard(entry).await,
        Kind::TicketAnswerHard => office::answer_hard(entry).await,
        Kind::TicketArchive => office::archive(entry).await,
        Kind::TicketReferDone => referral::done(entry).await,
        Kind::TicketReferReturn => referral::give_back(entry).await,
        Kind::TicketMerge => Box::pin(merge::merge(entry)).await,
        Kind::TicketRelapse => relapse::relapse(entry).await,
        Kind::TicketMilestone => milestone::milestone(entry).await,
        Kind::TicketLookBack => look_back::look_back(entry).await,
        Kind::InspectionSubmit | Kind::InspectionCorrect | Kind::FindingReport => {
            Err(AppError::Internal("not a ticket command".into()))
        }
    }
}
