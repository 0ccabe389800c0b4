//! Which event may follow which state, and what it leads to.
//!
#![doc = include_str!("life_cycle.md")]
//!
//! "Seen" (by the own customs) and "sent" (to the partner post) are facts of their own and only grow; a draft after
//! either is refused. Pure; knows no item and no store.

use super::security::has_departed;
use crate::contract::ingestion::DeclarationEvent;
use crate::domain::{DeclarationState, Flow, ResponseState};

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

impl From<DeclarationEvent> for StoreEvent {
    fn from(event: DeclarationEvent) -> Self {
        match event {
            DeclarationEvent::Draft => Self::Draft,
            DeclarationEvent::Final => Self::Final,
            DeclarationEvent::ToCustoms => Self::ToCustoms,
            DeclarationEvent::ToPost => Self::ToPost,
        }
    }
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

    /// What stores a declaration in this state again.
    pub fn of_state(state: DeclarationState) -> Self {
        match state {
            DeclarationState::Draft => Self::Draft,
            DeclarationState::Final => Self::Final,
            DeclarationState::ToCustoms => Self::ToCustoms,
            DeclarationState::ToPost => Self::ToPost,
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
pub struct Standing<State> {
    /// `CDSStateCd`.
    pub state: State,
    /// The own customs may see it.
    pub seen: bool,
    /// It went to the partner post.
    pub sent: bool,
}

/// A move that is not allowed, said for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Illegal(pub String);

/// What `event` makes of a declaration on an item of `flow`.
///
/// # Errors
/// A draft after the declaration was seen or sent; sending an inbound item to its destination, which is here.
pub fn declaration(
    now: Option<Standing<DeclarationState>>,
    event: StoreEvent,
    flow: Flow,
) -> Result<Standing<DeclarationState>, Illegal> {
    let stated = now.map(|now| now.state.stored());
    let (seen, sent) = now.map_or((false, false), |now| (now.seen, now.sent));
    match event {
        StoreEvent::Draft if seen || sent => Err(no_way_back("declaration", stated, "2, 6 or 7")),
        StoreEvent::Draft => Ok(Standing { state: DeclarationState::Draft, seen, sent }),
        StoreEvent::Final => {
            Ok(Standing { state: DeclarationState::Final, seen: true, sent: sent || flow != Flow::Inbound })
        }
        StoreEvent::ToCustoms => Ok(Standing { state: DeclarationState::ToCustoms, seen: true, sent }),
        StoreEvent::ToPost if flow == Flow::Inbound => Err(Illegal(format!(
            "event 7 sends to the destination post, but the item is inbound{}; allowed here: 1, 2 or 6",
            in_state(stated)
        ))),
        StoreEvent::ToPost => Ok(Standing { state: DeclarationState::ToPost, seen, sent: true }),
    }
}

/// How a declaration is taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withdrawal {
    /// Nobody was told of it.
    Deleted,
    /// Who was told of it is told so.
    Withdrawn,
}

/// How the declaration of an item of `flow` in this mail state is taken back.
///
/// # Errors
/// Where there is none; inbound, where its origin takes it back; once the item has left.
pub fn withdrawal(
    now: Option<Standing<DeclarationState>>,
    flow: Flow,
    mail_state: Option<i32>,
) -> Result<Withdrawal, Illegal> {
    let Some(now) = now else { return Err(Illegal("there is no declaration to withdraw".into())) };
    if !now.seen && !now.sent {
        return Ok(Withdrawal::Deleted);
    }
    if flow == Flow::Inbound {
        return Err(Illegal("the item is inbound: its origin withdraws it, not its destination".into()));
    }
    if has_departed(mail_state) {
        let state = mail_state.unwrap_or_default();
        return Err(Illegal(format!("the item has left (mail state {state}) and cannot be withdrawn any more")));
    }
    Ok(Withdrawal::Withdrawn)
}

/// What `event` makes of a response on an item of `flow`; `sent` means transferred to the origin post.
///
/// # Errors
/// A draft after a final response; transferring a response of an item that is not inbound.
pub fn response(
    now: Option<Standing<ResponseState>>,
    event: StoreEvent,
    flow: Flow,
) -> Result<Standing<ResponseState>, Illegal> {
    let stated = now.map(|now| now.state.stored());
    let sent = now.is_some_and(|now| now.sent);
    let is_final = now.is_some_and(|now| now.seen || now.sent);
    let inbound = flow == Flow::Inbound;
    match event {
        StoreEvent::Draft if is_final => Err(no_way_back("response", stated, "2, 6 or 7")),
        StoreEvent::Draft => Ok(Standing { state: ResponseState::Draft, seen: false, sent: false }),
        StoreEvent::Final => Ok(Standing { state: ResponseState::Final, seen: true, sent: sent || inbound }),
        StoreEvent::ToCustoms => Ok(Standing { state: ResponseState::Final, seen: true, sent }),
        StoreEvent::ToPost if !inbound => Err(Illegal(format!(
            "event 7 transfers a response to the origin post, but the item is {}{}; allowed here: 1, 2 or 6",
            flow.name(),
            in_state(stated)
        ))),
        StoreEvent::ToPost => Ok(Standing { state: ResponseState::Transferred, seen: true, sent: true }),
    }
}

fn in_state(state: Option<i32>) -> String {
    state.map(|state| format!(" (state {state})")).unwrap_or_default()
}

fn no_way_back(what: &str, state: Option<i32>, allowed: &str) -> Illegal {
    let state = state.unwrap_or(0);
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

    type Step<State> = fn(Option<Standing<State>>, StoreEvent, Flow) -> Result<Standing<State>, Illegal>;

    fn only_grows<State: Copy>(step: Step<State>, flow: Flow, events: &[StoreEvent]) -> bool {
        let mut now: Option<Standing<State>> = None;
        events.iter().all(|event| {
            let Ok(next) = step(now, *event, flow) else { return true };
            let before = now.replace(next);
            before.is_none_or(|before| next.seen >= before.seen && next.sent >= before.sent)
        })
    }

    proptest! {
        #[test]
        fn facts_only_grow(flow in flow(), events in proptest::collection::vec(event(), 1..12)) {
            prop_assert!(only_grows(declaration, flow, &events) && only_grows(response, flow, &events));
        }
    }

    #[test]
    fn what_was_passed_on_is_withdrawn_before_it_leaves_and_a_draft_is_deleted() {
        let stands = |state, seen, sent| Some(Standing { state, seen, sent });
        let draft = stands(DeclarationState::Draft, false, false);
        let passed_on = stands(DeclarationState::Final, true, true);
        for flow in [Flow::Outbound, Flow::Transit] {
            for mail_state in [None, Some(1), Some(2), Some(5)] {
                assert_eq!(withdrawal(draft, flow, mail_state), Ok(Withdrawal::Deleted));
                assert_eq!(withdrawal(passed_on, flow, mail_state), Ok(Withdrawal::Withdrawn));
            }
            for mail_state in [10, 50, 52] {
                let Illegal(text) = withdrawal(passed_on, flow, Some(mail_state)).unwrap_err();
                assert!(text.contains(&mail_state.to_string()), "{text}");
            }
            assert!(withdrawal(None, flow, None).is_err());
        }
        assert!(withdrawal(passed_on, Flow::Inbound, None).is_err());
        assert_eq!(withdrawal(draft, Flow::Inbound, None), Ok(Withdrawal::Deleted));
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
