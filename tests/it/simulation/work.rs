//! What the organizations do with their items, and what must come of it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use entrepost::contract::{Declaration, MailObject, Referral, ReferralResponse, Response};
use entrepost::error::{Error, Findings};
use entrepost::rules::life_cycle::StoreEvent;
use entrepost::service::declare::Declared;
use entrepost::service::refer::About;
use entrepost::service::respond::Responded;
use entrepost::service::{Actor, BatchMode, Entry, Services};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::dice::Dice;
use super::site::INFORMS;
use crate::harness::data::{declaration, mail_object, response, s10};

/// One thing that an organization does with an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// AUA declares it, with this number as its content.
    Declare(u32),
    /// AU lets it leave.
    Export,
    /// DE decides: the code, and when (absent: when it is stored).
    Decide(&'static str, Option<i64>),
    /// DEA or DE asks.
    Ask(Question),
    /// AUA answers.
    Reply(Question, &'static str),
    /// FRA declares it: as its own, or as if it handed it on.
    Intrude(&'static str),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub by: &'static str,
    pub code: &'static str,
    pub reference: String,
}

/// Kinds of acts, as they are done together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Declare,
    Export,
    Decide,
    AskByPost,
    AskByCustoms,
    Reply,
    Intrude,
}

impl Kind {
    pub const ALL: [Self; 7] =
        [Self::Declare, Self::Export, Self::Decide, Self::AskByPost, Self::AskByCustoms, Self::Reply, Self::Intrude];

    /// The server it is done on.
    pub fn site(self) -> &'static str {
        match self {
            Self::Declare | Self::Export | Self::Reply => "a",
            Self::AskByPost | Self::Intrude => "b",
            Self::Decide | Self::AskByCustoms => "c",
        }
    }

    /// Who does it.
    pub fn org(self) -> &'static str {
        match self {
            Self::Declare | Self::Reply => "AUA",
            Self::Export => "AU",
            Self::AskByPost => "DEA",
            Self::Intrude => "FRA",
            Self::Decide | Self::AskByCustoms => "DE",
        }
    }
}

impl Act {
    pub fn kind(&self) -> Kind {
        match self {
            Self::Declare(_) => Kind::Declare,
            Self::Export => Kind::Export,
            Self::Decide(..) => Kind::Decide,
            Self::Ask(question) if question.by == "DE" => Kind::AskByCustoms,
            Self::Ask(_) => Kind::AskByPost,
            Self::Reply(..) => Kind::Reply,
            Self::Intrude(_) => Kind::Intrude,
        }
    }
}

/// An item: what is still to be done with it, in threads that have an order each and none among themselves, and what
/// was done.
pub struct Story {
    pub id: String,
    threads: Vec<VecDeque<Act>>,
    pub declared: u32,
    /// Customs need not wait for the data.
    hasty: bool,
    pub decided: Vec<(&'static str, Option<i64>)>,
    /// Reference of each question, and who asked.
    pub asked: BTreeMap<String, &'static str>,
    pub replied: BTreeSet<String>,
}

impl Story {
    pub fn throw(dice: &mut Dice, number: u32) -> Self {
        let id = s10("EE", 20_000_000 + number, "AU");
        let mut threads = vec![(1..=1 + dice.between(0, 3) as u32).map(Act::Declare).collect()];
        if dice.chance(60) {
            threads.push([Act::Export].into());
        }
        let decisions = (0..dice.below(4)).map(|_| {
            let at = (!dice.chance(10)).then(|| dice.between(0, 400) as i64);
            Act::Decide(dice.pick(&["1", "2", "4", "5", "6", "8", INFORMS, INFORMS]), at)
        });
        threads.push(decisions.collect());
        for asked in 0..if dice.chance(20) { dice.between(1, 2) } else { 0 } {
            let by = dice.pick(&["DEA", "DE"]);
            let code = dice.pick(&["RFI", "RFI", "AMD", "INC", "RFS", "ASC"]);
            let question = Question { by, code, reference: format!("{id}-{asked}") };
            let mut thread = VecDeque::from([Act::Ask(question.clone())]);
            if code != "ASC" && dice.chance(80) {
                let answer = if code == "RFS" { "R20" } else { dice.pick(&["R10", "R12", "R42"]) };
                thread.push_back(Act::Reply(question, answer));
            }
            threads.push(thread);
        }
        if dice.chance(25) {
            let as_whose = (0..dice.between(1, 2)).map(|_| Act::Intrude(dice.pick(&["FRA", "AUA", "AUA"])));
            threads.push(as_whose.collect());
        }
        let hasty = dice.chance(5);
        let (declared, decided) = (0, Vec::new());
        Self { id, threads, declared, hasty, decided, asked: BTreeMap::new(), replied: BTreeSet::new() }
    }

    pub fn is_over(&self) -> bool {
        self.threads.iter().all(VecDeque::is_empty)
    }

    /// What of this kind could be done next; with the thread it stands in.
    pub fn next(&self, kind: Kind) -> Option<(usize, Act)> {
        let may_begin = matches!(kind, Kind::Declare | Kind::Intrude) || (self.hasty && kind == Kind::Decide);
        let waits = self.declared == 0 && !may_begin;
        let mut heads = self.threads.iter().enumerate().filter_map(|(at, thread)| Some((at, thread.front()?)));
        heads.find(|(_, act)| act.kind() == kind && !waits).map(|(at, act)| (at, act.clone()))
    }

    /// Notes that the first act of a thread was done.
    pub fn done(&mut self, thread: usize) {
        match self.threads[thread].pop_front() {
            Some(Act::Declare(version)) => self.declared = version,
            Some(Act::Decide(code, at)) => self.decided.push((code, at)),
            Some(Act::Ask(question)) => drop(self.asked.insert(question.reference, question.by)),
            Some(Act::Reply(question, _)) => drop(self.replied.insert(question.reference)),
            Some(Act::Export | Act::Intrude(_)) | None => {}
        }
    }

    fn object(&self) -> MailObject {
        read(mail_object(&self.id, "AUA", "DEA"))
    }
}

fn read<T: DeserializeOwned>(value: Value) -> T {
    // By way of its text: numbers keep their digits.
    serde_json::from_str(&value.to_string()).expect("a contract")
}

/// Does one kind of act with several items; says with which it was done.
pub async fn perform(services: &Services, actor: &Actor, kind: Kind, acts: &[(&Story, Act)]) -> Vec<bool> {
    match kind {
        Kind::Declare | Kind::Intrude => {
            let entries = acts.iter().map(|(story, act)| declared(story, act)).collect();
            let stored = services.store_declarations(actor, entries, BatchMode::AllOrNothing, None).await;
            stored.expect("stores declarations");
            vec![true; acts.len()]
        }
        Kind::Export | Kind::Decide => {
            let entries = acts.iter().map(|(story, act)| responded(story, act)).collect();
            let stored = services.store_responses(actor, entries, BatchMode::AllOrNothing, None).await;
            stored.expect("stores responses");
            vec![true; acts.len()]
        }
        Kind::AskByPost | Kind::AskByCustoms | Kind::Reply => {
            let mut done = Vec::new();
            for (story, act) in acts {
                done.push(talk(services, actor, story, act).await);
            }
            done
        }
    }
}

fn declared(story: &Story, act: &Act) -> Entry<Declared> {
    let (amount, origin) = match act {
        Act::Declare(version) => (format!("{version}.50"), "AUA"),
        Act::Intrude(origin) => ("999.00".to_owned(), *origin),
        _ => unreachable!("declarations only"),
    };
    let declaration: Declaration = read(declaration(&amount));
    entry(story, |object| Declared {
        object: Some(MailObject { orig_post_org_cd: Some(origin.into()), ..object }),
        declaration: Some(declaration),
        event: StoreEvent::Final,
        object_path: "mailObject".into(),
        declaration_path: "decl".into(),
        external_reference: None,
        ingestion: None,
        callback: None,
        found: Findings::default(),
    })
}

fn responded(story: &Story, act: &Act) -> Entry<Responded> {
    let content = match act {
        Act::Decide(code, Some(at)) => response(code, *at),
        Act::Decide(code, None) => json!({ "Data": { "DecisionCd": code } }),
        _ => response("2", 0),
    };
    let response: Response = read(content);
    entry(story, |object| Responded {
        object: Some(object),
        response: Some(response),
        event: StoreEvent::Final,
        object_path: "mailObject".into(),
        response_path: "resp".into(),
        found: Findings::default(),
    })
}

fn entry<T>(story: &Story, content: impl FnOnce(MailObject) -> T) -> Entry<T> {
    Entry { list: "", index: None, item_id: Some(story.id.clone()), content: Ok(content(story.object())) }
}

/// Asks or answers. Not done while what it is about has not arrived.
async fn talk(services: &Services, actor: &Actor, story: &Story, act: &Act) -> bool {
    let about =
        |post: &str, partner: &str| About { item_id: story.id.clone(), post: post.into(), partner: partner.into() };
    let said = match act {
        Act::Ask(question) => {
            let content = json!({ "ReferralCd": question.code, "ReferralId": question.reference,
                "Remarks": format!("{} about {}", question.code, story.id) });
            services.create_referral(actor, about("DEA", "AUA"), read::<Referral>(content), None).await
        }
        Act::Reply(question, code) => {
            let content =
                json!({ "ReferralResponseCd": code, "ReferralId": question.reference, "Information": "Looked" });
            services.answer_referral(actor, about("AUA", "DEA"), read::<ReferralResponse>(content), None).await
        }
        _ => unreachable!("referrals and answers only"),
    };
    match said {
        Ok(_) => true,
        Err(Error::Invalid(findings)) if findings.iter().all(|finding| finding.code == "absent") => false,
        Err(error) => panic!("{}: {act:?}: {error}", story.id),
    }
}
