//! Example pictures of checklist items: looked at before they are kept, shown to everybody of the county.

use super::super::{App, AppResult, Caller};
pub use crate::store::standards::examples::ExampleRow;
use crate::{
    domain::{
        field::{envelope, media::Sha256},
        import::Faults,
        people::permission::Action,
        problem::Code,
        standards::checklist::{Picture, Pictures},
    },
    imaging::Photo,
    store::standards::examples,
};

/// Largest example picture: phones keep all of them for a day without a signal.
const PICTURE_MAX: usize = 200 * 1024;
/// Most pictures beside one file.
const PICTURES_MAX: usize = 1000;

/// Looks at the pictures that lie beside a file of checklists; every one that cannot be shown is named.
///
/// # Errors
/// The pictures that are too large or do not open.
pub fn pictures(files: Vec<(String, Vec<u8>)>) -> Result<Pictures, Faults> {
    if files.len() > PICTURES_MAX {
        return Err(Faults::whole("示例图片超过 1000 张", "more than 1000 example pictures"));
    }
    let mut faults = Faults::default();
    let mut pictures = Pictures::new();
    for (name, bytes) in files {
        if bytes.len() > PICTURE_MAX {
            faults.add(&name, "", "图片超过 200 KB", "the picture is larger than 200 KB");
            continue;
        }
        let opened = Photo::open(&bytes).and_then(|photo| photo.copies().map(|_copies| photo.kind()));
        match opened {
            Ok(kind) => {
                let sha256 = envelope::hash(&bytes);
                pictures.insert(name, Picture { sha256, media_type: kind.media_type(), bytes });
            }
            Err(unfit) => {
                faults.add(&name, "", "打不开，须为 JPEG、PNG 或 WebP", format!("cannot be opened: {unfit}"));
            }
        }
    }
    faults.or(pictures)
}

impl App {
    /// One example picture.
    pub async fn example(&self, caller: &Caller, sha256: Sha256) -> AppResult<ExampleRow> {
        caller.require(Action::ReadStandards)?;
        let found = examples::get(self.store.read(), caller.scope()?, &sha256.to_string()).await?;
        found.ok_or_else(|| Code::NotFound.into())
    }
}
