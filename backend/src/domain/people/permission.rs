//! The one permission table: which role may do what. Scope (which rows) is a separate question.

#[cfg_attr(
    not(test),
    expect(clippy::enum_glob_use, reason = "the table reads as one when its words stand bare")
)]
use super::role::Role::{self, *};

/// Declares [`Action`] and its table.
macro_rules! permissions {
    ($($action:ident $name:literal [$($role:ident)*];)*) => {
        /// Something a post may be allowed to do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Action { $($action),* }

        impl Action {
            pub const ALL: &'static [Action] = &[$(Action::$action),*];

            pub fn as_str(self) -> &'static str { match self { $(Action::$action => $name),* } }

            /// The roles that may.
            pub fn roles(self) -> &'static [Role] { match self { $(Action::$action => &[$($role),*]),* } }

            pub fn allows(self, role: Role) -> bool { self.roles().contains(&role) }
        }
    };
}

permissions! {
    // operations, by kind
    SubmitInspection "inspection.submit" [Inspector Office];
    CorrectInspection "inspection.correct" [Inspector Office];
    EnterPaper "paper.enter" [Inspector Office DeskOfficer];
    ReportFinding "finding.report" [Inspector Office Department CountyLeader MainLeader DeputyLeader DeskOfficer VillageCadre];
    IssueTicket "ticket.issue" [Office];
    DeclineTicket "ticket.decline" [Office];
    AcceptTicket "ticket.accept" [Office DeputyLeader DeskOfficer Department];
    RectifyTicket "ticket.rectify" [MainLeader DeputyLeader DeskOfficer VillageCadre Department];
    StageTicket "ticket.stage" [MainLeader DeputyLeader DeskOfficer VillageCadre Department];
    // A desk officer only with a deputy's leave.
    SubmitTicket "ticket.submit" [DeputyLeader DeskOfficer Department];
    VerifyTicket "ticket.verify" [Inspector Office Department];
    VoidTicket "ticket.void" [Office];
    AskTicket "ticket.ask" [MainLeader DeputyLeader DeskOfficer Department];
    DecideTicket "ticket.decide" [Office];
    WithdrawAskTicket "ticket.withdraw_ask" [MainLeader DeputyLeader DeskOfficer Department];
    ResumeTicket "ticket.resume" [Office];
    MergeTicket "ticket.merge" [Office];
    RelapseTicket "ticket.relapse" [Inspector Office Department];
    RemindTicket "ticket.remind" [Office];
    EditTicket "ticket.edit" [Office];
    AnswerHardTicket "ticket.answer_hard" [Office];
    MarkHardTicket "ticket.mark_hard" [Office MainLeader DeputyLeader Department];
    ArchiveTicket "ticket.archive" [Office];
    ReferDoneTicket "ticket.refer_done" [Department];
    ReferReturnTicket "ticket.refer_return" [Department];
    LookBackTicket "ticket.look_back" [Inspector Office];
    MilestoneTicket "ticket.milestone" [Office DeputyLeader DeskOfficer Department];
    // reading
    ReadPlaces "places.read" [Office Inspector Department CountyLeader MainLeader DeputyLeader DeskOfficer VillageCadre];
    ReadStandards "standards.read" [Office Inspector Department CountyLeader MainLeader DeputyLeader DeskOfficer VillageCadre];
    ReadInspections "inspections.read" [Office Inspector CountyLeader MainLeader DeputyLeader DeskOfficer VillageCadre];
    ReadTickets "tickets.read" [Office Inspector Department CountyLeader MainLeader DeputyLeader DeskOfficer VillageCadre];
    // What a department repairs on the reader's own land: to be looked at, never counted and never acted upon.
    ReadLocalTickets "tickets.read_local" [MainLeader DeputyLeader DeskOfficer VillageCadre];
    ReadFigures "figures.read" [Office Inspector Department CountyLeader MainLeader DeputyLeader DeskOfficer VillageCadre];
    Sync "sync" [Office Inspector Department CountyLeader MainLeader DeputyLeader DeskOfficer VillageCadre];
    // colours and talks
    ReadColours "colours.read" [Office CountyLeader MainLeader DeputyLeader DeskOfficer];
    JudgeColours "colours.judge" [Office];
    AppealColour "colours.appeal" [MainLeader DeputyLeader];
    PlanColour "colours.plan" [MainLeader];
    ReadCounters "counters.read" [Office CountyLeader MainLeader DeputyLeader DeskOfficer];
    ReadLeaders "leaders.read" [Office CountyLeader];
    ReadCopies "copies.read" [Office CountyLeader];
    ReadTalks "talks.read" [Office CountyLeader MainLeader DeputyLeader];
    WriteTalks "talks.write" [Office];
    // photos
    ReadPhotos "photos.read" [Office Inspector Department CountyLeader MainLeader DeputyLeader DeskOfficer VillageCadre];
    ExportPhotos "photos.export" [Office Inspector MainLeader DeputyLeader DeskOfficer];
    // campaigns, look-backs, projects, ledgers
    ExportTickets "tickets.export" [Office Inspector Department CountyLeader MainLeader DeputyLeader DeskOfficer];
    ReadCampaigns "campaigns.read" [Office Inspector Department CountyLeader MainLeader DeputyLeader DeskOfficer VillageCadre];
    ManageCampaigns "campaigns.manage" [Office];
    ReadLookBacks "look_backs.read" [Office Inspector CountyLeader];
    ManageLookBacks "look_backs.manage" [Office];
    ManageProjects "projects.manage" [Office DeputyLeader DeskOfficer Department];
    // notices
    ReadNotices "notices.read" [Office Inspector Department CountyLeader MainLeader DeputyLeader DeskOfficer VillageCadre];
    ManageNotices "notices.manage" [Office];
    // sending
    SendOperations "operations.send" [Office Inspector Department CountyLeader MainLeader DeputyLeader DeskOfficer VillageCadre];
    // the office's desk
    ReadUnsent "devices.unsent" [Office];
    ImportRescue "rescue.import" [Office];
    DecideOperations "operations.decide" [Office];
    EraseFiles "files.erase" [Office];
    BlurPhotos "photos.blur" [Office];
    JudgeEvidence "evidence.judge" [Office];
    ProposeVerdict "evidence.propose" [Office Inspector];
    ConfirmVerdict "evidence.confirm" [Office];
    ManageRounds "rounds.manage" [Office];
    ManagePlaces "places.manage" [Office];
    ManageStandards "standards.manage" [Office];
    ManagePeople "people.manage" [PlatformAdmin Office];
    ImportRegisters "imports.manage" [PlatformAdmin Office];
    // A township only the cadres of its own villages.
    KeepPeople "people.keep" [PlatformAdmin Office DeputyLeader DeskOfficer];
    // Phones that were lost: the county's, or of the people whose accounts one keeps.
    KeepDevices "devices.keep" [Office DeputyLeader DeskOfficer];
    // The platform's administrator reads what belongs to no county.
    ReadAudit "audit.read" [PlatformAdmin Office];
    ReadBackups "backups.read" [PlatformAdmin Office];
    // duties
    ReadDuties "duties.read" [Office Inspector Department CountyLeader MainLeader DeputyLeader DeskOfficer];
    ReadReferrals "referrals.read" [Office CountyLeader Department];
    ReadDelegations "delegations.read" [Office MainLeader DeputyLeader DeskOfficer];
    GiveDelegation "delegations.give" [DeputyLeader];
    RevokeDelegation "delegations.revoke" [Office MainLeader DeputyLeader];
    NameSubstitute "substitutes.name" [Office Department MainLeader DeputyLeader DeskOfficer VillageCadre];
    ReadHonours "honours.read" [Office Inspector Department CountyLeader MainLeader DeputyLeader DeskOfficer VillageCadre];
    ManageHonours "honours.manage" [Office];
    NameLiaison "liaisons.name" [Office MainLeader DeputyLeader DeskOfficer];
    UseVillageLinks "village_links.use" [DeskOfficer];
    // oneself
    UseDevice "device.use" [Office Inspector Department CountyLeader MainLeader DeputyLeader DeskOfficer VillageCadre];
    SendFeedback "feedback.send" [PlatformAdmin Office Inspector Department CountyLeader MainLeader DeputyLeader DeskOfficer VillageCadre];
    AnswerFeedback "feedback.answer" [PlatformAdmin Office];
    OwnAccount "account.own" [PlatformAdmin Office Inspector Department CountyLeader MainLeader DeputyLeader DeskOfficer VillageCadre];
}
