//! Whether a photo shows the repair that it claims: one person proposes that it does not, another one confirms or declines. Never a machine,
//! never one person alone (domain.md 4.7; R81 空落实). What was confirmed can be lifted by one: a doubt is enough to take it back.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a proposal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerdictState {
    Proposed,
    Confirmed,
    Declined,
    Withdrawn,
    Lifted,
}

/// What somebody says to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerdictStep {
    Confirm,
    Decline,
    Withdraw,
    Lift,
}

/// Who says it, as far as that matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerdictHand {
    pub proposed_it: bool,
    pub took_the_photo: bool,
    /// May decide for the office; others may only take back what they proposed themselves.
    pub decides: bool,
}

/// Why a step does not go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotNow {
    /// The state does not allow it.
    State,
    /// A second person has to do it, or only the first one may.
    Hand,
}

impl VerdictState {
    pub const ALL: [Self; 5] =
        [Self::Proposed, Self::Confirmed, Self::Declined, Self::Withdrawn, Self::Lifted];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Confirmed => "confirmed",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
            Self::Lifted => "lifted",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// One table of what may follow what, and by whom.
    ///
    /// # Errors
    /// Why not.
    pub const fn after(self, step: VerdictStep, hand: VerdictHand) -> Result<Self, NotNow> {
        let next = match (self, step) {
            (Self::Proposed, VerdictStep::Confirm) => Self::Confirmed,
            (Self::Proposed, VerdictStep::Decline) => Self::Declined,
            (Self::Proposed, VerdictStep::Withdraw) => Self::Withdrawn,
            (Self::Confirmed, VerdictStep::Lift) => Self::Lifted,
            _ => return Err(NotNow::State),
        };
        let may = match step {
            VerdictStep::Confirm | VerdictStep::Decline => {
                hand.decides && !hand.proposed_it && !hand.took_the_photo
            }
            VerdictStep::Withdraw => hand.proposed_it,
            VerdictStep::Lift => hand.decides && !hand.took_the_photo,
        };
        if may { Ok(next) } else { Err(NotNow::Hand) }
    }
}

impl VerdictStep {
    pub const ALL: [Self; 4] = [Self::Confirm, Self::Decline, Self::Withdraw, Self::Lift];

    /// The state that it leads to.
    pub const fn leads_to(self) -> VerdictState {
        match self {
            Self::Confirm => VerdictState::Confirmed,
            Self::Decline => VerdictState::Declined,
            Self::Withdraw => VerdictState::Withdrawn,
            Self::Lift => VerdictState::Lifted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: VerdictHand = VerdictHand { proposed_it: true, took_the_photo: false, decides: true };
    const SECOND: VerdictHand = VerdictHand { proposed_it: false, ..FIRST };
    const PHOTOGRAPHER: VerdictHand = VerdictHand { took_the_photo: true, ..SECOND };
    const INSPECTOR: VerdictHand = VerdictHand { decides: false, ..SECOND };

    #[test]
    fn only_another_person_confirms_and_never_who_took_it() {
        let confirm = |hand| VerdictState::Proposed.after(VerdictStep::Confirm, hand);
        assert_eq!(confirm(SECOND), Ok(VerdictState::Confirmed));
        for hand in [FIRST, PHOTOGRAPHER, INSPECTOR] {
            assert_eq!(confirm(hand), Err(NotNow::Hand), "{hand:?}");
            assert_eq!(
                VerdictState::Proposed.after(VerdictStep::Decline, hand),
                Err(NotNow::Hand),
                "{hand:?}"
            );
        }
    }

    #[test]
    fn the_first_takes_it_back_and_what_was_confirmed_is_lifted_by_one() {
        assert_eq!(VerdictState::Proposed.after(VerdictStep::Withdraw, FIRST), Ok(VerdictState::Withdrawn));
        assert_eq!(VerdictState::Proposed.after(VerdictStep::Withdraw, SECOND), Err(NotNow::Hand));
        for hand in [FIRST, SECOND] {
            assert_eq!(VerdictState::Confirmed.after(VerdictStep::Lift, hand), Ok(VerdictState::Lifted));
        }
        assert_eq!(VerdictState::Confirmed.after(VerdictStep::Lift, INSPECTOR), Err(NotNow::Hand));
    }

    #[test]
    fn what_has_ended_stays_and_the_words_are_their_own() {
        for state in [VerdictState::Declined, VerdictState::Withdrawn, VerdictState::Lifted] {
            for step in VerdictStep::ALL {
                assert_eq!(state.after(step, SECOND), Err(NotNow::State), "{state:?} {step:?}");
            }
        }
        for state in VerdictState::ALL {
            assert_eq!(VerdictState::parse(state.as_str()), Some(state));
        }
        for step in VerdictStep::ALL {
            let from =
                if step == VerdictStep::Lift { VerdictState::Confirmed } else { VerdictState::Proposed };
            let hand = if step == VerdictStep::Withdraw { FIRST } else { SECOND };
            assert_eq!(from.after(step, hand), Ok(step.leads_to()));
        }
    }
}
