//! Moving items along: UpdateMailState, UpdateMailState_ForTransitItems, UpdateMailStateAndGetCustomsStatus.

use super::automatic;
use super::catalogue::Catalogue;
use super::desk::Desk;
use super::entry::Outcome;
use super::identity::{self, Key};
use super::once::once;
use super::views::view;
use super::{Actor, Answer, RequestKey, Services};
use crate::contract::MailObject;
use crate::error::{Error, Findings, Result};
use crate::rules::flow::Flow;
use crate::rules::mail_state::{SENT_TO_CUSTOMS, moved};
use crate::rules::structure::{self, UNKNOWN_POST};
use crate::store::history::Event;
use crate::store::items::{Item, Parts};
use crate::store::{Fault, Tx};

/// A move of one item.
#[derive(Clone, Debug)]
pub struct Move {
    pub item_id: String,
    pub post: Option<String>,
    /// The destination outbound, the origin inbound and in transit.
    pub partner: String,
    pub flow: Flow,
    pub mail_state: Option<i32>,
    /// Where a transit item goes.
    pub item_destination: Option<String>,
}

/// What a move is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answering {
    Nothing,
    /// The item's view, read in the same transaction.
    /// `force`: where customs has not answered, its auto-response rules may.
    View {
        force: bool,
    },
}

impl Services {
    /// Sets the mail state, creating the item when it is new.
    ///
    /// # Errors
    /// 400 with findings; 401 when customs calls or another post is named.
    pub async fn move_item(
        &self,
        actor: &Actor,
        sent: Move,
        answering: Answering,
        key: Option<RequestKey>,
    ) -> Result<Answer> {
        let post = actor.own_post(sent.post.as_deref())?.to_owned();
        let object = object_of(&post, &sent)?;
        let (services, actor) = (self.clone(), actor.clone());
        let answer = self
            .store
            .write(move |tx| {
                once(tx, &actor, key.as_ref(), |tx| {
                    let user_created = services.ensure_user(tx, &actor)?;
                    let catalogue = services.catalogue();
                    let mut item = store_move(tx, &catalogue, &actor, &post, &object, sent.flow, user_created)?;
                    Ok(match answering {
                        Answering::View { force } => {
                            if force {
                                automatic::answer(tx, &catalogue, &mut item, &actor.stamp())?;
                            }
                            Answer::of(view(&item, &actor))
                        }
                        Answering::Nothing => Answer::void(),
                    })
                })
            })
            .await;
        self.ring();
        answer
    }
}

/// The mail object that a move describes.
fn object_of(post: &str, sent: &Move) -> Result<MailObject> {
    let mut findings = Findings::default();
    structure::check_item_id(&mut findings, "id", Some(&sent.item_id));
    structure::check_post(&mut findings, "partnerPostalOrgCd", Some(&sent.partner));
    structure::check_post(&mut findings, "itemDestPostalOrgCd", sent.item_destination.as_deref());
    if sent.partner == post {
        findings.add("posts", "partnerPostalOrgCd", "the partner is another post than the calling one");
    }
    match sent.mail_state {
        None => findings.add("required", "mailState", "give the state: 1, 2, 5, 10, 50 or 52"),
        Some(state) if !(0..=999).contains(&state) => {
            findings.add("out_of_range", "mailState", "a mail state is a number from 0 to 999");
        }
        Some(_) => {}
    }
    let unknown = || UNKNOWN_POST.to_owned();
    let (origin, destination) = match sent.flow {
        Flow::Outbound => (post.to_owned(), sent.partner.clone()),
        Flow::Inbound => (sent.partner.clone(), post.to_owned()),
        Flow::Transit => (sent.partner.clone(), sent.item_destination.clone().unwrap_or_else(unknown)),
    };
    if sent.flow == Flow::Transit && (destination == post || destination == origin) {
        let message = "a transit item goes to a third post: neither the calling one nor the partner";
        findings.add("posts", "itemDestPostalOrgCd", message);
    }
    findings.into_result()?;
    Ok(MailObject {
        id: Some(sent.item_id.clone()),
        orig_post_org_cd: Some(origin),
        dest_post_org_cd: Some(destination),
        mail_state_cd: sent.mail_state,
        ..MailObject::default()
    })
}

fn store_move(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    actor: &Actor,
    post: &str,
    object: &MailObject,
    flow: Flow,
    user_created: bool,
) -> Result<Item, Fault> {
    let key = Key::of(object);
    let mut desk = Desk::open(tx, post, std::iter::once(&key), Parts::All)?;
    desk.work_on(tx, &key, |_, item| {
        let before = item.object.mail_state;
        let mut changed = identity::merge(catalogue, item, object);
        let state = object.mail_state_cd.map(|said| moved(before, said));
        if item.object.mail_state != state {
            item.object.mail_state = state;
            changed.push("MailStateCd");
        }
        identity::check_posts(&item.object).map_err(|finding| Fault::from(vec![finding]))?;
        if item.object.flow != flow.code() {
            return Err(super::status::flow_contradicted(flow));
        }
        let visible = item.object.customs_visible || object.mail_state_cd != Some(SENT_TO_CUSTOMS);
        if changed.is_empty() && item.object.customs_visible == visible {
            return Ok(Outcome::Unchanged);
        }
        item.object.customs_visible = visible;
        let mut detail = serde_json::json!({ "MailObject": changed });
        if user_created {
            detail["UserCreated"] = true.into();
        }
        item.record(Event { name: "object.moved", detail: detail.to_string(), document: None });
        Ok(Outcome::Stored)
    })?;
    desk.save(tx, &actor.stamp())?;
    desk.into_item(&key).ok_or_else(|| Error::Internal("the item moved is gone".into()).into())
}
