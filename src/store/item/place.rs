//! What items lie in: a receptacle, and the despatch that this belongs to; what their declarer calls them, and the ingestion
//! that brought them.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::store::engine::conn::on_engine;
use crate::store::schema::item_place;
use crate::store::types::Id;
use crate::store::{Fault, Tx};

type Done<T = ()> = Result<T, Fault>;

/// Characters of the id of a despatch, with which the ids of its receptacles begin (S8, S9).
const DESPATCH_CHARS: usize = 20;

/// Whether an id names a despatch; that of a receptacle has more characters.
pub(in crate::store) fn is_despatch(id: &str) -> bool {
    id.len() <= DESPATCH_CHARS
}

/// Where an item lies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemPlace {
    pub receptacle: Option<String>,
    pub despatch: Option<String>,
}

impl ItemPlace {
    /// By the ids that were given; the id of a receptacle names its despatch as well.
    pub fn new(receptacle: Option<&str>, despatch: Option<&str>) -> Self {
        let of_receptacle = receptacle.and_then(|id| id.get(..DESPATCH_CHARS));
        Self { receptacle: receptacle.map(str::to_owned), despatch: despatch.or(of_receptacle).map(str::to_owned) }
    }

    /// In the receptacle or despatch that an id names.
    pub fn in_container(id: &str) -> Self {
        if is_despatch(id) { Self::new(None, Some(id)) } else { Self::new(Some(id), None) }
    }

    pub(super) fn is_nowhere(&self) -> bool {
        *self == Self::default()
    }
}

/// What an item is called by who declared it, the ingestion that brought it, and where its events are sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemReference {
    /// Empty in what is to be taken away.
    pub external: Option<String>,
    pub ingestion: Option<Id>,
    /// Written here, and read by whoever sends.
    pub callback: Option<Callback>,
}

/// An address under a callback host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    /// The callback host, which is a subscription.
    pub host: Id,
    pub url: String,
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = item_place, treat_none_as_null = true, treat_none_as_default_value = false)]
struct PlaceRow<'p> {
    post_org: &'p str,
    object_pid: Id,
    receptacle: Option<&'p str>,
    despatch: Option<&'p str>,
}

impl Tx<'_> {
    /// Notes where an item lies.
    pub fn put_place(&mut self, post: &str, pid: Id, place: &ItemPlace) -> Done {
        if place.is_nowhere() {
            let nowhere = (item_place::receptacle.eq(None::<&str>), item_place::despatch.eq(None::<&str>));
            diesel::update(item_place::table.find((post, pid))).set(nowhere).execute(self.conn)?;
            return Ok(());
        }
        let (receptacle, despatch) = (place.receptacle.as_deref(), place.despatch.as_deref());
        let row = PlaceRow { post_org: post, object_pid: pid, receptacle, despatch };
        let key = (item_place::post_org, item_place::object_pid);
        let put = diesel::insert_into(item_place::table).values(&row).on_conflict(key).do_update().set(&row);
        on_engine!(self.conn, |conn| put.execute(conn))?;
        Ok(())
    }

    /// Notes what is known of where an item comes from; what is not known stays as it is.
    pub fn put_item_reference(&mut self, post: &str, pid: Id, reference: &ItemReference) -> Done {
        if reference.external.as_deref() == Some("") {
            self.drop_external_reference(post, pid)?;
            let rest = ItemReference { external: None, ..reference.clone() };
            return if rest == ItemReference::default() { Ok(()) } else { self.put_item_reference(post, pid, &rest) };
        }
        #[derive(Insertable, AsChangeset)]
        #[diesel(table_name = item_place, treat_none_as_default_value = false)]
        struct ReferenceRow<'r> {
            post_org: &'r str,
            object_pid: Id,
            external_ref: Option<&'r str>,
            ingestion: Option<Id>,
            callback: Option<Id>,
            callback_url: Option<&'r str>,
        }
        let (external_ref, ingestion) = (reference.external.as_deref(), reference.ingestion);
        let callback = reference.callback.as_ref();
        let row = ReferenceRow {
            post_org: post,
            object_pid: pid,
            external_ref,
            ingestion,
            callback: callback.map(|callback| callback.host),
            callback_url: callback.map(|callback| callback.url.as_str()),
        };
        let key = (item_place::post_org, item_place::object_pid);
        let put = diesel::insert_into(item_place::table).values(&row).on_conflict(key).do_update().set(&row);
        on_engine!(self.conn, |conn| put.execute(conn))?;
        Ok(())
    }

    /// Takes away what an item is called by its declarer.
    fn drop_external_reference(&mut self, post: &str, pid: Id) -> Done {
        let none = item_place::external_ref.eq(None::<&str>);
        diesel::update(item_place::table.find((post, pid))).set(none).execute(self.conn)?;
        Ok(())
    }

    /// What is known of where items come from, of those of which anything is.
    pub fn references(&mut self, post: &str, pids: &[Id]) -> Done<Vec<(Id, ItemReference)>> {
        if pids.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<(Id, Option<String>, Option<Id>)> = item_place::table
            .filter(item_place::post_org.eq(post))
            .filter(item_place::object_pid.eq_any(pids.to_vec()))
            .select((item_place::object_pid, item_place::external_ref, item_place::ingestion))
            .load(self.conn)?;
        let known = |(pid, external, ingestion)| (pid, ItemReference { external, ingestion, callback: None });
        Ok(rows.into_iter().map(known).collect())
    }

    /// The addresses under a callback host to which the events of items are sent.
    pub fn callbacks(&mut self, post: &str, pids: &[Id], host: Id) -> Done<HashMap<Id, String>> {
        let rows: Vec<(Id, Option<String>)> = item_place::table
            .filter(item_place::post_org.eq(post))
            .filter(item_place::object_pid.eq_any(pids.to_vec()))
            .filter(item_place::callback.eq(host))
            .select((item_place::object_pid, item_place::callback_url))
            .load(self.conn)?;
        Ok(rows.into_iter().filter_map(|(pid, url)| Some((pid, url?))).collect())
    }

    /// Items of a post that lie in a receptacle or despatch, in the order of their persistent ids, after one of them.
    pub fn items_in(&mut self, post: &str, container: &str, after: Id, limit: i64) -> Done<Vec<Id>> {
        let of_post = item_place::table.filter(item_place::post_org.eq(post)).filter(item_place::object_pid.gt(after));
        let in_order = of_post.order(item_place::object_pid).limit(limit).select(item_place::object_pid);
        Ok(match is_despatch(container) {
            true => in_order.filter(item_place::despatch.eq(container)).load(self.conn)?,
            false => in_order.filter(item_place::receptacle.eq(container)).load(self.conn)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receptacle_names_its_despatch() {
        let receptacle = "AUSYDADEFRAACUN60001001900015";
        let place = ItemPlace::new(Some(receptacle), None);
        assert_eq!(place.despatch.as_deref(), Some("AUSYDADEFRAACUN60001"));
        assert_eq!(ItemPlace::new(Some("BAG 7"), None).despatch, None);
        assert_eq!(ItemPlace::new(Some(receptacle), Some("D1")).despatch.as_deref(), Some("D1"));
        assert!(ItemPlace::new(None, None).is_nowhere());
    }
}
