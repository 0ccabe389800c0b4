//! Who is notified of what happens at each post: receivers that fail by chance, and forget nothing of what came.
//!
//! They throw dice of their own: deliveries run beside each other, in an order that no seed rules, and nothing of the course follows
//! from it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use entrepost::contract::subscription::{GoOn, NewSubscription};
use entrepost::net::{Answered, Net, Outbound, Unanswered};
use entrepost::notify::{Notifier, SubscriptionId};
use entrepost::service::events::EventQuery;
use serde_json::{Value, json};

use super::dice::Dice;
use super::site::Site;

/// A call that a receiver took.
#[derive(Clone, Debug, PartialEq)]
struct Taken {
    id: String,
    item: String,
    item_sequence: i64,
    sequence: i64,
    body: Value,
}

struct State {
    dice: Dice,
    /// Whether any of them fails.
    rough: bool,
    /// By post, in the order in which they came.
    taken: BTreeMap<String, Vec<Taken>>,
    tally: Tally,
}

/// What the receivers did, all seeds together.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub calls: u64,
    /// Of these, not taken, or taken without the sender hearing of it.
    pub failed: u64,
    pub again: u64,
    /// Dispatches that were cut off in the middle.
    pub killed: u64,
    /// Subscriptions that were disabled after days of failing, and enabled by their owners.
    pub enabled: u64,
}

impl Tally {
    pub fn add(&mut self, other: &Self) {
        self.calls += other.calls;
        self.failed += other.failed;
        self.again += other.again;
        self.killed += other.killed;
        self.enabled += other.enabled;
    }
}

/// The receivers of one course; a network for those who call them.
pub struct Receivers(Mutex<State>);

impl Receivers {
    pub fn new(seed: u64) -> Arc<Self> {
        let state = State { dice: Dice::new(seed), rough: true, taken: BTreeMap::new(), tally: Tally::default() };
        Arc::new(Self(Mutex::new(state)))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("nobody panicked")
    }

    pub fn tally(&self) -> Tally {
        self.state().tally
    }

    fn notifier(self: &Arc<Self>, site: &Site) -> Notifier {
        Notifier::new(site.services.clone(), Arc::clone(self) as Arc<dyn Net>, None)
    }

    /// Subscribes one of them to everything at a post.
    pub async fn subscribe(self: &Arc<Self>, site: &Site, post: &str) {
        let new = NewSubscription { url: format!("https://receiver.example/{post}"), ..NewSubscription::default() };
        let actor = site.actor(post).await;
        self.notifier(site).create(&actor, new).await.expect("a subscription");
    }

    /// What its owner does who is told that a subscription was disabled: hours pass between one dispatch and the next, so that two
    /// calls that fail can be days of failing.
    async fn enable_again(self: &Arc<Self>, site: &Site, post: &str) {
        let (actor, notifier) = (site.actor(post).await, self.notifier(site));
        for one in notifier.list(&actor).await.expect("lists") {
            if one.state == "disabled" {
                let id = SubscriptionId::parse(&one.id).expect("an id");
                notifier.enable(&actor, id, GoOn::default()).await.expect("enables");
                self.state().tally.enabled += 1;
            }
        }
    }

    /// Sends what is due; by chance the process dies meanwhile. What it was about to hear is lost with it.
    pub async fn dispatch(self: &Arc<Self>, site: &Site, posts: impl Iterator<Item = &str>) {
        for post in posts {
            self.enable_again(site, post).await;
        }
        site.services.derive_events().await.expect("derives");
        let notifier = self.notifier(site);
        let dies_after_ms = {
            let mut state = self.state();
            (state.rough && state.dice.chance(30)).then(|| state.dice.between(0, 20))
        };
        match dies_after_ms {
            None => notifier.drain().await.expect("notifies"),
            Some(ms) => match tokio::time::timeout(Duration::from_millis(ms), notifier.drain()).await {
                Ok(done) => done.expect("notifies"),
                Err(_) => self.state().tally.killed += 1,
            },
        }
    }

    /// From now on they take everything.
    pub fn calm(&self) {
        self.state().rough = false;
    }

    /// What is wrong with what came of a post: everything that its feed has came, once by its id and number, and in the order of
    /// each item.
    pub async fn faults(self: &Arc<Self>, site: &Site, post: &str) -> Vec<String> {
        let wanted = feed(site, post).await;
        let taken = self.state().taken.get(post).cloned().unwrap_or_default();
        let mut wrong = Vec::new();
        let mut first: HashMap<&str, &Taken> = HashMap::new();
        let mut last_of_item: HashMap<&str, i64> = HashMap::new();
        let mut numbers: HashMap<i64, &str> = HashMap::new();
        for one in &taken {
            if let Some(before) = first.get(one.id.as_str()) {
                wrong.extend((*before != one).then(|| format!("{post}: {} came again otherwise", one.id)));
                continue;
            }
            first.insert(&one.id, one);
            let other = numbers.insert(one.sequence, &one.id);
            wrong.extend(other.map(|other| format!("{post}: {} and {other} have one number", one.id)));
            let before = last_of_item.insert(&one.item, one.item_sequence).unwrap_or(i64::MIN);
            let in_order = one.item.is_empty() || before <= one.item_sequence;
            wrong.extend((!in_order).then(|| format!("{post}: {} came after what followed it", one.id)));
        }
        let missing: Vec<&String> = wanted.iter().filter(|id| !first.contains_key(id.as_str())).collect();
        if !missing.is_empty() {
            let all = self.notifier(site).list(&site.actor(post).await).await.expect("lists");
            let states: Vec<String> =
                all.iter().map(|one| format!("{}, {}", one.state, one.reason.as_deref().unwrap_or("well"))).collect();
            wrong.push(format!("{post}: subscriptions: {states:?}"));
        }
        wrong.extend(missing.into_iter().map(|id| format!("{post}: {id} never came")));
        let unknown = first.keys().filter(|id| !wanted.iter().any(|known| known == *id));
        wrong.extend(unknown.map(|id| format!("{post}: {id} is not in the feed")));
        wrong
    }
}

/// The ids of everything in the feed of a post.
async fn feed(site: &Site, post: &str) -> Vec<String> {
    let actor = site.actor(post).await;
    let (mut ids, mut after) = (Vec::new(), None);
    loop {
        let query = EventQuery { after: after.clone(), limit: Some(1_000), ..EventQuery::default() };
        let page = site.services.events(&actor, query).await.expect("reads");
        ids.extend(page.events.iter().map(|event| event.id.clone()));
        if !page.more {
            return ids;
        }
        after = Some(page.next);
    }
}

impl Net for Receivers {
    fn post(&self, request: Outbound) -> Result<Answered, Unanswered> {
        let body: Value = serde_json::from_slice(&request.body).expect("JSON");
        let answered =
            |status: u16, body: &Value| Ok(Answered { status, retry_after: None, body: body.to_string().into_bytes() });
        if body["type"] == "endpoint.verification" {
            return answered(200, &json!({ "challenge": body["data"]["challenge"] }));
        }
        let post = request.url.rsplit('/').next().unwrap_or_default().to_owned();
        let mut state = self.state();
        state.tally.calls += 1;
        let luck = if state.rough { state.dice.below(100) } else { 100 };
        state.tally.failed += u64::from(luck < 25);
        match luck {
            0..5 => return answered(500, &Value::Null),
            5..10 => return Err(Unanswered::TimedOut),
            10..15 => return Err(Unanswered::Failed("the receiver is away".into())),
            _ => {}
        }
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let taken = Taken {
            id: text(&body["id"]),
            item: text(&body["data"]["pId"]),
            item_sequence: body["data"]["itemSequence"].as_i64().unwrap_or_default(),
            sequence: body["sequence"].as_i64().expect("a number"),
            body,
        };
        let all = state.taken.entry(post).or_default();
        let is_known = all.iter().any(|known| known.id == taken.id);
        all.push(taken);
        state.tally.again += u64::from(is_known);
        // Taken, and the answer is lost.
        if luck < 25 { Err(Unanswered::TimedOut) } else { answered(200, &Value::Null) }
    }
}
