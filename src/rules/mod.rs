//! Pure decisions over contracts: no I/O, no clock, no SQL. What varies (lists, rules, dates) is handed in.

pub mod auto_response;
pub mod currency;
pub mod decision;
pub mod item_id;
pub mod quality;
