//! The embedded database's directory, which one server uses at a time.

use crate::{
    config::{Config, make_data_dir},
    server::ServerError,
};

/// Keeps another process from using the same data directory; freed when dropped.
#[derive(Debug)]
pub(crate) struct DirectoryLock(std::fs::File);

impl DirectoryLock {
    pub(crate) fn take(config: &Config) -> Result<Option<Self>, ServerError> {
        if !config.embedded() {
            return Ok(None);
        }
        make_data_dir(&config.data_dir)?;
        let file = std::fs::File::create(config.data_dir.join("guildhall.lock"))?;
        file.try_lock().map_err(|_| ServerError::InUse(config.data_dir.clone()))?;
        Ok(Some(Self(file)))
    }
}

impl Drop for DirectoryLock {
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}
