//! What operators do: partners, what was said about an item, bytes of an interchange, quarantine.

use super::handle::Exchange;
use super::monitor;
use super::partner::{self, NewPartner};
use crate::error::{Error, Result};
use crate::limits;
pub use crate::store::inbox::ItemInRow;
use crate::store::inbox::ReceivedRow;
pub use crate::store::item::MessageRow;
use crate::store::item::Stamp;
use crate::store::outbox::SendingRow;
use crate::store::partner::PartnerRow;

/// An interchange, sent or received.
#[derive(Clone, Debug)]
pub enum Traffic {
    Sent(SendingRow),
    Received(ReceivedRow),
}

impl Exchange {
    /// Adds a partner, or changes what is given of it.
    ///
    /// # Errors
    /// 400 with what is wrong.
    pub async fn put_partner(&self, new: NewPartner) -> Result<()> {
        let vault = self.services.vault.clone();
        self.store.write(move |tx| partner::put(tx, new.clone(), &vault)).await?;
        self.services.notify_outbox();
        Ok(())
    }

    /// Forgets the way to a partner; what is for it waits.
    ///
    /// # Errors
    /// 400 when there is none.
    pub async fn drop_partner(&self, code: &str) -> Result<()> {
        let name = code.to_owned();
        let dropped = self.store.write(move |tx| tx.drop_partner(&name, &Stamp::command_line())).await?;
        if dropped { Ok(()) } else { Err(Error::invalid("absent", "CODE", "there is no such partner")) }
    }

    /// Every partner, by code.
    pub async fn partners(&self) -> Result<Vec<PartnerRow>> {
        self.store.read(|tx| tx.partners()).await
    }

    /// What was said to anyone about an item of `org`, and what `org` was told about it.
    pub async fn item_log(&self, org: &str, item_id: &str) -> Result<(Vec<MessageRow>, Vec<ItemInRow>)> {
        let (org, item_id) = (org.to_owned(), item_id.to_owned());
        self.store.read(move |tx| Ok((tx.messages_named(&org, &item_id)?, tx.items_in_named(&org, &item_id)?))).await
    }

    /// Interchanges with this reference.
    pub async fn traffic(&self, reference: &str) -> Result<Vec<Traffic>> {
        let reference = reference.to_owned();
        self.store
            .read(move |tx| {
                let sent = tx.sendings_named(&reference)?.into_iter().map(Traffic::Sent);
                let received = tx.received_named(&reference)?.into_iter().map(Traffic::Received);
                Ok(sent.chain(received).collect())
            })
            .await
    }

    /// Interchanges received that are in quarantine, oldest first.
    pub async fn quarantine(&self) -> Result<Listed<ReceivedRow>> {
        let rows = self.store.read(|tx| tx.quarantined_received(limits::EXCHANGE_LISTED + 1)).await?;
        Ok(Listed::of(rows))
    }

    /// Forgets interchanges of a partner that are in quarantine, one or all; gives how many.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn discard(&self, partner: &str, reference: Option<&str>) -> Result<usize> {
        let (partner, reference) = (partner.to_owned(), reference.map(str::to_owned));
        self.store.write(move |tx| tx.discard_quarantined(&partner, reference.as_deref())).await
    }

    /// Items that have waited for their object too long, oldest first.
    pub async fn parked(&self) -> Result<Listed<ItemInRow>> {
        let before = monitor::overdue(self.clock.now());
        let rows = self.store.read(move |tx| tx.parked_before(before, limits::EXCHANGE_LISTED + 1)).await?;
        Ok(Listed::of(rows))
    }

    /// Lets quarantined messages to a partner (of one interchange, or all) wait again, and ends a rest of the link;
    /// gives how many.
    pub async fn retry(&self, code: &str, interchange: Option<&str>) -> Result<usize> {
        let (code, interchange) = (code.to_owned(), interchange.map(str::to_owned));
        let again = self.store.write(move |tx| {
            tx.wake_link(&code)?;
            tx.requeue(&code, interchange.as_deref())
        });
        let again = again.await?;
        self.services.notify_outbox();
        Ok(again)
    }
}

/// The first [`limits::EXCHANGE_LISTED`] rows of a list for people.
#[derive(Clone, Debug)]
pub struct Listed<R> {
    pub rows: Vec<R>,
    /// More follow, which are not shown.
    pub more: bool,
}

impl<R> Listed<R> {
    fn of(mut rows: Vec<R>) -> Self {
        let more = rows.len() > limits::EXCHANGE_LISTED;
        rows.truncate(limits::EXCHANGE_LISTED);
        Self { rows, more }
    }
}

/// For people: how far an interchange has come.
pub fn traffic_state(traffic: &Traffic) -> String {
    match traffic {
        Traffic::Sent(row) => row.state.to_string(),
        Traffic::Received(row) => row.state.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_is_cut_off_says_so() {
        let listed = |count: usize| Listed::of(vec![(); count]);
        let (whole, cut) = (listed(limits::EXCHANGE_LISTED), listed(limits::EXCHANGE_LISTED + 1));
        assert_eq!((whole.rows.len(), whole.more), (limits::EXCHANGE_LISTED, false));
        assert_eq!((cut.rows.len(), cut.more), (limits::EXCHANGE_LISTED, true));
    }
}
