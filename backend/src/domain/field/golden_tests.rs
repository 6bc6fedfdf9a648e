//! Bodies as released versions sealed them: whatever else changes, these are read as they were meant, for ever.

use super::{envelope::Envelope, inspection::InspectionBody, kind::Kind, sheet};
use crate::domain::standards::judge::Verdict;

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
