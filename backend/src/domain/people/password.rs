//! What a password costs to check; the people area fills the rest.

/// argon2id parameters (one lane).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    pub memory_kib: u32,
    pub passes: u32,
}

impl Cost {
    /// 19 MiB and two passes: the floor that OWASP names, about 30 ms on a county's server.
    pub const STANDARD: Self = Self { memory_kib: 19 * 1024, passes: 2 };
    /// For tests, which sign in thousands of times.
    pub const CHEAP: Self = Self { memory_kib: 8, passes: 1 };
}
