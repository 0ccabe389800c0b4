//! Completes declarations by what their organization keeps: its goods and its senders. Which members are filled in is
//! decided by `rules/enrich`.

use std::collections::BTreeSet;

use super::declare::Declared;
use super::rights::UseCase;
use super::trade::is_offered_at;
use super::{Actor, Services};
use crate::contract::MarketedGood;
use crate::error::{Error, Result};
use crate::rules::enrich::{self, Supply};
use crate::store::{Fault, Tx};

/// What declarations lack.
#[derive(Debug)]
struct Lacking {
    goods: BTreeSet<i32>,
    sender: bool,
}

impl Lacking {
    fn of(sent: &[&mut Declared]) -> Self {
        let data = || sent.iter().filter_map(|sent| sent.declaration.as_ref()?.data.as_ref());
        Self { goods: data().flat_map(enrich::goods_named).collect(), sender: data().any(enrich::needs_sender) }
    }

    fn is_nothing(&self) -> bool {
        self.goods.is_empty() && !self.sender
    }

    fn supply(&self, tx: &mut Tx<'_>, org: &str, client: Option<&str>) -> Result<Supply, Fault> {
        let mut supply = Supply::default();
        for number in &self.goods {
            let Some(row) = tx.good(org, *number)? else { continue };
            let good: MarketedGood = serde_json::from_str(&row.body)
                .map_err(|error| Error::Internal(format!("a stored offer cannot be read: {error}")))?;
            supply.goods.insert(*number, (good, is_offered_at(&row, tx.now)));
        }
        if self.sender {
            supply.sender = tx.default_sender(org, client)?.map(|profile| profile.sender);
        }
        Ok(supply)
    }
}

impl Services {
    /// Fills in what declarations leave out, and notes beside each what could not be found.
    ///
    /// # Errors
    /// 401 for customs; when the database is away.
    pub async fn complete(&self, actor: &Actor, sent: impl Iterator<Item = &mut Declared>) -> Result<()> {
        actor.check(UseCase::Declare)?;
        let mut sent: Vec<&mut Declared> = sent.collect();
        let lacking = Lacking::of(&sent);
        let mut supply = Supply::default();
        if !lacking.is_nothing() {
            let (org, client) = (actor.own_post(None)?.to_owned(), actor.client.clone());
            supply = self.store.read(move |tx| lacking.supply(tx, &org, client.as_deref())).await?;
        }
        let catalogue = self.catalogue();
        let only_post = |country: &str| match <[String; 1]>::try_from(catalogue.posts_of(country)) {
            Ok([post]) => Some(post),
            Err(_) => None,
        };
        for sent in &mut sent {
            let (Some(object), Some(declaration)) = (&mut sent.object, &mut sent.declaration) else { continue };
            let Some(data) = declaration.data.as_mut().filter(|_| declaration.entity_state.stores()) else { continue };
            let findings = enrich::complete(object, data, &supply, only_post);
            sent.found.extend_under(&format!("{}.Data", sent.declaration_path), findings);
        }
        Ok(())
    }
}
