//! What another crate can't write: each example fails to compile, by the error that it names (`RUSTC_BOOTSTRAP=1` lets
//! rustdoc compare the codes).
//!
//! There is one way to a tenant's rows: a scope, a unit of work that is bound to it, a repository that hangs on that.
//!
//! ```
//! use guildhall_domain::{TenantScope, member::Email};
//! use guildhall_persistence::{Result, Store};
//! async fn known(store: &Store, scope: TenantScope, email: &Email) -> Result<bool> {
//!     Ok(store.read(scope).await?.members().by_email(email).await?.is_some())
//! }
//! ```
//!
//! A store doesn't lend its connections, and neither does a unit of work:
//!
//! ```compile_fail,E0616
//! fn pool(store: guildhall_persistence::Store) {
//!     store.write;
//! }
//! ```
//! ```compile_fail,E0624
//! fn pool(store: guildhall_persistence::Store) {
//!     store.global_connection();
//! }
//! ```
//! ```compile_fail,E0624
//! fn session(tx: guildhall_persistence::Tx) {
//!     tx.connection();
//! }
//! ```
//!
//! A unit of work begins at a store, its scope never changes, and a repository begins at a unit of work:
//!
//! ```compile_fail,E0624
//! guildhall_persistence::Tx::new;
//! ```
//! ```compile_fail,E0616
//! fn move_over(tx: &mut guildhall_persistence::Tx, scope: guildhall_domain::TenantScope) {
//!     tx.scope = scope;
//! }
//! ```
//! ```compile_fail,E0603
//! fn repository(tx: &guildhall_persistence::Tx) {
//!     guildhall_persistence::Intents(tx);
//! }
//! ```
//!
//! Rows and the queries over them have no name outside:
//!
//! ```compile_fail,E0603
//! use guildhall_persistence::rows::intents;
//! ```
//! ```compile_fail,E0603
//! use guildhall_persistence::scoped::TenantRow;
//! ```
//! ```compile_fail,E0624
//! fn select(tx: &guildhall_persistence::Tx) {
//!     tx.tenant();
//! }
//! ```
