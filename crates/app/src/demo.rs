//! The demo company: an outdoor shop whose four departments answer for themselves.
