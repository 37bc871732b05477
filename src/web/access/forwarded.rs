//! Whom a request is from where a proxy of the operator's stands before the server. Only that proxy is believed what it says of it, since
//! anybody can send a header; whom the request is from decides what is counted, and nothing else.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName};
use axum::middleware::Next;
use axum::response::Response;

use super::Peer;
use crate::web::App;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Addresses of the operator's proxies.
#[derive(Debug, Clone, Default)]
pub struct Proxies(Vec<IpAddr>);

impl Proxies {
    pub fn new(addresses: Vec<IpAddr>) -> Proxies {
        Proxies(addresses)
    }

    /// Each proxy adds whom it was asked by at the end of the list. So the client is the last one who is no proxy of ours: what stands
    /// before was sent by that client, and may be anything.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let fields = headers.get_all(FORWARDED_FOR).iter().rev();
        let said = fields.flat_map(|field| field.to_str().unwrap_or_default().rsplit(','));
        let mut client = peer;
        for one in said.map(|one| address(one.trim())) {
            match one {
                Some(before) if self.has(client) => client = before,
                _ => break,
            }
        }
        client
    }

    fn has(&self, address: IpAddr) -> bool {
        let canonical = address.to_canonical();
        self.0.iter().any(|proxy| proxy.to_canonical() == canonical)
    }
}

/// Some proxies add the port.
fn address(said: &str) -> Option<IpAddr> {
    let bare = said.strip_prefix('[').and_then(|said| said.strip_suffix(']'));
    let alone = bare.unwrap_or(said).parse().ok();
    alone.or_else(|| said.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

pub(in crate::web) async fn client(State(app): State<App>, mut request: Request, next: Next) -> Response {
    if let Some(Peer(peer)) = request.extensions().get().copied() {
        let client = app.parts().access.proxies.client(peer, request.headers());
        request.extensions_mut().insert(Peer(client));
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn client(proxies: &[&str], peer: &str, fields: &[&str]) -> String {
        let proxies = Proxies::new(proxies.iter().map(|proxy| proxy.parse().unwrap()).collect());
        let mut headers = HeaderMap::new();
        for field in fields {
            headers.append(FORWARDED_FOR, HeaderValue::from_str(field).unwrap());
        }
        proxies.client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_a_proxy_of_ours_is_believed() {
        assert_eq!(client(&[], "10.0.0.1", &["192.0.2.7"]), "10.0.0.1");
        assert_eq!(client(&["10.0.0.2"], "10.0.0.1", &["192.0.2.7"]), "10.0.0.1");
        assert_eq!(client(&["10.0.0.1"], "10.0.0.1", &["192.0.2.7"]), "192.0.2.7");
        assert_eq!(client(&["10.0.0.1"], "::ffff:10.0.0.1", &["192.0.2.7"]), "192.0.2.7");
        assert_eq!(client(&["10.0.0.1"], "10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn what_the_client_wrote_itself_does_not_count() {
        let ours = ["10.0.0.1"];
        assert_eq!(client(&ours, "10.0.0.1", &["198.51.100.1, 192.0.2.7"]), "192.0.2.7");
        assert_eq!(client(&ours, "10.0.0.1", &["198.51.100.1", "192.0.2.7"]), "192.0.2.7");
        assert_eq!(client(&ours, "10.0.0.1", &["10.0.0.1, 192.0.2.7"]), "192.0.2.7");
        assert_eq!(client(&ours, "10.0.0.1", &["192.0.2.7, nonsense"]), "10.0.0.1");
    }

    #[test]
    fn several_proxies_in_a_row() {
        let ours = ["10.0.0.1", "10.0.0.2"];
        assert_eq!(client(&ours, "10.0.0.1", &["192.0.2.7, 10.0.0.2"]), "192.0.2.7");
        assert_eq!(client(&ours, "10.0.0.1", &["10.0.0.2"]), "10.0.0.2");
    }

    #[test]
    fn an_address_with_a_port() {
        for (said, expected) in [
            ("192.0.2.7:4711", "192.0.2.7"),
            ("[2001:db8::7]:4711", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("2001:db8::7", "2001:db8::7"),
        ] {
            assert_eq!(client(&["10.0.0.1"], "10.0.0.1", &[said]), expected);
        }
    }

    proptest! {
        #[test]
        fn whatever_is_sent_who_is_no_proxy_is_who_it_is(field in "[ -~]{0,60}") {
            prop_assert_eq!(client(&["10.0.0.1"], "192.0.2.7", &[&field]), "192.0.2.7");
        }
    }
}
