//! Pure decisions over contracts: no I/O, no clock, no SQL. What varies (lists, rules, dates) is handed in.

pub mod decision;
