//! Nothing leaves its box and nothing lies on anything else.
