//! How many connections one address has, so that no single client takes all there are.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

pub(super) struct Places {
    most: usize,
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// Given back when it is dropped.
pub(super) struct Place {
    address: IpAddr,
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl Places {
    /// At most `most` for each address that is not this machine's own: there a proxy speaks for many.
    pub(super) fn new(most: usize) -> Places {
        Places {
            most,
            taken: Arc::default(),
        }
    }

    pub(super) fn take(&self, address: IpAddr) -> Option<Place> {
        let address = address.to_canonical();
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(address).or_default();
        if *count >= self.most && !address.is_loopback() {
            return None;
        }
        *count += 1;
        Some(Place {
            address,
            taken: Arc::clone(&self.taken),
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_so_many_and_this_machine_as_many_as_it_likes() {
        let places = Places::new(2);
        let take = |address: &str| places.take(address.parse().unwrap());
        let held = [take("10.0.0.1"), take("::ffff:10.0.0.1")];
        assert!(take("10.0.0.1").is_none() && take("10.0.0.2").is_some());
        drop(held);
        assert!(take("10.0.0.1").is_some());
        let local: Vec<_> = (0..9).map(|_| take("127.0.0.1")).collect();
        assert!(local.iter().all(Option::is_some));
        drop(local);
        assert!(places.taken.lock().unwrap().is_empty());
    }
}
