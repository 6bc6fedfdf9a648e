//! Bodies as released versions sealed them: whatever else changes, these are read as they were meant, for ever.

use super::{
    envelope::Envelope,
    inspection::{CorrectionBody, FindingBody, InspectionBody},
    kind::Kind,
    sheet,
};
use crate::domain::{
    people::role::UnitKind,
    standards::judge::Verdict,
    tickets::{
        command::{
            self, AcceptBody, AnswerHardBody, ArchiveBody, AskBody, AttemptBody, DecideBody, Decision,
            EditBody, HardBody, IssueBody, MergeBody, NoteBody, ReasonBody, ReferDoneBody, ReferReturnBody,
            RelapseBody, StageBody, Target, VerifyBody, WithdrawAskBody,
        },
        request::Asked,
        unit::Stage,
    },
};
use uuid::Uuid;

macro_rules! golden {
    ($name:literal) => {
        include_bytes!(concat!("../../../../tests/shared/golden/", $name, ".json"))
    };
}

/// A kind without a body does not compile; a further version goes beside the first.
fn bodies(kind: Kind) -> &'static [&'static [u8]] {
    match kind {
        Kind::InspectionSubmit => &[golden!("inspection.submit-1"), golden!("inspection.submit-1-paper")],
        Kind::InspectionCorrect => &[golden!("inspection.correct-1")],
        Kind::FindingReport => &[golden!("finding.report-1")],
        Kind::TicketIssue => &[golden!("ticket.issue-1")],
        Kind::TicketDecline => &[golden!("ticket.decline-1")],
        Kind::TicketAccept => &[golden!("ticket.accept-1"), golden!("ticket.accept-1-paper")],
        Kind::TicketRectify => &[golden!("ticket.rectify-1")],
        Kind::TicketStage => &[golden!("ticket.stage-1")],
        Kind::TicketSubmit => &[golden!("ticket.submit-1")],
        Kind::TicketVerify => &[golden!("ticket.verify-1")],
        Kind::TicketVoid => &[golden!("ticket.void-1")],
        Kind::TicketKeep => &[golden!("ticket.keep-1")],
        Kind::TicketAsk => &[golden!("ticket.ask-1")],
        Kind::TicketDecide => &[golden!("ticket.decide-1")],
        Kind::TicketWithdrawAsk => &[golden!("ticket.withdraw_ask-1")],
        Kind::TicketResume => &[golden!("ticket.resume-1")],
        Kind::TicketMerge => &[golden!("ticket.merge-1")],
        Kind::TicketRelapse => &[golden!("ticket.relapse-1")],
        Kind::TicketRemind => &[golden!("ticket.remind-1")],
        Kind::TicketEdit => &[golden!("ticket.edit-1")],
        Kind::TicketMarkHard => &[golden!("ticket.mark_hard-1")],
        Kind::TicketAnswerHard => &[golden!("ticket.answer_hard-1")],
        Kind::TicketArchive => &[golden!("ticket.archive-1")],
        Kind::TicketReferDone => &[golden!("ticket.refer_done-1")],
        Kind::TicketReferReturn => &[golden!("ticket.refer_return-1")],
        Kind::TicketLookBack => &[golden!("ticket.look_back-1")],
        Kind::TicketMilestone => &[golden!("ticket.milestone-1")],
    }
}

fn read(kind: Kind) -> Envelope<'static> {
    Envelope::parse(bodies(kind)[0]).unwrap()
}

/// The ids of these bodies differ in their last digits.
fn id(n: u128) -> Uuid {
    let last = u128::from_str_radix(&n.to_string(), 16).unwrap();
    Uuid::from_u128(0x0193_5a00_0000_7000_8000_0000_0000_0000 | last)
}

fn aimed(target: Target) {
    assert_eq!((target.ticket_id, target.seen_version), (id(40), Some(7)));
}

#[test]
fn every_body_names_its_kind_its_author_and_its_number() {
    for kind in Kind::ALL {
        for bytes in bodies(*kind) {
            let envelope = Envelope::parse(bytes).unwrap();
            assert_eq!(Kind::parse(&envelope.kind), Some(*kind));
            assert_eq!(envelope.operation_id, id(1));
            assert_eq!((envelope.author.person_id, envelope.author.post_id), (id(2), id(3)));
            assert_eq!(envelope.device.map(|device| (device.id, device.seq)), Some((id(4), 17)));
            assert_eq!(envelope.made_at.to_rfc3339(), "2026-11-22T02:05:00+00:00");
            assert_eq!(envelope.clock.monotonic_ms, Some(5_700_000));
        }
    }
}

#[test]
fn a_correction_reads_as_a_whole_new_visit_with_its_reason() {
    let envelope = read(Kind::InspectionCorrect);
    let body: CorrectionBody = envelope.payload().unwrap();
    assert_eq!((body.inspection_id, body.seen_version), (id(5), Some(3)));
    assert_eq!(body.reason, "漏看了一处");
    let visit = body.inspection;
    assert_eq!((visit.site_id, visit.checklist_id, visit.round_id), (id(6), Some(id(7)), Some(id(30))));
    assert_eq!(visit.outcome, "inspected");
    assert_eq!((visit.people_present.as_str(), visit.note.as_str()), ("王站长", "后来又看了一遍"));
    assert_eq!(visit.far_reason(), None);
    let given: Vec<_> =
        visit.answers.iter().map(|a| (a.item.as_str(), a.result, a.reason.as_deref())).collect();
    assert_eq!(
        given,
        [
            ("MKT-01", Verdict::NotObserved, Some("门锁着")),
            ("MKT-07", Verdict::Fail, None),
            ("MKT-12", Verdict::Pass, None)
        ]
    );
    assert_eq!(visit.answers[2].value, Some(serde_json::json!(2)));
    let finding = &visit.answers[1].findings[0];
    assert_eq!((finding.finding_id, finding.instance_key.as_deref()), (id(8), Some("12号摊")));
    assert_eq!((finding.title.as_deref(), finding.note.as_str()), (Some("案板没有防蝇罩"), "已提醒摊主"));
    assert!(finding.fixed_on_spot);
    let album = &envelope.files[1];
    assert_eq!(
        (album.capture.as_deref(), album.capture_reason.as_deref()),
        (Some("album"), Some("相机打不开"))
    );
    assert!(album.reencoded && album.position.is_none());
}

#[test]
fn a_report_reads_as_it_was_sealed() {
    let envelope = read(Kind::FindingReport);
    let body: FindingBody = envelope.payload().unwrap();
    assert_eq!((body.finding_id, body.site_id, body.item_code.as_deref()), (id(8), Some(id(6)), None));
    assert_eq!((body.title.as_str(), body.note.as_str()), ("路灯倒了", "压在人行道上"));
    assert_eq!(body.severity.as_deref(), Some("major"));
    assert!(body.is_static && !body.fixed_on_spot);
    assert_eq!(body.position.and_then(|place| place.source).as_deref(), Some("browser"));
    let roles: Vec<_> = envelope.files.iter().map(|file| (file.role.as_str(), file.seconds)).collect();
    assert_eq!(roles, [("before", None), ("voice", Some(12.4))]);
}

#[test]
fn the_desks_commands_read_as_they_were_sealed() {
    let issue: IssueBody = read(Kind::TicketIssue).payload().unwrap();
    aimed(issue.target);
    assert_eq!(issue.unit_kind, UnitKind::Township);
    assert_eq!((issue.unit_id, issue.note.as_str()), (id(41), "请先围挡"));
    // Null: as the finding said.
    assert_eq!((issue.severity, issue.is_static, issue.deadline_days), (None, Some(false), Some(5)));
    for (kind, reason) in [
        (Kind::TicketDecline, "不属于检查范围"),
        (Kind::TicketVoid, "重复"),
        (Kind::TicketKeep, "不是同一处"),
    ] {
        let body: ReasonBody = read(kind).payload().unwrap();
        aimed(body.target);
        assert_eq!(body.reason, reason);
    }
}

#[test]
fn a_townships_steps_read_as_they_were_sealed() {
    let accept: AcceptBody = read(Kind::TicketAccept).payload().unwrap();
    aimed(accept.target);
    assert_eq!(accept.person_named, "李干事");
    for (kind, files) in [(Kind::TicketRectify, 1), (Kind::TicketSubmit, 0)] {
        let envelope = read(kind);
        let body: AttemptBody = envelope.payload().unwrap();
        aimed(body.target);
        assert_eq!((body.attempt_id, body.note.as_str()), (id(42), "已经扶正"));
        assert_eq!(envelope.files.len(), files);
        assert!(envelope.files.iter().all(|file| file.role == "after"));
    }
}

#[test]
fn a_request_and_its_answer_read_as_they_were_sealed() {
    let envelope = read(Kind::TicketAsk);
    let ask: AskBody = envelope.payload().unwrap();
    aimed(ask.target);
    assert_eq!((ask.request_id, ask.what, ask.reason.as_str()), (id(43), Asked::Hold, "冬天不能浇水泥"));
    assert_eq!(ask.wanted_day.map(|day| day.to_string()).as_deref(), Some("2026-12-20"));
    assert_eq!((ask.measure.as_str(), ask.unit_kind, ask.unit_id), ("已围挡，开春施工", None, None));
    assert_eq!(envelope.files[0].role, "interim");
    let decide: DecideBody = read(Kind::TicketDecide).payload().unwrap();
    aimed(decide.target);
    assert_eq!((decide.request_id, decide.verdict), (id(43), Decision::Approved));
    assert_eq!(decide.day.map(|day| day.to_string()).as_deref(), Some("2026-12-10"));
    assert_eq!((decide.unit_kind, decide.unit_id), (Some(UnitKind::Department), Some(id(41))));
    assert!(decide.wrongly_routed && decide.note == "同意");
    let withdraw: WithdrawAskBody = read(Kind::TicketWithdrawAsk).payload().unwrap();
    aimed(withdraw.target);
    assert_eq!(withdraw.request_id, id(43));
}

#[test]
fn what_the_office_does_later_reads_as_it_was_sealed() {
    for (kind, note) in [(Kind::TicketResume, "材料已到"), (Kind::TicketRemind, "请尽快")] {
        let body: NoteBody = read(kind).payload().unwrap();
        aimed(body.target);
        assert_eq!(body.note, note);
    }
    let merge: MergeBody = read(Kind::TicketMerge).payload().unwrap();
    aimed(merge.target);
    assert_eq!((merge.into_ticket_id, merge.note.as_str()), (id(44), "同一处"));
    let edit: EditBody = read(Kind::TicketEdit).payload().unwrap();
    aimed(edit.target);
    assert_eq!((edit.severity.as_deref(), edit.is_static), (Some("critical"), None));
    assert_eq!(edit.due_day.map(|day| day.to_string()).as_deref(), Some("2026-12-05"));
    assert_eq!(edit.reason, "有安全隐患");
    let archive: ArchiveBody = read(Kind::TicketArchive).payload().unwrap();
    aimed(archive.target);
}

#[test]
fn a_fault_come_back_and_a_hard_case_read_as_they_were_sealed() {
    let envelope = read(Kind::TicketRelapse);
    let relapse: RelapseBody = envelope.payload().unwrap();
    aimed(relapse.target);
    assert_eq!((relapse.finding_id, relapse.note.as_str()), (id(8), "又坏了"));
    assert_eq!(envelope.files[0].role, "finding");
    let hard: HardBody = read(Kind::TicketMarkHard).payload().unwrap();
    aimed(hard.target);
    assert!(hard.hard && hard.ask == "请县里协调电力公司");
    let answer: AnswerHardBody = read(Kind::TicketAnswerHard).payload().unwrap();
    aimed(answer.target);
    let said = (answer.coordinator.as_str(), answer.until.to_string(), answer.note.as_str());
    assert_eq!(said, ("县住建局", "2026-12-10".into(), "已约电力公司"));
}

#[test]
fn what_a_department_says_reads_as_it_was_sealed() {
    let done: ReferDoneBody = read(Kind::TicketReferDone).payload().unwrap();
    aimed(done.target);
    assert_eq!((done.request_id, done.note.as_str()), (id(43), "已更换站牌"));
    let back: ReferReturnBody = read(Kind::TicketReferReturn).payload().unwrap();
    aimed(back.target);
    assert_eq!((back.request_id, back.reason.as_str()), (id(43), "不属于我局管养"));
}

#[test]
fn a_stage_reads_as_it_was_sealed() {
    let envelope = read(Kind::TicketStage);
    let body: StageBody = envelope.payload().unwrap();
    aimed(body.target);
    assert_eq!((body.stage, body.note.as_str()), (Stage::Control, "已经扶正"));
    assert_eq!(envelope.files[0].role, "after");
}

#[test]
fn looking_back_a_milestone_and_a_signed_sheet_read_as_they_were_sealed() {
    let envelope = read(Kind::TicketLookBack);
    let look: command::LookBackBody = envelope.payload().unwrap();
    aimed(look.target);
    assert!(look.result.is_held() && look.note == "完好" && look.position.is_some());
    assert_eq!(envelope.files[0].role, "look_back");
    let done: command::MilestoneDone = read(Kind::TicketMilestone).payload().unwrap();
    aimed(done.target);
    assert_eq!((done.project_id, done.milestone_id, done.note.as_str()), (id(45), id(46), "已到货"));
    assert_eq!(done.done_on.to_string(), "2026-11-21");
    let envelope = Envelope::parse(bodies(Kind::TicketAccept)[1]).unwrap();
    let accept: AcceptBody = envelope.payload().unwrap();
    aimed(accept.target);
    let signed = accept.paper.unwrap();
    assert_eq!(
        (signed.signed_by.as_str(), signed.signed_at.to_rfc3339().as_str()),
        ("王某", "2026-11-21T02:00:00+00:00")
    );
    assert_eq!(envelope.files[0].role, sheet::SHEET_ROLE);
}

#[test]
fn a_check_reads_as_it_was_sealed() {
    let body: VerifyBody = read(Kind::TicketVerify).payload().unwrap();
    aimed(body.target);
    assert_eq!((body.attempt_id, body.verdict), (id(42), command::Verdict::Failed));
    assert!(body.reason.as_deref().is_some_and(|reason| command::FAIL_REASONS.contains(&reason)));
    assert_eq!(body.note, "底座还松");
    assert!(body.on_site && body.position.is_some());
}

#[test]
fn a_day_without_signal_reads_as_it_was_sealed() {
    let bytes = include_bytes!("../../../../tests/shared/golden/inspection.submit-1.json");
    let envelope = Envelope::parse(bytes).unwrap();
    assert_eq!(Kind::parse(&envelope.kind), Some(Kind::InspectionSubmit));
    assert!(sheet::of(&envelope).is_none());
    let body: InspectionBody = envelope.payload().unwrap();
    assert_eq!(body.far_reason(), Some("桥断了，隔河查看"));
    assert_eq!(body.place().and_then(|place| place.source.as_deref()), Some("site_qr"));
    let given: Vec<_> =
        body.answers.iter().map(|a| (a.item.as_str(), a.instance_key.as_str(), a.result)).collect();
    assert_eq!(
        given,
        [("MKT-07", "1", Verdict::Pass), ("MKT-07", "12号摊", Verdict::Fail), ("MKT-12", "", Verdict::Fail)]
    );
    let places: Vec<_> = body.answers[2].findings.iter().map(|f| f.instance_key.as_deref()).collect();
    assert_eq!(places, [Some(""), Some("东门")]);
    let roles: Vec<_> = envelope.files.iter().map(|file| file.role.as_str()).collect();
    assert_eq!(roles, ["overview", "before", "annotation", "voice"]);
    assert_eq!(envelope.files[2].of_file_id, Some(envelope.files[1].file_id));
    assert_eq!(envelope.files[3].seconds, Some(12.4));
}

#[test]
fn a_sheet_reads_as_it_was_entered() {
    let bytes = include_bytes!("../../../../tests/shared/golden/inspection.submit-1-paper.json");
    let envelope = Envelope::parse(bytes).unwrap();
    assert_ne!(envelope.entered_by.unwrap().person_id, envelope.author.person_id);
    let sheet = sheet::of(&envelope).unwrap();
    assert_eq!(sheet.filled_at().unwrap().to_rfc3339(), "2026-11-20T02:00:00+00:00");
    assert_eq!(sheet.filled_by.as_deref(), Some("检查员甲"));
    assert_eq!(envelope.files[0].role, sheet::SHEET_ROLE);
}
