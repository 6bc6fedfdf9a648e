//! The village without an account: a desk officer forwards a link for one ticket; what comes by it is a draft until he takes it over under
//! his own name. The link shows as little as the photo needs, and opening it does nothing.

pub mod drafts;
pub mod links;
mod pace;
pub mod stranger;

pub use pace::Pace;
