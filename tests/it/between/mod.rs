//! Between departments: proposals from finding to merged, overlaps from found to settled and undone.

mod overlaps;
mod proposals;
