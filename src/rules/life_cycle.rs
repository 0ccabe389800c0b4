//! Which event may follow which state, and what it leads to.
//!
#![doc = include_str!("life_cycle.md")]
//!
//! "Seen" (by the own customs) and "sent" (to the partner post) are facts of their own and only grow; a draft after
//! either is refused. Pure; knows no item and no store.

use super::flow::Flow;

/// The table above, as Markdown, for the documentation.
pub const TABLE: &str = include_str!("life_cycle.md");

/// What a store call asks for, by its `evtCd`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreEvent {
    /// 1: create or update a draft.
    Draft,
    /// 2: store final, with everything that follows by itself.
    Final,
    /// 6: send to the own customs.
    ToCustoms,
    /// 7: send to the partner post.
    ToPost,
}

impl StoreEvent {
    pub fn from_code(code: i32) -> Option<Self> {
        match code {
            1 => Some(Self::Draft),
            2 => Some(Self::Final),
            6 => Some(Self::ToCustoms),
            7 => Some(Self::ToPost),
            _ => None,
        }
    }

    pub fn code(self) -> i32 {
        match self {
            Self::Draft => 1,
            Self::Final => 2,
            Self::ToCustoms => 6,
            Self::ToPost => 7,
        }
    }
}

/// Where a declaration or response stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// `CDSStateCd`.
    pub state_cd: i32,
    /// The own customs may see it.
    pub seen: bool,
    /// It went to the partner post.
    pub sent: bool,
}

/// A move that is not allowed, said for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Illegal(pub String);

/// State of a draft declaration.
pub const DECLARATION_DRAFT: i32 = 1;
/// State of a final declaration.
pub const DECLARATION_FINAL: i32 = 2;
/// State of a draft response.
pub const RESPONSE_DRAFT: i32 = 50;
/// State of a final response.
pub const RESPONSE_FINAL: i32 = 55;
/// State of a response that was transferred to the origin post.
pub const RESPONSE_TRANSFERRED: i32 = 57;

/// What `event` makes of a declaration on an item of `flow`.
///
/// # Errors
/// A draft after the declaration was seen or sent; sending an inbound item to its destination, which is here.
pub fn declaration(now: Option<Standing>, event: StoreEvent, flow: Flow) -> Result<Standing, Illegal> {
    let (seen, sent) = now.map_or((false, false), |now| (now.seen, now.sent));
    match event {
        StoreEvent::Draft if seen || sent => Err(no_way_back("declaration", now, "2, 6 or 7")),
        StoreEvent::Draft => Ok(Standing { state_cd: DECLARATION_DRAFT, seen, sent }),
        StoreEvent::Final => Ok(Standing { state_cd: 2, seen: true, sent: sent || flow != Flow::Inbound }),
        StoreEvent::ToCustoms => Ok(Standing { state_cd: 6, seen: true, sent }),
        StoreEvent::ToPost if flow == Flow::Inbound => Err(Illegal(format!(
            "event 7 sends to the destination post, but the item is inbound{}; allowed here: 1, 2 or 6",
            in_state(now)
        ))),
        StoreEvent::ToPost => Ok(Standing { state_cd: 7, seen, sent: true }),
    }
}

/// What `event` makes of a response on an item of `flow`; `sent` means transferred to the origin post.
///
/// # Errors
/// A draft after a final response; transferring a response of an item that is not inbound.
pub fn response(now: Option<Standing>, event: StoreEvent, flow: Flow) -> Result<Standing, Illegal> {
    let sent = now.is_some_and(|now| now.sent);
    let is_final = now.is_some_and(|now| now.seen || now.sent);
    let inbound = flow == Flow::Inbound;
    match event {
        StoreEvent::Draft if is_final => Err(no_way_back("response", now, "2, 6 or 7")),
        StoreEvent::Draft => Ok(Standing { state_cd: RESPONSE_DRAFT, seen: false, sent: false }),
        StoreEvent::Final => Ok(Standing { state_cd: RESPONSE_FINAL, seen: true, sent: sent || inbound }),
        StoreEvent::ToCustoms => Ok(Standing { state_cd: RESPONSE_FINAL, seen: true, sent }),
        StoreEvent::ToPost if !inbound => Err(Illegal(format!(
            "event 7 transfers a response to the origin post, but the item is {flow}{}; allowed here: 1, 2 or 6",
            in_state(now)
        ))),
        StoreEvent::ToPost => Ok(Standing { state_cd: RESPONSE_TRANSFERRED, seen: true, sent: true }),
    }
}

fn in_state(now: Option<Standing>) -> String {
    now.map(|now| format!(" (state {})", now.state_cd)).unwrap_or_default()
}

fn no_way_back(what: &str, now: Option<Standing>, allowed: &str) -> Illegal {
    let state = now.map_or(0, |now| now.state_cd);
    Illegal(format!(
        "the {what} is in state {state} and was passed on, so event 1 (draft) is not allowed; allowed here: {allowed}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn event() -> impl Strategy<Value = StoreEvent> {
        prop_oneof![
            Just(StoreEvent::Draft),
            Just(StoreEvent::Final),
            Just(StoreEvent::ToCustoms),
            Just(StoreEvent::ToPost)
        ]
    }

    fn flow() -> impl Strategy<Value = Flow> {
        prop_oneof![Just(Flow::Inbound), Just(Flow::Outbound), Just(Flow::Transit)]
    }

    proptest! {
        #[test]
        fn facts_only_grow(flow in flow(), events in proptest::collection::vec(event(), 1..12)) {
            for step in [declaration, response] {
                let mut now: Option<Standing> = None;
                for event in &events {
                    let Ok(next) = step(now, *event, flow) else { continue };
                    if let Some(now) = now {
                        prop_assert!(next.seen >= now.seen && next.sent >= now.sent);
                    }
                    now = Some(next);
                }
            }
        }
    }

    #[test]
    fn a_refusal_names_state_event_and_what_is_allowed() {
        let sent = declaration(None, StoreEvent::ToPost, Flow::Outbound).unwrap();
        let Illegal(text) = declaration(Some(sent), StoreEvent::Draft, Flow::Outbound).unwrap_err();
        assert!(text.contains("state 7") && text.contains("event 1") && text.contains("2, 6 or 7"), "{text}");
        assert!(declaration(None, StoreEvent::ToPost, Flow::Inbound).is_err());
        assert!(response(None, StoreEvent::ToPost, Flow::Outbound).is_err());
    }
}
