//! How many files are written at once: each has a thread for as long as its reader takes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kaishu_types::{ErrorCode, Lang};

use crate::retrieval::Client;
use crate::{Error, Result};

/// Files on their way to one client, and to all.
const OF_ONE: usize = 6;
const OF_ALL: usize = 48;

/// The files on their way.
#[derive(Debug, Clone, Default)]
pub(crate) struct Admission(Arc<Mutex<UnderWay>>);

#[derive(Debug, Default)]
struct UnderWay {
    n: usize,
    of: HashMap<Client, usize>,
}

/// A file that may be written, until this is dropped.
#[derive(Debug)]
pub(crate) struct Admitted {
    admission: Admission,
    client: Option<Client>,
}

impl Admission {
    /// Admits one more file.
    pub(crate) fn admit(&self, client: Option<Client>, lang: Lang) -> Result<Admitted> {
        let mut under_way = self.lock();
        let of_client = client.and_then(|client| under_way.of.get(&client).copied()).unwrap_or(0);
        if of_client >= OF_ONE {
            return Err(Error::refused(
                ErrorCode::TooManyRequests,
                lang.pick(
                    format!("您同时在下载 {OF_ONE} 个由系统生成的文件。等其中一个下载完再试"),
                    format!("{OF_ONE} generated files are on their way to you; take the next after one of them"),
                ),
            ));
        }
        if under_way.n >= OF_ALL {
            return Err(Error::refused(
                ErrorCode::Unavailable,
                lang.pick(
                    format!("系统正在生成 {OF_ALL} 个文件。过一分钟再试"),
                    format!("{OF_ALL} files are being written; try again in a minute"),
                ),
            ));
        }
        under_way.n += 1;
        if let Some(client) = client {
            *under_way.of.entry(client).or_default() += 1;
        }
        drop(under_way);
        Ok(Admitted { admission: self.clone(), client })
    }

    fn lock(&self) -> MutexGuard<'_, UnderWay> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let mut under_way = self.admission.lock();
        under_way.n = under_way.n.saturating_sub(1);
        let Some(client) = self.client else { return };
        if let Some(n) = under_way.of.get_mut(&client) {
            *n -= 1;
            if *n == 0 {
                under_way.of.remove(&client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a file that is not admitted must fail the test")]

    use std::net::IpAddr;

    use super::*;

    fn client(last: u8) -> Option<Client> {
        Some(Client::from(IpAddr::from([192, 0, 2, last])))
    }

    #[test]
    fn one_client_does_not_take_the_place_of_others() {
        let admission = Admission::default();
        let mut taken: Vec<_> =
            (0..OF_ONE).map(|_| admission.admit(client(1), Lang::En).unwrap()).collect();
        let error = admission.admit(client(1), Lang::En).unwrap_err();
        assert_eq!(error.code(), ErrorCode::TooManyRequests);
        admission.admit(client(2), Lang::En).unwrap();
        taken.pop();
        taken.push(admission.admit(client(1), Lang::En).unwrap());
        drop(taken);
        let under_way = admission.lock();
        assert_eq!((under_way.n, under_way.of.len()), (0, 0));
    }

    #[test]
    fn there_is_an_end_to_all() {
        let admission = Admission::default();
        let taken: Vec<_> = (0..OF_ALL).map(|_| admission.admit(None, Lang::En).unwrap()).collect();
        let error = admission.admit(client(1), Lang::Zh).unwrap_err();
        assert_eq!(error.code(), ErrorCode::Unavailable);
        drop(taken);
        admission.admit(client(1), Lang::Zh).unwrap();
    }
}
