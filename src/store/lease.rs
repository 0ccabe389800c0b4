//! Leases: which server process works for a row just now. One that runs out too early does no harm, whatever is leased.

/// Gives [`Tx`](crate::store::Tx) two functions for a table with `lease_owner` and `lease_until`: one that takes a row for an owner
/// until a time unless somebody else has it, and says whether it did, and one that gives it back.
macro_rules! leases {
    ($table:ident by ($($key:ident: $key_type:ty),+): $take:ident, $give:ident) => {
        impl $crate::store::Tx<'_> {
            /// Takes it for `owner` until `until`, unless somebody else has it; says whether it did.
            pub fn $take(
                &mut self,
                $($key: $key_type,)+
                owner: $crate::store::types::Id,
                until: chrono::DateTime<chrono::Utc>,
            ) -> Result<bool, $crate::store::Fault> {
                use $crate::store::types::At;
                let is_free = $table::lease_owner
                    .is_null()
                    .or($table::lease_owner.eq(owner))
                    .or($table::lease_until.le(At(self.now)));
                let place = $table::table.find(($($key),+));
                let taken = diesel::update(place)
                    .filter(is_free)
                    .set(($table::lease_owner.eq(owner), $table::lease_until.eq(At(until))))
                    .execute(self.conn)?;
                Ok(taken > 0)
            }

            /// Gives it back.
            pub fn $give(&mut self, $($key: $key_type,)+ owner: $crate::store::types::Id) -> Result<(), $crate::store::Fault> {
                use $crate::store::types::{At, Id};
                diesel::update($table::table.find(($($key),+)))
                    .filter($table::lease_owner.eq(owner))
                    .set(($table::lease_owner.eq(None::<Id>), $table::lease_until.eq(None::<At>)))
                    .execute(self.conn)?;
                Ok(())
            }
        }
    };
}
pub(super) use leases;
