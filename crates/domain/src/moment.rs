//! A point in time: microseconds since 1970 in UTC, the unit that rows keep.

use std::time::Duration;

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// A point in time, in microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub i64);

impl Moment {
    /// This much later; stops at the end of time instead of wrapping.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)))
    }

    /// How long ago `earlier` was; zero when it lies ahead.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Reads a time of RFC 3339, in any offset: `2027-01-31T12:00:00Z`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let at = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        i64::try_from(at.unix_timestamp_nanos().div_euclid(1000)).ok().map(Self)
    }

    /// Whole seconds since 1970, as tokens write them.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }
}

impl std::fmt::Display for Moment {
    /// RFC 3339 in UTC, as the API writes it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1000)
            .ok()
            .and_then(|at| at.format(&Rfc3339).ok())
            .ok_or(std::fmt::Error)?;
        f.write_str(&text)
    }
}

impl<'de> serde::Deserialize<'de> for Moment {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("must be a time such as 2027-01-31T12:00:00Z"))
    }
}

impl serde::Serialize for Moment {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_rfc_3339_in_utc() {
        assert_eq!(Moment(1_732_500_000_250_000).to_string(), "2024-11-25T02:00:00.25Z");
        assert_eq!(Moment(0).after(Duration::from_secs(61)).to_string(), "1970-01-01T00:01:01Z");
        assert_eq!(Moment(5).since(Moment(9)), Duration::ZERO);
    }

    #[test]
    fn reads_rfc_3339_in_any_offset() {
        assert_eq!(Moment::parse("2024-11-25T02:00:00.25Z"), Some(Moment(1_732_500_000_250_000)));
        assert_eq!(Moment::parse("2024-11-25T04:00:00.25+02:00"), Some(Moment(1_732_500_000_250_000)));
        for bad in ["", "2024-11-25", "2024-11-25T02:00:00", "2024-13-25T02:00:00Z", "now", "1732500000"] {
            assert_eq!(Moment::parse(bad), None, "{bad}");
        }
    }
}
