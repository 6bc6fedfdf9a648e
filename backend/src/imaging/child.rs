//! The picture child: looks at photographs and makes their copies, one after the other, in a process that can do nothing else. What an
//! attacker's photo may do to a decoder ends here, and the server only loses a child.

use std::io::{self, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::wire::{self, Hello, Looked, Order, Outcome};
use super::{Photo, Unfit, claim};
use crate::domain::evidence::rules::Claim;

/// A photo that was looked at.
#[derive(Debug)]
pub struct Look<'a> {
    pub claim: Claim,
    photo: Result<Photo<'a>, Unfit>,
    layer: bool,
}

impl<'a> Look<'a> {
    /// Names the type, reads the size and what EXIF claims.
    pub fn at(bytes: &'a [u8], order: Order) -> Self {
        let photo = guarded(|| Photo::open(bytes));
        let photo = if order.upright { photo.map(Photo::standing_upright) } else { photo };
        let claim = catch_unwind(|| claim(bytes)).unwrap_or_default();
        Self { claim, photo, layer: order.layer }
    }

    /// Bytes of memory that the copies take besides the photo's own, or why there will be none.
    pub fn need(&self) -> Result<u64, Unfit> {
        self.photo.as_ref().map(Photo::working_bytes).map_err(Clone::clone)
    }

    /// Decodes the photo and makes its copies.
    pub fn develop(self) -> Outcome {
        let photo = self.photo?;
        guarded(|| if self.layer { photo.layer_copies() } else { photo.copies() })
    }
}

/// A decoder that panics has met bytes that it would panic at again.
fn guarded<T>(work: impl FnOnce() -> Result<T, Unfit>) -> Result<T, Unfit> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_panic| Err(Unfit::Unreadable("a decoder gave up".into())))
}

/// Answers orders until the server closes the pipe. `begin` is called before each photo.
pub fn serve(
    from: &mut impl Read,
    to: &mut impl Write,
    hello: Hello,
    mut begin: impl FnMut(),
) -> io::Result<()> {
    wire::write(to, &wire::say(&hello)?)?;
    while let Some(order) = wire::read(from, wire::WORDS_MAX)? {
        begin();
        let bytes = wire::read(from, wire::PHOTO_MAX)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let look = Look::at(&bytes, wire::words(&order)?);
        let need = look.need();
        let unfit = need.is_err();
        wire::write(to, &wire::say(&Looked { claim: look.claim.clone(), need })?)?;
        if unfit {
            continue;
        }
        let Some(_go) = wire::read(from, 0)? else { return Ok(()) };
        let outcome = look.develop();
        wire::write(to, &wire::say(&outcome)?)?;
        if let Ok(copies) = &outcome {
            wire::write(to, &copies.display)?;
            wire::write(to, &copies.thumb)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(parts: &[&[u8]]) -> Vec<u8> {
        let mut all = Vec::new();
        for part in parts {
            wire::write(&mut all, part).unwrap();
        }
        all
    }

    fn answers(mut bytes: &[u8]) -> Vec<Vec<u8>> {
        std::iter::from_fn(|| wire::read(&mut bytes, wire::COPY_MAX).unwrap()).collect()
    }

    fn run(said: &[u8]) -> (io::Result<()>, Vec<Vec<u8>>) {
        let (mut to, mut begun) = (Vec::new(), 0);
        let ended = serve(&mut &said[..], &mut to, Hello { confined: true }, || begun += 1);
        (ended, answers(&to))
    }

    fn jpeg() -> Vec<u8> {
        let mut out = Vec::new();
        let encoder = jpeg_encoder::Encoder::new(&mut out, 80);
        encoder.encode(&[128; 40 * 30 * 3], 40, 30, jpeg_encoder::ColorType::Rgb).unwrap();
        out
    }

    #[test]
    fn one_photo_after_the_other_is_answered() {
        let order = wire::say(&Order::default()).unwrap();
        let (ended, answers) =
            run(&frames(&[&order, b"no photo", &order, &jpeg(), b"", &order, &jpeg()[..20]]));
        ended.unwrap();
        let [hello, unfit, looked, outcome, display, thumb, broken] = &answers[..] else {
            panic!("{} frames", answers.len())
        };
        assert!(wire::words::<Hello>(hello).unwrap().confined);
        assert_eq!(wire::words::<Looked>(unfit).unwrap().need, Err(Unfit::NotAPhoto));
        assert!(wire::words::<Looked>(looked).unwrap().need.unwrap() > 1_000_000);
        assert_eq!(wire::words::<Outcome>(outcome).unwrap().unwrap().upright, (40, 30));
        assert!(display.starts_with(&[0xFF, 0xD8]) && thumb.starts_with(&[0xFF, 0xD8]));
        assert!(matches!(wire::words::<Looked>(broken).unwrap().need, Err(Unfit::Unreadable(_))));
    }

    #[test]
    fn a_pipe_that_closes_between_photos_is_an_end_and_within_one_a_fault() {
        let order = wire::say(&Order::default()).unwrap();
        let whole = frames(&[&order, &jpeg()]);
        assert!(run(b"").0.is_ok());
        assert!(run(&whole).0.is_ok(), "the server went away instead of saying go");
        for length in [1, 6, order.len() + 4, whole.len() - 1] {
            assert!(run(&whole[..length]).0.is_err(), "{length} bytes");
        }
    }

    #[test]
    fn a_frame_longer_than_expected_is_not_read() {
        assert!(run(&[0xFF, 0xFF, 0xFF, 0xFF, 0, 0]).0.is_err());
        let order = wire::say(&Order::default()).unwrap();
        assert!(run(&frames(&[&order, &jpeg(), b"not empty"])).0.is_err());
    }
}
