//! Who may know of a ticket, and whose it is.

use uuid::Uuid;

use super::super::Unit;
use super::{Model, Who};

impl Model {
    /// Whether somebody may know of it: the county always; once it is issued, the unit that has it, the village where it lies, and the department that
    /// supervises its kind.
    pub fn is_seen_by(&self, who: &Who) -> bool {
        if who.is_county() {
            return true;
        }
        if self.issued.is_none() || self.round.is_some() {
            return false;
        }
        let held_by = |unit: Uuid| self.unit.is_some_and(|held| held.id() == unit);
        match who.role {
            "department" => {
                held_by(who.unit) || self.supervisor == Some(who.unit) || self.referred_to == Some(who.unit)
            }
            "village_cadre" => self.village == Some(who.unit) && who.township.is_some_and(held_by),
            _ => held_by(who.unit),
        }
    }

    /// Who may read it: whoever it concerns, and the township or village on whose land a department repairs it.
    pub fn is_read_by(&self, who: &Who) -> bool {
        let on_land = match who.role {
            "village_cadre" => self.village == Some(who.unit),
            "main_leader" | "deputy_leader" | "desk_officer" => who.township == Some(self.place),
            _ => false,
        };
        let departments = matches!(self.unit, Some(Unit::Department(_)));
        self.is_seen_by(who) || (self.issued.is_some() && self.round.is_none() && departments && on_land)
    }

    pub(super) fn is_own(&self, who: &Who) -> bool {
        let own = who.township.unwrap_or(who.unit);
        !who.is_county() && self.unit.is_some_and(|unit| unit.id() == own)
    }
}
