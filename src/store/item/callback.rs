//! Where the events of an item are sent at its declarer's wish.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::store::engine::conn::on_engine;
use crate::store::schema::item_place;
use crate::store::types::Id;
use crate::store::{Fault, Tx};

/// An address under a callback host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    /// The callback host, which is a subscription.
    pub host: Id,
    pub url: String,
}

impl Tx<'_> {
    /// Notes where the events of an item are sent.
    pub fn put_callback(&mut self, post: &str, pid: Id, callback: &Callback) -> Result<(), Fault> {
        #[derive(Insertable, AsChangeset)]
        #[diesel(table_name = item_place, treat_none_as_default_value = false)]
        struct CallbackRow<'r> {
            post_org: &'r str,
            object_pid: Id,
            callback: Id,
            callback_url: &'r str,
        }
        let row = CallbackRow { post_org: post, object_pid: pid, callback: callback.host, callback_url: &callback.url };
        let key = (item_place::post_org, item_place::object_pid);
        let put = diesel::insert_into(item_place::table).values(&row).on_conflict(key).do_update().set(&row);
        on_engine!(self.conn, |conn| put.execute(conn))?;
        Ok(())
    }

    /// The addresses under a callback host to which the events of items are sent.
    pub fn callbacks(&mut self, post: &str, pids: &[Id], host: Id) -> Result<HashMap<Id, String>, Fault> {
        let rows: Vec<(Id, Option<String>)> = item_place::table
            .filter(item_place::post_org.eq(post))
            .filter(item_place::object_pid.eq_any(pids.to_vec()))
            .filter(item_place::callback.eq(host))
            .select((item_place::object_pid, item_place::callback_url))
            .load(self.conn)?;
        Ok(rows.into_iter().filter_map(|(pid, url)| Some((pid, url?))).collect())
    }
}
