//! Pure decisions over contracts: no I/O, no clock, no SQL. What varies (lists, rules, dates) is handed in.

pub mod auto_response;
pub mod currency;
pub mod decision;
pub mod fiscal;
pub mod fits;
pub mod flow;
pub mod item_id;
pub mod life_cycle;
pub mod light;
pub mod material;
pub mod overlay;
pub mod precedence;
pub mod quality;
pub mod referral;
pub mod security;
pub mod structure;
pub mod trade;
