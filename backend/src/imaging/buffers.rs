//! Memory that a worker keeps between photographs: giving 36 MB back to the system and asking for them again costs about a tenth of a photo.
//!
//! A worker is a thread, so nothing is shared and nothing waits. What is handed out holds zeros, always: a decoder that leaves pixels
//! out (a cut file, a forged header) must never show pieces of the photograph before.

use std::cell::RefCell;
use std::mem;

use fast_image_resize::images::Image;
use fast_image_resize::{ResizeError, ResizeOptions, Resizer};

/// Most bytes that stay with an idle worker: sixteen megapixels in three channels. Larger photographs are rare and pay for themselves.
const KEPT: usize = 48 * 1024 * 1024;

thread_local! {
    static PIXELS: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static RESIZER: RefCell<Resizer> = RefCell::new(Resizer::new());
}

/// Zeros of this length, in kept memory where there is enough of it.
pub(super) fn take(length: usize) -> Vec<u8> {
    let mut kept = PIXELS.take();
    if kept.capacity() < length {
        // Fresh pages are zeros already.
        return vec![0; length];
    }
    kept.clear();
    kept.resize(length, 0);
    kept
}

/// Brings back what nobody needs any more. A picture too large to stay leaves nothing behind, so that workers that meet several of them
/// do not hold the memory that the next one needs.
pub(super) fn give_back(pixels: Vec<u8>) {
    if pixels.capacity() > KEPT {
        drop((pixels, PIXELS.take()));
        return RESIZER.with_borrow_mut(Resizer::reset_internal_buffers);
    }
    PIXELS.with_borrow_mut(|kept| {
        if pixels.capacity() > kept.capacity() {
            drop(mem::replace(kept, pixels));
        }
    });
}

/// Resizes with the rows that this worker has kept.
pub(super) fn resize(
    source: &Image<'_>,
    target: &mut Image<'_>,
    options: &ResizeOptions,
) -> Result<(), ResizeError> {
    RESIZER.with_borrow_mut(|resizer| resizer.resize(source, target, options))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_memory_comes_back_blank() {
        let mut first = take(1000);
        first.fill(7);
        let place = first.as_ptr();
        give_back(first);
        let second = take(400);
        assert_eq!(second.as_ptr(), place, "the same memory");
        assert_eq!(second, vec![0; 400], "nothing of the picture before");
        assert_eq!(take(1000), vec![0; 1000], "what is out is not handed out again");
    }

    #[test]
    fn the_largest_piece_within_the_limit_is_kept() {
        give_back(vec![1; 100]);
        let large = vec![1; 10_000];
        let place = large.as_ptr();
        give_back(large);
        give_back(vec![1; 200]);
        let kept = take(10_000);
        assert_eq!(kept.as_ptr(), place);
    }

    #[test]
    fn what_is_too_large_leaves_nothing_behind() {
        give_back(vec![1; 10_000]);
        give_back(vec![1; KEPT + 1]);
        assert_eq!(PIXELS.with_borrow(Vec::capacity), 0);
    }
}
