//! Who acts: roles, the posts that carry them, what each may do and see.

pub mod password;
pub mod permission;
pub mod role;
pub mod scope;
