//! Who acts: roles, the posts that carry them, what each may do and see; and what opens an account.

pub mod account;
pub mod code;
mod common_passwords;
pub mod delay;
pub mod device_key;
pub mod password;
pub mod permission;
pub mod role;
pub mod scope;
