//! Who is calling: the peer, or the address that a proxy of ours vouches for.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use actix_web::{HttpRequest, http::header::HeaderMap};
use ipnet::IpNet;

/// An entry is neither a network (`10.0.0.0/8`) nor an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a network or an address: {0}")]
pub struct NotANetwork(String);

/// The proxies whose `X-Forwarded-For` is believed; nobody's when empty.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Arc<[IpNet]>);

impl TrustedProxies {
    /// Reads networks in CIDR notation, or single addresses.
    pub fn parse<'a>(networks: impl IntoIterator<Item = &'a str>) -> Result<Self, NotANetwork> {
        let network = |text: &'a str| {
            let text = text.trim();
            text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).map_err(|_| NotANetwork(text.to_owned()))
        };
        networks.into_iter().map(network).collect::<Result<_, _>>().map(Self)
    }

    /// The client's address; unspecified where there is no peer (a Unix socket).
    #[must_use]
    pub fn client(&self, request: &HttpRequest) -> IpAddr {
        let peer = request.peer_addr().map_or(IpAddr::from([0; 4]), |peer| peer.ip());
        self.behind(peer.to_canonical(), request.headers())
    }

    /// From right to left each trusted proxy names who called it; the first that is not ours is the client. Where one
    /// names no address, the proxy itself is as far as anybody knows.
    fn behind(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let hops: Vec<_> =
            headers.get_all("x-forwarded-for").flat_map(|line| line.as_bytes().split(|b| *b == b',')).collect();
        let mut hops = hops.into_iter().rev();
        let mut nearest = peer;
        while self.trusts(nearest) {
            let Some(next) = hops.next().and_then(address) else { break };
            nearest = next;
        }
        nearest
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

fn address(hop: &[u8]) -> Option<IpAddr> {
    let hop = str::from_utf8(hop).ok()?.trim();
    let bare = hop.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|socket| socket.ip()))?;
    Some(IpAddr::to_canonical(&address))
}

/// The network that is kept in records, where the address would say too much: /24, or /48.
#[must_use]
pub fn prefix(address: IpAddr) -> String {
    network(address, 24, 48)
}

/// What a rate is counted by: the address, or the /64 that one customer has.
#[must_use]
pub fn rate_key(address: IpAddr) -> String {
    network(address, 32, 64)
}

fn network(address: IpAddr, v4: u8, v6: u8) -> String {
    let bits = if address.is_ipv4() { v4 } else { v6 };
    IpNet::new(address, bits).map_or_else(|_| address.to_string(), |network| network.trunc().to_string())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use proptest::prelude::*;

    use super::*;

    fn client(trusted: &[&str], peer: &str, forwarded: &[&str]) -> String {
        let request = TestRequest::default().peer_addr(peer.parse().unwrap());
        let request = forwarded.iter().fold(request, |request, line| request.append_header(("x-forwarded-for", *line)));
        TrustedProxies::parse(trusted.iter().copied()).unwrap().client(&request.to_http_request()).to_string()
    }

    proptest! {
        #[test]
        fn a_client_is_the_peer_or_stands_in_the_header(lines in prop::collection::vec("[0-9a-f.:\\[\\], x]{0,40}", 0..4)) {
            let lines: Vec<_> = lines.iter().map(String::as_str).collect();
            prop_assert_eq!(client(&["10.0.0.0/8"], "203.0.113.9:1", &lines), "203.0.113.9");
            let found: IpAddr = client(&["10.0.0.0/8"], "10.0.0.1:1", &lines).parse().unwrap();
            let named = lines.iter().flat_map(|line| line.split(',')).filter_map(|hop| address(hop.as_bytes()));
            prop_assert!(named.chain([IpAddr::from([10, 0, 0, 1])]).any(|named| named == found));
        }
    }

    #[test]
    fn nobody_is_believed_unless_trusted() {
        assert_eq!(client(&[], "9.9.9.9:1", &["6.6.6.6"]), "9.9.9.9");
        assert_eq!(client(&["10.0.0.0/8"], "9.9.9.9:1", &["6.6.6.6"]), "9.9.9.9");
    }

    #[test]
    fn the_right_most_stranger_is_the_client() {
        let ours = &["10.0.0.0/8", "fd00::/8"];
        assert_eq!(client(ours, "10.0.0.1:1", &["6.6.6.6, 7.7.7.7"]), "7.7.7.7");
        assert_eq!(client(ours, "10.0.0.1:1", &["6.6.6.6", "7.7.7.7, 10.1.1.1"]), "7.7.7.7");
        assert_eq!(client(ours, "[::ffff:10.0.0.1]:1", &["[2001:db8::7]:443"]), "2001:db8::7");
        assert_eq!(client(ours, "[fd00::1]:1", &["7.7.7.7:80"]), "7.7.7.7");
        assert_eq!(client(ours, "10.0.0.1:1", &["10.0.0.2, 10.0.0.3"]), "10.0.0.2");
    }

    #[test]
    fn what_is_no_address_ends_the_chain() {
        let ours = &["10.0.0.1"];
        assert_eq!(client(ours, "10.0.0.1:1", &["6.6.6.6, unknown"]), "10.0.0.1");
        assert_eq!(client(ours, "10.0.0.1:1", &[]), "10.0.0.1");
        assert!(TrustedProxies::parse(["10.0.0.0/33"]).is_err());
    }

    #[test]
    fn networks_hide_the_host() {
        let [v4, v6]: [IpAddr; 2] = ["192.0.2.77", "2001:db8:1:2:3::4"].map(|text| text.parse().unwrap());
        assert_eq!((prefix(v4), rate_key(v4)), ("192.0.2.0/24".to_owned(), "192.0.2.77/32".to_owned()));
        assert_eq!((prefix(v6), rate_key(v6)), ("2001:db8:1::/48".to_owned(), "2001:db8:1:2::/64".to_owned()));
    }
}
