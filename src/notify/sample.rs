//! Samples: a signed event that never happened, for who sets a receiver up.

use uuid::Uuid;

use super::notifier::Notifier;
use super::owner::{SubscriptionId, count_within, of_actor, word};
use super::send::{Receiver, body_of};
use super::view::{name_of, time};
use crate::contract::event::{EventContent, EventData, EventLight, EventLinks, EventView};
use crate::contract::subscription::TestResult;
use crate::domain::{Notification, SubscriptionState};
use crate::error::{Error, Result};
use crate::limits;
use crate::service::Actor;
use crate::store::subscription::SubscriptionRow;
impl Notifier {
    /// Sends a sample and waits for the answer.
    ///
    /// # Errors
    /// 404; 400 for a type that there is none of; 429.
    pub async fn test(&self, actor: &Actor, id: SubscriptionId, event_type: Option<&str>) -> Result<TestResult> {
        let event_type = match event_type {
            None => Notification::LightChanged,
            Some(text) => {
                let known = Notification::ALL.map(Notification::stored).join(", ");
                word("type", text, |text| Notification::from_stored(text).ok(), &known)?
            }
        };
        let by = actor.clone();
        let found = self.store.read(move |tx| {
            let row = of_actor(tx, &by, id)?;
            let secrets = tx.subscription_secrets(&row.org, row.id)?;
            Ok((row, secrets))
        });
        let (row, secrets) = found.await?;
        if row.state == SubscriptionState::Unverified {
            let message = "the receiver has not answered the challenge yet; verify it first";
            return Err(Error::invalid("state", "id", message));
        }
        let refused = Error::TooManyRequests { retry_after_s: 60, what: "tests of this subscription" };
        count_within(&self.tests, (row.org.clone(), row.id), limits::HOOK_TESTS_MIN, refused)?;
        let event = self.sample(&row, event_type);
        let receiver = Receiver::of(self, &row, &secrets)?;
        let called = self.call(&receiver, None, &event.id, body_of(&event)).await;
        Ok(TestResult {
            delivered: called.trouble.is_none(),
            status: called.status,
            milliseconds: called.ms,
            error: called.trouble.map(|(code, _)| code.to_owned()),
            event,
        })
    }

    fn sample(&self, row: &SubscriptionRow, event_type: Notification) -> EventView {
        let (id, pid) = (Uuid::now_v7(), Uuid::nil());
        let light =
            EventLight { is: "Green", was: Some("Amber"), reasons: vec!["CLEARED"], may_proceed: true, binding: false };
        let base = &self.base;
        EventView {
            id: format!("evt_{}_1t", id.simple()),
            r#type: event_type.stored(),
            subtype: (event_type == Notification::LightChanged).then(|| "green".to_owned()),
            timestamp: time(self.clock.now()),
            organization: row.org.clone(),
            subscription: Some(name_of(row.id)),
            sequence: None,
            replay: None,
            test: Some(true),
            data: EventContent::Item(Box::new(EventData {
                item_id: "EE123456785AU".into(),
                p_id: pid,
                item_sequence: 1,
                flow: "I",
                orig_post: "AUA".into(),
                dest_post: "DEA".into(),
                partner_country: Some("AU".into()),
                mail_class: Some("E".into()),
                office: None,
                version: None,
                light: (event_type == Notification::LightChanged).then_some(light),
                links: EventLinks {
                    this: format!("{base}/v1/events/evt_{}_1t", id.simple()),
                    declaration: format!("{base}/v1/declarations/{pid}"),
                    light: format!("{base}/v1/items/EE123456785AU/light"),
                },
            })),
        }
    }
}
