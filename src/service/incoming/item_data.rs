//! Item data that partners send: whose counts, what stands goes before what, and what is taken back.

use std::borrow::Cow;

use super::{Applier, CheckedItem, InboundOutcome, refused};
use crate::contract::{DeclarationData, MailObject};
use crate::domain::{DocumentKind, EventKind, Flow};
use crate::rules::authority::DataRank;
use crate::rules::item_facts::{Fact, Facts};
use crate::rules::life_cycle::StoreEvent;
use crate::rules::overlay;
use crate::rules::structure::{self, UNKNOWN_POST, given};
use crate::service::declare;
use crate::service::item::judging;
use crate::service::item::version::Timeline;
use crate::service::prepared::Content;
use crate::store::item::{Detail, Event, Item};
use crate::store::{Fault, Tx};

impl Applier<'_> {
    /// Whose the current item data is.
    pub(super) fn declarer(&self, tx: &mut Tx<'_>, item: &Item) -> Result<Option<String>, Fault> {
        let Some(current) = item.declaration().filter(|_| !item.is_new()) else { return Ok(None) };
        if current.declared_by.is_some() {
            return Ok(current.declared_by.clone());
        }
        let timeline = Timeline::of(tx, item, &self.route.stamp())?;
        Ok(timeline.author_of(current.version_no).map(str::to_owned))
    }

    /// Why item data is not taken, if there is any. Data of a lower rank never takes the place of a higher one; what the
    /// post itself wrote over what the origin had said stays until the origin says something else.
    pub(super) fn data_refused(
        &self,
        tx: &mut Tx<'_>,
        item: &Item,
        checked: &CheckedItem,
    ) -> Result<Option<InboundOutcome>, Fault> {
        let (object, from) = (&item.object, self.route.from.as_str());
        let Some(content) = checked.declared.as_ref().filter(|_| !self.route.to_customs) else { return Ok(None) };
        if object.flow == Flow::Outbound && !item.is_new() {
            let message = "the item leaves from the post it was sent to; item data comes from the origin";
            return Ok(Some(refused("flow", "MailObject.OrigPostOrgCd", message)));
        }
        let Some(declarer) = self.declarer(tx, item)?.filter(|declarer| declarer != from) else { return Ok(None) };
        let rank = |of: &str| judging::data_rank(self.catalogue, item, of);
        if rank(from) < rank(&declarer) {
            return Ok(Some(InboundOutcome::Overtaken));
        }
        if rank(&declarer) != DataRank::Owner || rank(from) != DataRank::Origin {
            return Ok(None);
        }
        let said_before = tx.last_said(&item.object, from)?;
        Ok((said_before.as_ref() == Some(&content.digest)).then_some(InboundOutcome::Overtaken))
    }

    /// Takes item data back: that of the sender, or of anyone when the origin says so. One that names another destination
    /// says that the item goes there now.
    pub(super) fn withdraw(
        &self,
        tx: &mut Tx<'_>,
        item: &mut Item,
        object: &MailObject,
    ) -> Result<InboundOutcome, Fault> {
        if item.is_new() || item.declaration().is_none() {
            return Ok(InboundOutcome::Unchanged);
        }
        let from = &self.route.from;
        let may = self.route.to_customs || *from == item.object.orig_post;
        if !may && self.declarer(tx, item)?.as_ref() != Some(from) {
            let message = format!("the item data is not from {from}, which cannot take it back");
            return Ok(refused("absent", "Declaration", &message));
        }
        let goes_to = given(&object.dest_post_org_cd).filter(|post| *post != UNKNOWN_POST);
        let mut facts = Facts(item.object.facts);
        facts.set(Fact::Redirected, goes_to.is_some_and(|post| post != item.object.dest_post));
        item.object.facts = facts.0;
        item.delete_declaration();
        item.record(Event::of(EventKind::DeclarationWithdrawn));
        Ok(InboundOutcome::Applied)
    }

    /// Item data, where there is any: final at a post, and visible to its customs; for customs, that of a post elsewhere.
    pub(super) fn declare(
        &self,
        tx: &mut Tx<'_>,
        item: &mut Item,
        checked: &CheckedItem,
        object_changed: bool,
    ) -> Result<InboundOutcome, Fault> {
        let Some(content) = &checked.declared else { return Ok(InboundOutcome::Unchanged) };
        let event = if self.route.to_customs { StoreEvent::ToCustoms } else { StoreEvent::Final };
        let content = with_overlay(item, content);
        let (content, alias) = self.with_alias(tx, item, checked, &content)?;
        let said = declare::NewDeclaration {
            event,
            customs: self.own_customs.map(str::to_owned),
            declarer: self.declarer_of(checked),
            content: &content,
        };
        let Some(placed) = declare::place(tx, self.catalogue, item, said, object_changed)? else {
            return Ok(InboundOutcome::Unchanged);
        };
        let detail = Detail { alias, ..Detail::issued(checked.told.made_at.min(tx.now)) };
        item.record(Event { kind: EventKind::DeclarationReceived, detail, document: placed.document });
        Ok(InboundOutcome::Applied)
    }

    /// Whose data it is: the sender's; a post tells its customs whose it passes on.
    fn declarer_of<'w>(&'w self, checked: &'w CheckedItem) -> &'w str {
        let stated = checked.stated.declared_by.as_deref().filter(|post| structure::is_post_code(post));
        stated.filter(|_| self.route.to_customs).unwrap_or(&self.route.from)
    }

    /// The sender's name for the version. One that it gave to other content before names neither: that is a finding.
    fn with_alias<'c>(
        &self,
        tx: &mut Tx<'_>,
        item: &Item,
        checked: &CheckedItem,
        content: &'c Content,
    ) -> Result<(Cow<'c, Content>, Option<String>), Fault> {
        let Some(name) = checked.stated.version.as_deref().filter(|name| name.len() <= ALIAS_BYTES) else {
            return Ok((Cow::Borrowed(content), None));
        };
        let same_text = item.declaration().is_some_and(|row| row.digest == content.digest);
        if item.is_new() || same_text {
            return Ok((Cow::Borrowed(content), Some(name.to_owned())));
        }
        let timeline = Timeline::of(tx, item, &self.route.stamp())?;
        let named = timeline.named_by(&self.route.from, name);
        let reused = match named {
            None => false,
            Some(version) => {
                tx.digest_of(&item.object, DocumentKind::Declaration, version.no)? != Some(content.digest.clone())
            }
        };
        if !reused {
            return Ok((Cow::Borrowed(content), Some(name.to_owned())));
        }
        let message = "EP.Version names a version that said something else before; a new version needs a new name";
        Ok((Cow::Owned(content.of_reused_name(message)), None))
    }
}

/// The content with what the owner laid over the same goods.
fn with_overlay<'c>(item: &Item, content: &'c Content) -> Cow<'c, Content> {
    let current = item.declaration().and_then(|row| row.body.as_deref()).filter(|body| overlay::is_there(body));
    let texts = current.map(|body| (serde_json::from_str(body), serde_json::from_str(content.body())));
    let Some((Ok(current), Ok(mut data))): Option<(_, serde_json::Result<DeclarationData>)> = texts else {
        return Cow::Borrowed(content);
    };
    match overlay::carry(&current, &mut data) {
        true => Cow::Owned(content.of_data(&data)),
        false => Cow::Borrowed(content),
    }
}

/// Longest name of a version that a partner may give.
const ALIAS_BYTES: usize = 64;
