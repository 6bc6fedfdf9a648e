//! The only code that knows actix: the route table, what stands before every handler, and one file per resource.
//!
//! Conventions: nouns in the plural under `/api/v1`; `snake_case` JSON; RFC 3339 UTC; lists take filters and an opaque
//! cursor and answer `{items, next}`; failures are RFC 9457 problems ([`problem`]); desk writes carry an
//! `Idempotency-Key`; a POST may stand for PUT, PATCH or DELETE ([`method_override`]).

pub mod admission;
pub mod auth;
mod door;
#[cfg(test)]
mod door_tests;
pub mod extract;
pub mod headers;
pub mod lan;
pub mod listen;
pub mod method_override;
pub mod openapi;
pub mod paging;
pub mod problem;
pub mod pwa;
pub mod request_id;
pub mod routes;
pub mod same_origin;
pub mod stand;
pub mod v1;

use crate::{app::App, domain::people::permission::Action};
use actix_web::{
    Error, HttpRequest,
    body::MessageBody,
    dev::{ServiceFactory, ServiceRequest, ServiceResponse},
    middleware::{Compress, from_fn},
    web,
};
use admission::Admission;
use ipnet::IpNet;
use routes::{Body, Route, Who};
use std::{
    sync::{
        Arc, OnceLock, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use uuid::Uuid;

const HEALTH: &str = "/api/v1/health";
const RESET: &str = "/api/v1/demo/reset";

const NONE: Body = Body::None;
/// One photo at most; the upload's own length is checked by the use case.
const FILE: Body = Body::Bytes(20 * 1024 * 1024);
const KIB: usize = 1024;
/// A county's registers.
const IMPORT: Body = Body::Bytes(50 * 1024 * KIB);
/// Everything that a phone could not send.
const RESCUE: Body = Body::Bytes(2 * 1024 * 1024 * KIB);

/// Declares [`ROUTES`] and the OpenAPI document from the same rows.
macro_rules! routes {
    ($( $method:ident $path:literal $who:expr, $body:expr => $($handler:ident)::+; )*) => {
        static ROUTES: &[Route] = &[ $( Route {
            method: stringify!($method),
            path: $path,
            who: $who,
            body: $body,
            handler: stringify!($($handler)::+),
            mount: || web::route().to($($handler)::+),
        } ),* ];

        #[derive(utoipa::OpenApi)]
        #[openapi(paths($($($handler)::+),*))]
        struct Documented;
    };
}

// The whole API, top to bottom. Where two addresses overlap, the literal one stands first.
routes! {
    // method, address, who, body => handler
    GET "/api/v1/health" Who::Anyone, NONE => v1::health::health;
    // files: tus 1.0 in, photos out
    OPTIONS "/api/v1/uploads" Who::Anyone, NONE => v1::uploads::options;
    POST "/api/v1/uploads" Who::Sender, NONE => v1::uploads::create;
    HEAD "/api/v1/uploads/{id}" Who::Sender, NONE => v1::uploads::standing;
    PATCH "/api/v1/uploads/{id}" Who::Sender, FILE => v1::uploads::append;
    GET "/api/v1/photos/addresses" Who::May(Action::ReadPhotos), NONE => v1::pictures::addresses;
    GET "/api/v1/photos/{file_id}" Who::May(Action::ReadPhotos), NONE => v1::photo_page::page;
    GET "/api/v1/photos/{file_id}/evidence" Who::May(Action::JudgeEvidence), NONE => v1::photo_page::evidence;
    GET "/api/v1/photos/{file_id}/stamped" Who::May(Action::ExportPhotos), NONE => v1::photo_copies::stamped;
    GET "/api/v1/photos/{file_id}/blurs" Who::May(Action::BlurPhotos), NONE => v1::photo_copies::blurs;
    POST "/api/v1/photos/{file_id}/blurs" Who::May(Action::BlurPhotos), Body::Json(64 * KIB) => v1::photo_copies::blur;
    GET "/api/v1/photos/{file_id}/blurred" Who::May(Action::BlurPhotos), NONE => v1::photo_copies::blurred;
    GET "/api/v1/photos/{file_id}/{size}" Who::May(Action::ReadPhotos), NONE => v1::photos::photo;
    GET "/api/v1/pictures/{file_id}/{size}" Who::Address(Action::ReadPhotos), NONE => v1::pictures::picture;
    GET "/api/v1/photo-flags" Who::May(Action::JudgeEvidence), NONE => v1::photo_flags::list;
    GET "/api/v1/photo-flags/rules" Who::May(Action::JudgeEvidence), NONE => v1::photo_flags::rules;
    POST "/api/v1/photo-flags/{id}/decision" Who::May(Action::JudgeEvidence), Body::Json(16 * KIB) => v1::photo_flags::decide;
    GET "/api/v1/photo-verdicts" Who::May(Action::JudgeEvidence), NONE => v1::photo_verdicts::list;
    POST "/api/v1/photo-verdicts" Who::May(Action::ProposeVerdict), Body::Json(16 * KIB) => v1::photo_verdicts::propose;
    POST "/api/v1/photo-verdicts/{id}/decision" Who::May(Action::ProposeVerdict), Body::Json(16 * KIB) => v1::photo_verdicts::decide;
    GET "/api/v1/erasures" Who::May(Action::EraseFiles), NONE => v1::erasures::list;
    POST "/api/v1/erasures" Who::May(Action::EraseFiles), Body::Json(16 * KIB) => v1::erasures::ask;
    POST "/api/v1/erasures/{id}/confirm" Who::May(Action::EraseFiles), Body::Json(16 * KIB) => v1::erasures::confirm;
    POST "/api/v1/erasures/{id}/withdraw" Who::May(Action::EraseFiles), Body::Json(16 * KIB) => v1::erasures::withdraw;
    // field: sealed work in, receipts out
    GET "/api/v1/operations/kinds" Who::Newcomer, NONE => v1::operations::kinds;
    GET "/api/v1/operations" Who::May(Action::DecideOperations), NONE => v1::operations::list;
    PUT "/api/v1/operations/{operation_id}" Who::Sender, Body::Json(256 * KIB) => v1::operations::put;
    GET "/api/v1/operations/{operation_id}" Who::Sender, NONE => v1::operations::get;
    GET "/api/v1/operations/{operation_id}/receipt" Who::Sender, NONE => v1::operations::receipt;
    POST "/api/v1/operations/{operation_id}/decision" Who::May(Action::DecideOperations), Body::Json(16 * KIB) => v1::operations::decide;
    POST "/api/v1/operations/{operation_id}/waiver" Who::May(Action::DecideOperations), Body::Json(16 * KIB) => v1::operations::waive;
    GET "/api/v1/sync" Who::May(Action::Sync), NONE => v1::sync::changes;
    GET "/api/v1/sync/snapshot" Who::May(Action::Sync), NONE => v1::sync::snapshot;
    GET "/api/v1/devices/unsent" Who::May(Action::ReadUnsent), NONE => v1::phones::unsent;
    POST "/api/v1/devices/{id}/reconcile" Who::Sender, Body::Json(4096 * KIB) => v1::phones::reconcile;
    POST "/api/v1/imports/rescue" Who::May(Action::ImportRescue), RESCUE => v1::imports::rescue;
    // setting up a county; the template before ids
    POST "/api/v1/imports" Who::May(Action::ImportRegisters), IMPORT => v1::registers::preview;
    GET "/api/v1/imports" Who::May(Action::ImportRegisters), NONE => v1::registers::list;
    GET "/api/v1/imports/template.xlsx" Who::May(Action::ImportRegisters), NONE => v1::registers::template;
    GET "/api/v1/imports/{id}" Who::May(Action::ImportRegisters), NONE => v1::registers::get;
    GET "/api/v1/imports/{id}/rows" Who::May(Action::ImportRegisters), NONE => v1::registers::rows;
    POST "/api/v1/imports/{id}/apply" Who::May(Action::ImportRegisters), Body::Json(16 * KIB) => v1::registers::apply;
    POST "/api/v1/imports/{id}/undo" Who::May(Action::ImportRegisters), NONE => v1::registers::undo;
    GET "/api/v1/inspections" Who::May(Action::ReadInspections), NONE => v1::inspections::list;
    GET "/api/v1/inspections/{id}" Who::May(Action::ReadInspections), NONE => v1::inspections::get;
    // tickets, rounds, figures
    GET "/api/v1/tickets" Who::May(Action::ReadTickets), NONE => v1::tickets::list;
    GET "/api/v1/tickets/counts" Who::May(Action::ReadTickets), NONE => v1::tickets::counts;
    GET "/api/v1/tickets/ledger.xlsx" Who::May(Action::ExportTickets), NONE => v1::tickets::ledger_xlsx;
    GET "/api/v1/tickets/{id}" Who::May(Action::ReadTickets), NONE => v1::tickets::get;
    GET "/api/v1/rounds" Who::May(Action::Sync), NONE => v1::rounds::list;
    POST "/api/v1/rounds" Who::May(Action::ManageRounds), Body::Json(16 * KIB) => v1::rounds::begin;
    POST "/api/v1/rounds/{id}/release" Who::May(Action::ManageRounds), NONE => v1::rounds::release;
    GET "/api/v1/figures/referrals" Who::May(Action::ReadReferrals), NONE => v1::figures::referrals;
    GET "/api/v1/campaigns" Who::May(Action::ReadCampaigns), NONE => v1::campaigns::list;
    POST "/api/v1/campaigns" Who::May(Action::ManageCampaigns), Body::Json(64 * KIB) => v1::campaigns::draft;
    GET "/api/v1/campaigns/{id}" Who::May(Action::ReadCampaigns), NONE => v1::campaigns::get;
    PUT "/api/v1/campaigns/{id}" Who::May(Action::ManageCampaigns), Body::Json(64 * KIB) => v1::campaigns::edit;
    GET "/api/v1/campaigns/{id}/preview" Who::May(Action::ManageCampaigns), NONE => v1::campaigns::preview;
    POST "/api/v1/campaigns/{id}/start" Who::May(Action::ManageCampaigns), Body::Json(16 * KIB) => v1::campaigns::start;
    POST "/api/v1/campaigns/{id}/end" Who::May(Action::ManageCampaigns), Body::Json(16 * KIB) => v1::campaigns::end;
    GET "/api/v1/campaigns/{id}/board" Who::May(Action::ReadCampaigns), NONE => v1::campaigns::board;
    GET "/api/v1/figures/calendar" Who::May(Action::ReadFigures), NONE => v1::figures::due_month;
    GET "/api/v1/figures/checks" Who::May(Action::ReadFigures), NONE => v1::figures::checks;
    GET "/api/v1/figures/checks/rows" Who::May(Action::ReadFigures), NONE => v1::figures::check_rows;
    GET "/api/v1/figures/look-backs" Who::May(Action::ReadFigures), NONE => v1::look_backs::rates;
    GET "/api/v1/look-backs" Who::May(Action::ReadLookBacks), NONE => v1::look_backs::list;
    POST "/api/v1/look-backs" Who::May(Action::ManageLookBacks), Body::Json(16 * KIB) => v1::look_backs::draw;
    GET "/api/v1/look-backs/{id}" Who::May(Action::ReadLookBacks), NONE => v1::look_backs::get;
    POST "/api/v1/look-backs/{id}/redo" Who::May(Action::ManageLookBacks), Body::Json(16 * KIB) => v1::look_backs::redo;
    GET "/api/v1/projects" Who::May(Action::ReadTickets), NONE => v1::projects::list;
    POST "/api/v1/projects" Who::May(Action::ManageProjects), Body::Json(64 * KIB) => v1::projects::begin;
    GET "/api/v1/projects/{id}" Who::May(Action::ReadTickets), NONE => v1::projects::get;
    PUT "/api/v1/projects/{id}" Who::May(Action::ManageProjects), Body::Json(64 * KIB) => v1::projects::edit;
    // any list as a workbook; which post may take which is said with the list
    GET "/api/v1/lists/{list}.xlsx" Who::Person, NONE => v1::lists::workbook;
    GET "/api/v1/backups" Who::May(Action::ReadBackups), NONE => v1::backups::list;
    GET "/api/v1/figures/storage" Who::May(Action::JudgeEvidence), NONE => v1::figures::storage;
    GET "/api/v1/figures/zero" Who::May(Action::ReadFigures), NONE => v1::figures::zero;
    GET "/api/v1/figures/counters" Who::May(Action::ReadCounters), NONE => v1::figures::counters;
    GET "/api/v1/figures/counters/rows" Who::May(Action::ReadCounters), NONE => v1::figures::counter_rows;
    // colours, copies, talks
    GET "/api/v1/colours" Who::May(Action::ReadColours), NONE => v1::colours::list;
    GET "/api/v1/colours/preview" Who::May(Action::JudgeColours), NONE => v1::colours::preview;
    POST "/api/v1/colours/proposals" Who::May(Action::JudgeColours), Body::Json(16 * KIB) => v1::colours::propose;
    POST "/api/v1/colours/publications" Who::May(Action::JudgeColours), Body::Json(16 * KIB) => v1::colours::publish;
    GET "/api/v1/colours/leaders" Who::May(Action::ReadLeaders), NONE => v1::colours::leaders;
    PUT "/api/v1/colours/leaders/{post_id}" Who::May(Action::JudgeColours), Body::Json(64 * KIB) => v1::colours::set_leader;
    GET "/api/v1/colours/{id}" Who::May(Action::ReadColours), NONE => v1::colours::get;
    GET "/api/v1/colours/{id}/rows" Who::May(Action::ReadColours), NONE => v1::colours::rows;
    POST "/api/v1/colours/{id}/confirm" Who::May(Action::JudgeColours), Body::Json(16 * KIB) => v1::colours::confirm;
    POST "/api/v1/colours/{id}/appeal" Who::May(Action::AppealColour), Body::Json(64 * KIB) => v1::colours::appeal;
    POST "/api/v1/colours/{id}/appeal/decision" Who::May(Action::JudgeColours), Body::Json(16 * KIB) => v1::colours::decide;
    POST "/api/v1/colours/{id}/plan" Who::May(Action::PlanColour), Body::Json(64 * KIB) => v1::colours::plan;
    GET "/api/v1/copies" Who::May(Action::ReadCopies), NONE => v1::talks::copies;
    GET "/api/v1/talks" Who::May(Action::ReadTalks), NONE => v1::talks::list;
    POST "/api/v1/talks" Who::May(Action::WriteTalks), Body::Json(64 * KIB) => v1::talks::add;
    GET "/api/v1/talks/{id}" Who::May(Action::ReadTalks), NONE => v1::talks::get;
    GET "/api/v1/audit" Who::May(Action::ReadAudit), NONE => v1::audit::audit;
    // notices: the inbox
    GET "/api/v1/notices" Who::May(Action::ReadNotices), NONE => v1::notices::list;
    GET "/api/v1/notices/counts" Who::May(Action::ReadNotices), NONE => v1::notices::counts;
    GET "/api/v1/notices/digest" Who::May(Action::ReadNotices), NONE => v1::notices::digest;
    GET "/api/v1/notices/digest-text" Who::May(Action::ReadNotices), NONE => v1::notices::digest_text;
    POST "/api/v1/notices/seen" Who::May(Action::ReadNotices), Body::Json(16 * KIB) => v1::notices::see;
    POST "/api/v1/notices/unseen" Who::May(Action::ReadNotices), Body::Json(16 * KIB) => v1::notices::unsee;
    GET "/api/v1/notices/push" Who::May(Action::ReadNotices), NONE => v1::notice_push::get;
    POST "/api/v1/notices/push" Who::May(Action::ReadNotices), Body::Json(4 * KIB) => v1::notice_push::add;
    DELETE "/api/v1/notices/push/{id}" Who::May(Action::ReadNotices), NONE => v1::notice_push::remove;
    GET "/api/v1/notices/channels" Who::May(Action::ManageNotices), NONE => v1::notice_channels::list;
    POST "/api/v1/notices/channels" Who::May(Action::ManageNotices), Body::Json(16 * KIB) => v1::notice_channels::add;
    PUT "/api/v1/notices/channels/{id}" Who::May(Action::ManageNotices), Body::Json(16 * KIB) => v1::notice_channels::change;
    DELETE "/api/v1/notices/channels/{id}" Who::May(Action::ManageNotices), NONE => v1::notice_channels::remove;
    POST "/api/v1/notices/channels/{id}/test" Who::May(Action::ManageNotices), NONE => v1::notice_channels::test;
    GET "/api/v1/notices/messages" Who::May(Action::ManageNotices), NONE => v1::notice_channels::messages;
    POST "/api/v1/notices/messages/{id}/again" Who::May(Action::ManageNotices), NONE => v1::notice_channels::again;
    GET "/api/v1/notices/mail" Who::May(Action::ManageNotices), NONE => v1::notice_channels::mail;
    PUT "/api/v1/notices/mail" Who::May(Action::ManageNotices), Body::Json(16 * KIB) => v1::notice_channels::set_mail;
    POST "/api/v1/notices/preview" Who::May(Action::ManageNotices), Body::Json(16 * KIB) => v1::notices::preview;
    // the demo's stand
    GET "/api/v1/demo" Who::Anyone, NONE => v1::demo::stand;
    POST "/api/v1/demo/session" Who::Anyone, Body::Json(16 * KIB) => v1::demo::sign_in;
    GET "/api/v1/demo/walk" Who::Anyone, NONE => v1::demo::walk;
    POST "/api/v1/demo/walk" Who::Anyone, NONE => v1::demo::begin_walk;
    POST "/api/v1/demo/reset" Who::Anyone, NONE => v1::demo::reset;
    // feedback
    GET "/api/v1/feedback" Who::May(Action::SendFeedback), NONE => v1::feedback::list;
    POST "/api/v1/feedback" Who::May(Action::SendFeedback), Body::Json(16 * KIB) => v1::feedback::add;
    POST "/api/v1/feedback/{id}/replies" Who::May(Action::SendFeedback), Body::Json(16 * KIB) => v1::feedback::reply;
    POST "/api/v1/feedback/{id}/seen" Who::May(Action::SendFeedback), NONE => v1::feedback::see;
    // session
    POST "/api/v1/session" Who::Anyone, Body::Json(16 * KIB) => v1::session::sign_in;
    GET "/api/v1/session" Who::Newcomer, NONE => v1::session::me;
    POST "/api/v1/session/refresh" Who::Anyone, NONE => v1::session::refresh;
    POST "/api/v1/session/logout" Who::Anyone, NONE => v1::session::sign_out;
    POST "/api/v1/session/password" Who::Newcomer, Body::Json(16 * KIB) => v1::session::change_password;
    GET "/.well-known/jwks.json" Who::Anyone, NONE => v1::well_known::jwks;
    // people
    GET "/api/v1/devices" Who::Person, NONE => v1::devices::list;
    DELETE "/api/v1/devices/{id}" Who::Person, NONE => v1::devices::revoke;
    GET "/api/v1/people" Who::May(Action::KeepPeople), NONE => v1::people::list;
    POST "/api/v1/people" Who::May(Action::KeepPeople), Body::Json(16 * KIB) => v1::people::add;
    POST "/api/v1/people/codes" Who::May(Action::KeepPeople), Body::Json(16 * KIB) => v1::people::issue_codes;
    GET "/api/v1/people/{id}" Who::May(Action::KeepPeople), NONE => v1::people::get;
    PUT "/api/v1/people/{id}" Who::May(Action::KeepPeople), Body::Json(16 * KIB) => v1::people::edit;
    POST "/api/v1/people/{id}/posts" Who::May(Action::KeepPeople), Body::Json(16 * KIB) => v1::people::begin_post;
    POST "/api/v1/people/{id}/code" Who::May(Action::KeepPeople), NONE => v1::people::issue_code;
    POST "/api/v1/people/{id}/suspend" Who::May(Action::ManagePeople), Body::Json(16 * KIB) => v1::people::suspend;
    POST "/api/v1/people/{id}/resume" Who::May(Action::ManagePeople), Body::Json(16 * KIB) => v1::people::resume;
    GET "/api/v1/units" Who::May(Action::KeepPeople), NONE => v1::units::units;
    POST "/api/v1/posts/{id}/end" Who::May(Action::KeepPeople), Body::Json(16 * KIB) => v1::posts::end;
    // duties
    GET "/api/v1/delegations" Who::May(Action::ReadDelegations), NONE => v1::delegations::list;
    POST "/api/v1/delegations" Who::May(Action::GiveDelegation), Body::Json(16 * KIB) => v1::delegations::give;
    POST "/api/v1/delegations/{id}/revoke" Who::May(Action::RevokeDelegation), Body::Json(16 * KIB) => v1::delegations::revoke;
    GET "/api/v1/duties/no-progress" Who::May(Action::ReadDuties), NONE => v1::duties::no_progress;
    GET "/api/v1/duties/colleagues" Who::May(Action::NameSubstitute), NONE => v1::duties::colleagues;
    GET "/api/v1/duties/gaps" Who::May(Action::ReadDuties), NONE => v1::duties::gaps;
    GET "/api/v1/duties/self-checks" Who::May(Action::ReadDuties), NONE => v1::duties::self_checks;
    GET "/api/v1/substitutes" Who::May(Action::NameSubstitute), NONE => v1::substitutes::list;
    POST "/api/v1/substitutes" Who::May(Action::NameSubstitute), Body::Json(16 * KIB) => v1::substitutes::name;
    POST "/api/v1/substitutes/{id}/end" Who::May(Action::NameSubstitute), Body::Json(16 * KIB) => v1::substitutes::end;
    GET "/api/v1/posts/{id}/work" Who::May(Action::KeepPeople), NONE => v1::posts::work;
    POST "/api/v1/posts/{id}/hand-over" Who::May(Action::KeepPeople), Body::Json(16 * KIB) => v1::posts::hand_over;
    GET "/api/v1/honours" Who::May(Action::ReadHonours), NONE => v1::honours::list;
    POST "/api/v1/honours" Who::May(Action::ManageHonours), Body::Json(16 * KIB) => v1::honours::add;
    POST "/api/v1/honours/import" Who::May(Action::ManageHonours), Body::Json(2048 * KIB) => v1::honours::import;
    PUT "/api/v1/honours/{id}" Who::May(Action::ManageHonours), Body::Json(16 * KIB) => v1::honours::change;
    POST "/api/v1/honours/{id}/rechecks" Who::May(Action::ManageHonours), Body::Json(16 * KIB) => v1::honours::recheck;
    POST "/api/v1/honours/{id}/revoke" Who::May(Action::ManageHonours), Body::Json(16 * KIB) => v1::honours::revoke;
    POST "/api/v1/liaisons" Who::May(Action::NameLiaison), Body::Json(16 * KIB) => v1::honours::name;
    POST "/api/v1/liaisons/{id}/end" Who::May(Action::NameLiaison), Body::Json(16 * KIB) => v1::honours::end;
    GET "/api/v1/village-links" Who::May(Action::UseVillageLinks), NONE => v1::village_links::list;
    POST "/api/v1/village-links" Who::May(Action::UseVillageLinks), Body::Json(16 * KIB) => v1::village_links::make;
    POST "/api/v1/village-links/{id}/revoke" Who::May(Action::UseVillageLinks), NONE => v1::village_links::revoke;
    GET "/api/v1/village-drafts" Who::May(Action::UseVillageLinks), NONE => v1::village_links::drafts;
    GET "/api/v1/village-drafts/{id}/photos/{no}/{size}" Who::May(Action::UseVillageLinks), NONE => v1::village_links::photo;
    POST "/api/v1/village-drafts/{id}/discard" Who::May(Action::UseVillageLinks), Body::Json(16 * KIB) => v1::village_links::discard;
    // whoever holds a link: the token is the use case's matter
    GET "/api/v1/village-link" Who::Anyone, NONE => v1::village::look;
    GET "/api/v1/village-link/before" Who::Anyone, NONE => v1::village::before;
    PUT "/api/v1/village-link/photos/{sha256}" Who::Anyone, Body::Bytes(8 * 1024 * KIB) => v1::village::send_photo;
    POST "/api/v1/village-link/drafts" Who::Anyone, Body::Json(16 * KIB) => v1::village::send_draft;
    // places and standards
    GET "/api/v1/divisions" Who::May(Action::ReadPlaces), NONE => v1::divisions::divisions;
    GET "/api/v1/divisions/outlines" Who::May(Action::ReadPlaces), NONE => v1::divisions::outlines;
    GET "/api/v1/divisions/{id}" Who::May(Action::ReadPlaces), NONE => v1::divisions::division;
    GET "/api/v1/sites" Who::May(Action::ReadPlaces), NONE => v1::sites::sites;
    GET "/api/v1/sites/by-code/{code}" Who::May(Action::ReadPlaces), NONE => v1::sites::by_code;
    GET "/api/v1/sites/{id}" Who::May(Action::ReadPlaces), NONE => v1::sites::site;
    GET "/api/v1/sites/{id}/last-photos" Who::May(Action::ReadPhotos), NONE => v1::sites::last_photos;
    GET "/api/v1/departments" Who::May(Action::ReadStandards), NONE => v1::departments::departments;
    GET "/api/v1/site-kinds" Who::May(Action::ReadStandards), NONE => v1::site_kinds::site_kinds;
    GET "/api/v1/checklists" Who::May(Action::ReadStandards), NONE => v1::checklists::checklists;
    GET "/api/v1/checklists/examples/{sha256}" Who::May(Action::ReadStandards), NONE => v1::checklists::example;
    GET "/api/v1/checklists/{id}" Who::May(Action::ReadStandards), NONE => v1::checklists::checklist;
    GET "/api/v1/settings" Who::May(Action::ReadStandards), NONE => v1::settings::settings;
    PUT "/api/v1/settings" Who::May(Action::ManageStandards), Body::Json(64 * KIB) => v1::settings::set_settings;
    GET "/api/v1/calendar/{year}" Who::May(Action::ReadStandards), NONE => v1::calendar::calendar_year;
    PUT "/api/v1/calendar/{year}" Who::May(Action::ManageStandards), Body::Json(64 * KIB) => v1::calendar::set_calendar_year;
    POST "/api/v1/calendar/{year}/preview" Who::May(Action::ManageStandards), Body::Json(64 * KIB) => v1::calendar::preview_calendar_year;
}

/// Every route, for the matrix test and the documents.
pub fn routes() -> &'static [Route] {
    ROUTES
}

/// What the middleware works with; shared by all workers.
pub struct State {
    pub app: App,
    pub admission: Arc<Admission>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub proxies: Vec<IpNet>,
    pub pwa: pwa::Pwa,
    /// Browsers reach us over TLS that a proxy in front ends.
    pub tls_in_front: bool,
    /// The demo's way in for phones of the same room.
    pub lan: Option<Arc<lan::Lan>>,
    /// Set once the database has its present shape.
    epoch: RwLock<Option<Uuid>>,
    entrances: OnceLock<Vec<listen::Opened>>,
    closing: AtomicBool,
}

impl State {
    pub fn new(
        app: App,
        admission: Arc<Admission>,
        proxies: Vec<IpNet>,
        pwa: pwa::Pwa,
        tls_in_front: bool,
    ) -> Self {
        Self {
            app,
            admission,
            proxies,
            pwa,
            tls_in_front,
            lan: None,
            epoch: RwLock::default(),
            entrances: OnceLock::new(),
            closing: AtomicBool::new(false),
        }
    }

    /// The same for a demo that phones of the same room may enter.
    #[must_use]
    pub fn with_lan(self, lan: Option<Arc<lan::Lan>>) -> Self {
        Self { lan, ..self }
    }

    /// Opens the API: the database has its present shape, and this is its epoch. Said again when the epoch was renewed.
    pub fn open(&self, epoch: Uuid) {
        *self.epoch.write().unwrap_or_else(PoisonError::into_inner) = Some(epoch);
    }

    /// The database's epoch, renewed by a restore; nothing before it is open.
    pub fn epoch(&self) -> Option<Uuid> {
        *self.epoch.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says where the server listens, before it does.
    pub(crate) fn opened(&self, entrances: Vec<listen::Opened>) {
        let _ = self.entrances.set(entrances);
    }

    /// The demo's stand as this request came to it; `None` everywhere but in a demo with panes.
    pub fn stand(&self, request: &HttpRequest) -> Option<stand::Stand> {
        let entrances = self.entrances.get().filter(|_| self.app.demo)?;
        stand::Stand::seen(entrances, request)
    }

    /// True when this request's browser sees HTTPS, ours or a proxy's.
    pub fn is_encrypted(&self, request: &HttpRequest) -> bool {
        self.tls_in_front || request.app_config().secure()
    }

    pub fn is_ready(&self) -> bool {
        self.epoch().is_some() && !self.closing.load(Ordering::Acquire)
    }

    /// Takes no more requests and returns when those under way are answered. Pooled connections live on the thread of the
    /// worker that made them and serve all others, so no worker may end before this.
    pub async fn close(&self) {
        self.closing.store(true, Ordering::Release);
        while !self.admission.is_idle() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        // A connection goes back to its pool in a task behind the answer; that task must not end with its worker.
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

/// True for addresses that belong to the program and never to the front end.
fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/") || path.starts_with("/.well-known/")
}

/// The whole actix application.
///
/// Order on the way in (the answer takes it backwards): request id and log line, security headers, compression,
/// problems, admission (readiness, limits), method override, routing; then, for one route, the door (length, type,
/// caller) and the handler. Each step stands where the steps outside it still apply to what it refuses.
fn application(
    state: web::Data<State>,
) -> actix_web::App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    // actix runs the wrap that was added last first.
    actix_web::App::new()
        .app_data(web::Data::new(state.app.clone()))
        .app_data(state)
        .wrap(from_fn(method_override::apply))
        .wrap(from_fn(admission::admit))
        .wrap(from_fn(problem::convert))
        .wrap(Compress::default())
        .wrap(from_fn(headers::secure))
        .wrap(from_fn(request_id::assign))
        .wrap(from_fn(lan::refuse_foreign))
        .configure(|config| {
            for resource in routes::resources(ROUTES) {
                config.service(resource);
            }
            config.default_service(web::to(pwa::serve));
        })
}
