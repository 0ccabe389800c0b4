//! Column types that mean the same on both engines.
//!
//! Ids are 16 bytes, times whole microseconds since 1970 on SQLite (PostgreSQL: `uuid`, `timestamptz`), so that both
//! sort and compare alike. Words and numbers of the vocabulary are columns as they are stored; one that is not known ends
//! the reading with a text that names its column.

use chrono::{DateTime, Utc};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow, Queryable};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::query_builder::QueryId;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{self, SqlType};
use diesel::sqlite::{Sqlite, SqliteValue};
use uuid::Uuid;

use crate::domain::{
    AttemptCause, Author, Category, Component, CourierKind, DeclarationState, DeliveryState, DocumentKind,
    EventAudience, EventKind, EventPart, FiscalState, Flow, IngestionKind, IngestionMedia, IngestionState,
    InterchangeState, ItemOutcome, MarkOperation, MessageKind, MessageState, Notification, Ordering, OrganizationKind,
    ReceivedState, ReceiverMode, RecordEventKind, RecordKind, ResponseState, SecurityState, SessionKind, Side,
    SignatureKind, SubscriptionKind, SubscriptionState, TransportKind,
};

/// SQL type of [`Id`].
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(postgres_type(oid = 2950, array_oid = 2951))]
#[diesel(sqlite_type(name = "Binary"))]
pub struct DbId;

/// SQL type of [`At`].
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(postgres_type(oid = 1184, array_oid = 1185))]
#[diesel(sqlite_type(name = "Long"))]
pub struct DbTime;

/// A persistent id (UUIDv7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = DbId)]
pub struct Id(pub Uuid);

/// An instant in whole microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = DbTime)]
pub struct At(pub DateTime<Utc>);

/// Makes a type a column on both engines that is one on each.
macro_rules! on_both_engines {
    ($sql:ty, $rust:ty) => {
        impl diesel::sql_types::HasSqlType<$sql> for $crate::store::engine::conn::MultiBackend {
            fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
                Self::lookup_sql_type::<$sql>(lookup)
            }
        }
        impl diesel::serialize::ToSql<$sql, $crate::store::engine::conn::MultiBackend> for $rust {
            fn to_sql<'b>(
                &'b self,
                out: &mut diesel::serialize::Output<'b, '_, $crate::store::engine::conn::MultiBackend>,
            ) -> diesel::serialize::Result {
                out.set_value((<$sql>::default(), self));
                Ok(diesel::serialize::IsNull::No)
            }
        }
        impl diesel::deserialize::FromSql<$sql, $crate::store::engine::conn::MultiBackend> for $rust {
            fn from_sql(
                raw: <$crate::store::engine::conn::MultiBackend as diesel::backend::Backend>::RawValue<'_>,
            ) -> diesel::deserialize::Result<Self> {
                raw.from_sql::<Self, $sql>()
            }
        }
    };
}
pub(super) use on_both_engines;

on_both_engines!(DbId, Id);
on_both_engines!(DbTime, At);

impl ToSql<DbId, Pg> for Id {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        use std::io::Write;
        out.write_all(self.0.as_bytes())?;
        Ok(IsNull::No)
    }
}
impl FromSql<DbId, Pg> for Id {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(Uuid::from_slice(value.as_bytes())?))
    }
}
impl ToSql<DbId, Sqlite> for Id {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_bytes().as_slice());
        Ok(IsNull::No)
    }
}
impl FromSql<DbId, Sqlite> for Id {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Self(Uuid::from_slice(value.read_blob())?))
    }
}

impl ToSql<DbTime, Pg> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<sql_types::Timestamptz, Pg>::to_sql(&self.0, &mut out.reborrow())
    }
}
impl FromSql<DbTime, Pg> for At {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        <DateTime<Utc> as FromSql<sql_types::Timestamptz, Pg>>::from_sql(value).map(Self)
    }
}
impl ToSql<DbTime, Sqlite> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.timestamp_micros());
        Ok(IsNull::No)
    }
}
impl FromSql<DbTime, Sqlite> for At {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        let micros = <i64 as FromSql<sql_types::BigInt, Sqlite>>::from_sql(value)?;
        DateTime::from_timestamp_micros(micros).map(Self).ok_or_else(|| format!("{micros} is not a time").into())
    }
}

impl diesel::sql_types::SqlOrd for DbTime {}
impl diesel::sql_types::SqlOrd for DbId {}

/// Makes enums of the vocabulary columns of an SQL type: written by `$write`, read as `$read`.
macro_rules! stored_as {
    ($sql:ty, $written:ty, $read:ty, |$value:ident| $write:expr, |$raw:ident| $borrow:expr; $($name:ty),+ $(,)?) => {$(
        impl AsExpression<$sql> for $name {
            type Expression = <&'static $written as AsExpression<$sql>>::Expression;

            fn as_expression(self) -> Self::Expression {
                let $value = self;
                AsExpression::<$sql>::as_expression($write)
            }
        }
        impl AsExpression<$sql> for &$name {
            type Expression = <&'static $written as AsExpression<$sql>>::Expression;

            fn as_expression(self) -> Self::Expression {
                AsExpression::<$sql>::as_expression(*self)
            }
        }
        impl AsExpression<sql_types::Nullable<$sql>> for $name {
            type Expression = <Option<&'static $written> as AsExpression<sql_types::Nullable<$sql>>>::Expression;

            fn as_expression(self) -> Self::Expression {
                let $value = self;
                AsExpression::<sql_types::Nullable<$sql>>::as_expression(Some($write))
            }
        }
        impl AsExpression<sql_types::Nullable<$sql>> for &$name {
            type Expression = <Option<&'static $written> as AsExpression<sql_types::Nullable<$sql>>>::Expression;

            fn as_expression(self) -> Self::Expression {
                AsExpression::<sql_types::Nullable<$sql>>::as_expression(*self)
            }
        }
        impl<DB: Backend> ToSql<$sql, DB> for $name
        where
            $written: ToSql<$sql, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                let $value = *self;
                <$written as ToSql<$sql, DB>>::to_sql($write, out)
            }
        }
        impl<DB: Backend> FromSql<$sql, DB> for $name
        where
            $read: FromSql<$sql, DB>,
        {
            fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
                let $raw = <$read as FromSql<$sql, DB>>::from_sql(raw)?;
                Ok(Self::from_stored($borrow)?)
            }
        }
        impl<DB: Backend> Queryable<$sql, DB> for $name
        where
            Self: FromSql<$sql, DB>,
        {
            type Row = Self;

            fn build(row: Self) -> deserialize::Result<Self> {
                Ok(row)
            }
        }
    )+};
}
stored_as!(
    sql_types::Text, str, String, |word| word.stored(), |read| &read;
    Category, DocumentKind, EventKind, FiscalState, Flow, MessageKind, OrganizationKind, SecurityState, Side,
    RecordEventKind, RecordKind, TransportKind, Notification, EventAudience, EventPart, SessionKind,
    AttemptCause, DeliveryState, Ordering, ReceiverMode, SignatureKind, SubscriptionKind, SubscriptionState,
    IngestionKind, IngestionMedia, CourierKind, Component,
);
stored_as!(
    sql_types::Integer, i32, i32, |number| number.value(), |read| read;
    Author, DeclarationState, InterchangeState, ItemOutcome, MarkOperation, MessageState, ReceivedState, ResponseState,
    IngestionState,
);
