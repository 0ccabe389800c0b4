//! What is true of an item besides its documents, kept as bits so that its light needs no text: settled when it is saved.
//!
//! The numbers are stored: they are never given another meaning.

/// One fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Fact {
    /// The decision of its own customs was about something else than what is declared now.
    ChangedSinceDecision = 1,
    /// The same of the destination's customs.
    ChangedSinceDestinationDecision = 1 << 1,
    /// What counts of its own customs was entered by a post, although the administration itself works here.
    DecisionByPost = 1 << 2,
    /// The same of the destination's customs.
    DestinationDecisionByPost = 1 << 3,
    /// The declaration is of somebody who cannot speak for the origin.
    DataNotOfOrigin = 1 << 4,
    /// Its data was taken back because it goes elsewhere.
    Redirected = 1 << 5,
    /// It left the inward office of exchange while a clearance stood.
    LeftCleared = 1 << 6,
    /// A move of its post named its partner.
    MovedByPost = 1 << 7,
    /// Its post captured the declaration itself.
    OwnCapture = 1 << 8,
    /// There are final decisions about it.
    Decided = 1 << 9,
    /// It was bound for another post before.
    WasBoundElsewhere = 1 << 10,
    /// Its assessment was complete, but of something else than what is declared now.
    AssessmentLapsed = 1 << 11,
}

/// The facts of an item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts(pub i32);

impl Facts {
    pub fn has(self, fact: Fact) -> bool {
        self.0 & fact as i32 != 0
    }

    /// Notes whether a fact holds.
    pub fn set(&mut self, fact: Fact, holds: bool) {
        if holds {
            self.0 |= fact as i32;
        } else {
            self.0 &= !(fact as i32);
        }
    }
}
