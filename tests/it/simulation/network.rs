//! The network between the servers: real bytes, tokens and signatures, and no luck.
//!
//! By seed a request is lost, comes twice, comes late, comes spoiled; an answer is lost after the receiver acted; one
//! of the two processes dies in the middle; links are cut for a time.

use std::collections::BTreeMap;
use std::sync::{Arc, Barrier, Mutex, MutexGuard};

use entrepost::exchange::{Receipt, ReceiveOutcome};
use entrepost::net::{Answered, Net, Outbound, Unanswered};
use entrepost::vault::signature::{self, Signed};
use tokio::runtime::Handle;
use tokio::sync::Notify;

use super::dice::Dice;
use super::site::Site;

/// A link has a direction: who calls, and whom.
pub type Link = (&'static str, &'static str);

/// What the network did, all seeds together.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub requests: u64,
    pub lost: u64,
    pub answers_lost: u64,
    pub twice: u64,
    pub late: u64,
    pub spoiled: u64,
    pub cut: u64,
    pub deaths: u64,
}

impl Tally {
    pub fn add(&mut self, other: &Self) {
        self.requests += other.requests;
        self.lost += other.lost;
        self.answers_lost += other.answers_lost;
        self.twice += other.twice;
        self.late += other.late;
        self.spoiled += other.spoiled;
        self.cut += other.cut;
        self.deaths += other.deaths;
    }
}

/// A copy of a request that is still under way.
struct Late {
    to: &'static str,
    /// Comes in this step of the simulation.
    step: usize,
    request: Outbound,
}

struct State {
    dice: Dice,
    sites: BTreeMap<&'static str, Site>,
    cut: Vec<Link>,
    late: Vec<Late>,
    step: usize,
    /// Whether anything goes wrong at all.
    rough: bool,
    tally: Tally,
    trace: Vec<String>,
}

pub struct Network {
    state: Mutex<State>,
    /// Rings when the process that sends just now is to die.
    death: Notify,
    /// Where what it was about to hear waits until it is dead.
    burial: Barrier,
}

/// What becomes of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Arrives,
    Lost,
    AnswerLost,
    Twice,
    /// Arrives, and once more later.
    Again,
    /// Arrives later, when nobody waits for the answer.
    Late,
    Spoiled,
    ReceiverDies,
    SenderDiesBefore,
    SenderDiesAfter,
}

impl Fate {
    fn throw(dice: &mut Dice) -> Self {
        match dice.below(100) {
            0..56 => Self::Arrives,
            56..63 => Self::Lost,
            63..71 => Self::AnswerLost,
            71..76 => Self::Twice,
            76..83 => Self::Again,
            83..89 => Self::Late,
            89..92 => Self::Spoiled,
            92..94 => Self::ReceiverDies,
            94..97 => Self::SenderDiesBefore,
            _ => Self::SenderDiesAfter,
        }
    }
}

impl Network {
    pub fn new(seed: u64) -> Arc<Self> {
        let state = State {
            dice: Dice::new(seed),
            sites: BTreeMap::new(),
            cut: Vec::new(),
            late: Vec::new(),
            step: 0,
            rough: true,
            tally: Tally::default(),
            trace: Vec::new(),
        };
        Arc::new(Self { state: Mutex::new(state), death: Notify::new(), burial: Barrier::new(2) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panicked")
    }

    /// The network as one server sees it.
    pub fn seen_by(self: &Arc<Self>, name: &'static str) -> Arc<dyn Net> {
        Arc::new(Plug { name, network: Arc::clone(self) })
    }

    pub fn note(&self, what: impl Into<String>) {
        let mut state = self.state();
        let line = format!("{}: {}", state.step, what.into());
        state.trace.push(line);
    }

    pub fn trace(&self) -> Vec<String> {
        self.state().trace.clone()
    }

    pub fn tally(&self) -> Tally {
        self.state().tally
    }

    pub fn set_step(&self, step: usize) {
        self.state().step = step;
    }

    pub fn site(&self, name: &str) -> Option<Site> {
        self.state().sites.get(name).cloned()
    }

    pub fn start(&self, name: &'static str, site: Site) {
        self.state().sites.insert(name, site);
    }

    /// Ends a process: what it had in memory is gone.
    pub fn kill(&self, name: &'static str) {
        let site = self.state().sites.remove(name);
        if site.is_some() {
            self.state().tally.deaths += 1;
            self.note(format!("{name} dies"));
        }
    }

    /// Ends every process, in peace.
    pub fn close(&self) {
        let sites = std::mem::take(&mut self.state().sites);
        drop(sites);
    }

    /// Waits until the process that sends is to die.
    pub async fn death(&self) {
        self.death.notified().await;
    }

    /// To be called when it is dead.
    pub fn bury(&self) {
        self.burial.wait();
    }

    /// Lets the process that sends die. It never hears an answer, not even by chance.
    fn let_sender_die(&self) {
        self.death.notify_one();
        self.burial.wait();
    }

    /// These links are cut from now on, no other.
    pub fn cut(&self, links: Vec<Link>) {
        if self.state().cut != links {
            self.note(format!("cut: {links:?}"));
            self.state().cut = links;
        }
    }

    /// From now on nothing goes wrong any more.
    pub fn calm(&self) {
        self.cut(Vec::new());
        self.state().rough = false;
    }

    pub fn has_late(&self) -> bool {
        !self.state().late.is_empty()
    }

    /// Delivers what is late and due by now, in any order. What comes to a server that is down is lost.
    pub async fn deliver_late(&self) {
        let due = {
            let mut state = self.state();
            let (step, calm) = (state.step, !state.rough);
            let (mut due, still): (Vec<Late>, Vec<Late>) =
                std::mem::take(&mut state.late).into_iter().partition(|late| calm || late.step <= step);
            state.late = still;
            state.dice.shuffle(&mut due);
            due
        };
        for late in due {
            if let Some(site) = self.site(late.to) {
                let answered = deliver(&site, &late.request).await;
                self.note(format!("late to {}: {}", late.to, answered.status));
            }
        }
    }

    /// What becomes of a request of `from` to `to`, and whether it can get through at all.
    fn fate(&self, from: &'static str, to: &'static str, request: &Outbound) -> Result<(Fate, Site), String> {
        let mut state = self.state();
        state.tally.requests += 1;
        let fate = if state.rough { Fate::throw(&mut state.dice) } else { Fate::Arrives };
        let is_cut = state.cut.contains(&(from, to));
        // A cut link swallows what it is given, and gives some of it back when it is restored.
        let comes_later = matches!(fate, Fate::Late | Fate::Again) || (is_cut && state.dice.chance(50));
        if comes_later {
            state.tally.late += 1;
            let step = state.step + state.dice.between(1, 12) as usize;
            state.late.push(Late { to, step, request: request.clone() });
        }
        let line = format!("{}: {from} to {to}: {}{fate:?}", state.step, if is_cut { "cut, " } else { "" });
        state.trace.push(line);
        if is_cut {
            state.tally.cut += 1;
            return Err("no answer in time".into());
        }
        match fate {
            Fate::Lost => state.tally.lost += 1,
            Fate::AnswerLost => state.tally.answers_lost += 1,
            Fate::Twice => state.tally.twice += 1,
            Fate::Spoiled => state.tally.spoiled += 1,
            _ => {}
        }
        let site = state.sites.get(to).cloned().ok_or("the connection was refused")?;
        Ok((fate, site))
    }

    fn carry(&self, from: &'static str, request: Outbound) -> Result<Answered, String> {
        let to = host(&request.url);
        let (fate, site) = self.fate(from, to, &request)?;
        let silence = Err("no answer in time".to_owned());
        let arrive = |request: &Outbound| Handle::current().block_on(deliver(&site, request));
        match fate {
            Fate::Arrives | Fate::Again => Ok(arrive(&request)),
            Fate::Lost | Fate::Late => silence,
            Fate::AnswerLost => {
                arrive(&request);
                silence
            }
            Fate::Twice => {
                arrive(&request);
                Ok(arrive(&request))
            }
            Fate::Spoiled => Ok(arrive(&spoiled(request))),
            Fate::ReceiverDies => {
                arrive(&request);
                drop(site);
                self.kill(to);
                silence
            }
            Fate::SenderDiesBefore => {
                drop(site);
                self.let_sender_die();
                silence
            }
            Fate::SenderDiesAfter => {
                arrive(&request);
                drop(site);
                self.let_sender_die();
                silence
            }
        }
    }
}

/// A server's connection to the network.
struct Plug {
    name: &'static str,
    network: Arc<Network>,
}

impl Net for Plug {
    fn post(&self, request: Outbound) -> Result<Answered, Unanswered> {
        self.network.carry(self.name, request).map_err(Unanswered::Failed)
    }
}

fn host(url: &str) -> &'static str {
    let host = url.split('/').nth(2).unwrap_or_default();
    super::site::PLANS.iter().map(|plan| plan.name).find(|name| *name == host).expect("a server of the simulation")
}

/// The same with one byte changed: the signature does not fit any more.
fn spoiled(mut request: Outbound) -> Outbound {
    let middle = request.body.len() / 2;
    request.body[middle] ^= 1;
    request
}

/// What the inbox does with a request.
async fn deliver(site: &Site, request: &Outbound) -> Answered {
    let header = |name: &str| request.headers.iter().find(|header| header.0 == name).map_or("", |header| &header.1);
    let signed = Signed {
        id: header(signature::ID).to_owned(),
        timestamp: header(signature::TIMESTAMP).to_owned(),
        signature: header(signature::SIGNATURE).to_owned(),
    };
    let token = header("authorization").trim_start_matches("Bearer ");
    let received = match site.exchange.caller(token, signed, &request.body).await {
        Ok(partner) => site.exchange.receive(&partner, request.body.clone().into()).await,
        Err(error) => Err(error),
    };
    match received {
        Ok(Receipt { outcome, control, .. }) => {
            Answered { status: status(outcome), body: control, ..Answered::default() }
        }
        Err(error) => Answered { status: error.status(), ..Answered::default() },
    }
}

fn status(outcome: ReceiveOutcome) -> u16 {
    match outcome {
        ReceiveOutcome::Taken | ReceiveOutcome::Repeated => 200,
        ReceiveOutcome::Conflict => 409,
        ReceiveOutcome::Unreadable => 400,
    }
}
