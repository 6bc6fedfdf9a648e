//! Which rows a caller may see. Every query takes one; out of scope reads as not found.

use uuid::Uuid;

/// The rows that a caller may see; `store` turns it into conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The installation: people and posts, no field work of any county.
    Platform,
    /// All of a county.
    County { county: Uuid },
    /// What a county department supervises.
    Department { county: Uuid, department: Uuid },
    /// What lies in, or is assigned to, one township and is released to it.
    Township { county: Uuid, township: Uuid },
    /// What lies in one village and is released to the township side.
    Village { county: Uuid, township: Uuid, village: Uuid },
    /// What the caller made.
    Own { county: Uuid, person: Uuid },
}

impl Scope {
    pub fn county(self) -> Option<Uuid> {
        match self {
            Scope::Platform => None,
            Scope::County { county }
            | Scope::Department { county, .. }
            | Scope::Township { county, .. }
            | Scope::Village { county, .. }
            | Scope::Own { county, .. } => Some(county),
        }
    }
}
