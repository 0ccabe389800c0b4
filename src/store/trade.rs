//! Marketed goods and postal services.

use diesel::prelude::*;

use super::engine::conn::MultiBackend;
use super::schema::{marketed_good, marketed_good_buyer, postal_service};
use super::types::{At, Id};
use super::{Fault, Tx};
use crate::contract::canonical::digest;

type Done<T = ()> = Result<T, Fault>;

/// Goods that a post sells.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = marketed_good, primary_key(seller, reference_id), treat_none_as_null = true)]
#[diesel(treat_none_as_default_value = false)]
pub struct GoodRow {
    pub seller: String,
    pub reference_id: i32,
    pub valid_from: Option<At>,
    pub valid_to: Option<At>,
    /// Offered to everyone rather than to its buyers.
    pub for_everyone: bool,
    pub changed_at: At,
    /// SHA-256 of the value form of the content, its number aside.
    pub digest: Vec<u8>,
    /// The whole object as JSON.
    pub body: String,
}

#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = marketed_good_buyer)]
struct BuyerRow<'a> {
    buyer: &'a str,
    seller: &'a str,
    reference_id: i32,
}

/// A service that a post offers.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = postal_service, primary_key(orig_org, service_id), treat_none_as_null = true)]
#[diesel(treat_none_as_default_value = false)]
pub struct ServiceRow {
    pub orig_org: String,
    pub service_id: Id,
    /// Empty: to every post.
    pub dest_org: String,
    pub valid_from: Option<At>,
    pub valid_to: Option<At>,
    pub changed_at: At,
    pub digest: Vec<u8>,
    pub body: String,
}

/// Which goods to find. Everything that is set must hold.
#[derive(Clone, Debug, Default)]
pub struct GoodFilter {
    pub seller: Option<String>,
    /// Offered to this organization or to everyone.
    pub buyer: Option<String>,
    /// Who looks: sees what it sells, and what is offered to it or to everyone.
    pub viewers: Vec<String>,
    /// Also what is not valid now, of the viewers' own goods.
    pub with_invalid: bool,
}

/// Seller and number of goods: their order.
pub type Place = (String, i32);

/// Lets through goods that are valid now (or a viewer's own, where asked for) and come after a place.
macro_rules! in_sight {
    ($query:expr, $filter:expr, $after:expr, $now:expr) => {{
        let begun = marketed_good::valid_from.is_null().or(marketed_good::valid_from.le($now).assume_not_null());
        let lasting = marketed_good::valid_to.is_null().or(marketed_good::valid_to.ge($now).assume_not_null());
        let mut query = if $filter.with_invalid {
            $query.filter(begun.and(lasting).or(marketed_good::seller.eq_any(&$filter.viewers)))
        } else {
            $query.filter(begun.and(lasting))
        };
        if let Some((seller, number)) = $after {
            let same_seller = marketed_good::seller.eq(seller).and(marketed_good::reference_id.gt(number));
            query = query.filter(marketed_good::seller.gt(seller).or(same_seller));
        }
        query
    }};
}

/// Digest of the content of goods or a service, whose own number or id is not part of it.
pub(super) fn content_digest(body: &str, number: &str) -> Vec<u8> {
    let unnumbered = body.replacen(&format!(r#""ReferenceId":{number}"#), r#""ReferenceId":null"#, 1);
    digest(&unnumbered.replacen(&format!(r#""ServiceId":"{number}""#), r#""ServiceId":null"#, 1))
}

impl Tx<'_> {
    /// The goods of a seller with this number.
    pub fn good(&mut self, seller: &str, reference_id: i32) -> Done<Option<GoodRow>> {
        Ok(marketed_good::table.find((seller, reference_id)).get_result(self.conn).optional()?)
    }

    /// Goods of a seller with this content.
    pub fn good_like(&mut self, seller: &str, digest: &[u8]) -> Done<Option<GoodRow>> {
        let of_seller = marketed_good::table.filter(marketed_good::seller.eq(seller));
        Ok(of_seller.filter(marketed_good::digest.eq(digest)).first(self.conn).optional()?)
    }

    /// The highest number a seller has given; 0 when none.
    pub fn last_good(&mut self, seller: &str) -> Done<i32> {
        let of_seller = marketed_good::table.filter(marketed_good::seller.eq(seller));
        let last: Option<i32> = of_seller.select(diesel::dsl::max(marketed_good::reference_id)).first(self.conn)?;
        Ok(last.unwrap_or(0))
    }

    /// How many goods a seller has.
    pub fn count_goods(&mut self, seller: &str) -> Done<i64> {
        Ok(marketed_good::table.filter(marketed_good::seller.eq(seller)).count().get_result(self.conn)?)
    }

    /// Adds goods, or replaces those with the same number, buyers included.
    pub fn put_good(&mut self, row: &GoodRow, buyers: &[String]) -> Done {
        if self.good(&row.seller, row.reference_id)?.is_some() {
            let key = (&row.seller, row.reference_id);
            diesel::update(marketed_good::table.find(key)).set(row).execute(self.conn)?;
        } else {
            diesel::insert_into(marketed_good::table).values(row).execute(self.conn)?;
        }
        let of_good = marketed_good_buyer::table
            .filter(marketed_good_buyer::seller.eq(&row.seller))
            .filter(marketed_good_buyer::reference_id.eq(row.reference_id));
        diesel::delete(of_good).execute(self.conn)?;
        for buyer in buyers {
            let row = BuyerRow { buyer, seller: &row.seller, reference_id: row.reference_id };
            diesel::insert_into(marketed_good_buyer::table).values(row).execute(self.conn)?;
        }
        Ok(())
    }

    /// Goods after `after` in order of seller and number, at most `limit`.
    pub fn goods(&mut self, filter: &GoodFilter, after: Option<&Place>, limit: usize) -> Done<Vec<GoodRow>> {
        let (None, Some(buyer)) = (&filter.seller, &filter.buyer) else {
            return self.goods_of_seller(filter, after, limit);
        };
        let mut goods = self.goods_for_everyone(filter, after, limit)?;
        goods.extend(self.goods_offered_to(buyer, filter, after, limit)?);
        goods.sort_by(|a, b| (&a.seller, a.reference_id).cmp(&(&b.seller, b.reference_id)));
        goods.truncate(limit);
        Ok(goods)
    }

    fn goods_of_seller(&mut self, filter: &GoodFilter, after: Option<&Place>, limit: usize) -> Done<Vec<GoodRow>> {
        let mut query = in_sight!(marketed_good::table.into_boxed::<MultiBackend>(), filter, after, At(self.now));
        if let Some(seller) = &filter.seller {
            query = query.filter(marketed_good::seller.eq(seller));
        }
        if let Some(buyer) = &filter.buyer {
            let offered = diesel::dsl::exists(offers().filter(marketed_good_buyer::buyer.eq(buyer)));
            query = query.filter(marketed_good::for_everyone.or(offered));
        }
        let seen = diesel::dsl::exists(offers().filter(marketed_good_buyer::buyer.eq_any(&filter.viewers)));
        let own = marketed_good::seller.eq_any(&filter.viewers);
        query = query.filter(marketed_good::for_everyone.or(seen).or(own));
        Ok(query.order((marketed_good::seller, marketed_good::reference_id)).limit(limit as i64).load(self.conn)?)
    }

    fn goods_for_everyone(&mut self, filter: &GoodFilter, after: Option<&Place>, limit: usize) -> Done<Vec<GoodRow>> {
        // Compared, because SQLite uses no index for a bare column.
        let query = marketed_good::table.filter(marketed_good::for_everyone.eq(true)).into_boxed::<MultiBackend>();
        let query = in_sight!(query, filter, after, At(self.now));
        Ok(query.order((marketed_good::seller, marketed_good::reference_id)).limit(limit as i64).load(self.conn)?)
    }

    /// Goods offered to `buyer` by name, as far as a viewer may know of the offer.
    fn goods_offered_to(
        &mut self,
        buyer: &str,
        filter: &GoodFilter,
        after: Option<&Place>,
        limit: usize,
    ) -> Done<Vec<GoodRow>> {
        let of_good = marketed_good_buyer::seller
            .eq(marketed_good::seller)
            .and(marketed_good_buyer::reference_id.eq(marketed_good::reference_id));
        let query = marketed_good_buyer::table
            .inner_join(marketed_good::table.on(of_good))
            .filter(marketed_good_buyer::buyer.eq(buyer))
            .select(marketed_good::all_columns)
            .into_boxed::<MultiBackend>();
        let mut query = in_sight!(query, filter, after, At(self.now));
        if !filter.viewers.iter().any(|viewer| viewer == buyer) {
            let also = diesel::alias!(marketed_good_buyer as also);
            let offered = also
                .filter(also.field(marketed_good_buyer::seller).eq(marketed_good::seller))
                .filter(also.field(marketed_good_buyer::reference_id).eq(marketed_good::reference_id))
                .filter(also.field(marketed_good_buyer::buyer).eq_any(&filter.viewers));
            query = query.filter(diesel::dsl::exists(offered).or(marketed_good::seller.eq_any(&filter.viewers)));
        }
        let order = (marketed_good_buyer::seller, marketed_good_buyer::reference_id);
        Ok(query.order(order).limit(limit as i64).load(self.conn)?)
    }

    /// The service of a post with this id.
    pub fn postal_service(&mut self, orig_org: &str, service_id: Id) -> Done<Option<ServiceRow>> {
        Ok(postal_service::table.find((orig_org, service_id)).get_result(self.conn).optional()?)
    }

    /// Services valid now from one post to another, those to every post included.
    pub fn services_between(&mut self, orig_org: &str, dest_org: &str) -> Done<Vec<ServiceRow>> {
        let now = At(self.now);
        let begun = postal_service::valid_from.is_null().or(postal_service::valid_from.le(now).assume_not_null());
        let lasting = postal_service::valid_to.is_null().or(postal_service::valid_to.ge(now).assume_not_null());
        Ok(postal_service::table
            .filter(postal_service::orig_org.eq(orig_org))
            .filter(postal_service::dest_org.eq_any([dest_org, ""]))
            .filter(begun.and(lasting))
            .order(postal_service::service_id)
            .load(self.conn)?)
    }

    /// A service of a post with this content.
    pub fn service_like(&mut self, orig_org: &str, digest: &[u8]) -> Done<Option<ServiceRow>> {
        let of_post = postal_service::table.filter(postal_service::orig_org.eq(orig_org));
        Ok(of_post.filter(postal_service::digest.eq(digest)).first(self.conn).optional()?)
    }

    /// How many services a post has.
    pub fn count_services(&mut self, orig_org: &str) -> Done<i64> {
        Ok(postal_service::table.filter(postal_service::orig_org.eq(orig_org)).count().get_result(self.conn)?)
    }

    /// Adds a service, or replaces the one with the same id.
    pub fn put_service(&mut self, row: &ServiceRow) -> Done {
        if self.postal_service(&row.orig_org, row.service_id)?.is_some() {
            let key = (&row.orig_org, row.service_id);
            diesel::update(postal_service::table.find(key)).set(row).execute(self.conn)?;
        } else {
            diesel::insert_into(postal_service::table).values(row).execute(self.conn)?;
        }
        Ok(())
    }
}

/// The buyers of the goods at hand.
#[diesel::dsl::auto_type]
fn offers() -> _ {
    marketed_good_buyer::table
        .filter(marketed_good_buyer::seller.eq(marketed_good::seller))
        .filter(marketed_good_buyer::reference_id.eq(marketed_good::reference_id))
}
