//! Pure decisions over contracts: no I/O, no clock, no SQL. What varies (lists, rules, dates) is handed in.

pub mod authority;
pub mod auto_response;
pub mod currency;
pub mod data_error;
pub mod decision;
pub mod fiscal;
pub mod fits;
pub mod forms;
pub mod item_facts;
pub mod item_id;
pub mod life_cycle;
pub mod light;
pub mod mail_state;
pub mod mark;
pub mod material;
pub mod overlay;
pub mod password;
pub mod places;
pub mod precedence;
pub mod quality;
pub mod referral;
pub mod reserved;
pub mod security;
pub mod structure;
pub mod trade;
pub mod which;
