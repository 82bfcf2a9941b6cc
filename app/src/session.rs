//! The cookie of a session: what a browser holds after the login.

use http::{HeaderMap, HeaderValue, header};
use kaishu_portal::Site;
use kaishu_portal::accounts::SIGN_ON_WITHIN;

/// Returns its name. A browser takes a name with `__Host-` only over https, for this host alone.
pub fn cookie_name(site: &Site) -> &'static str {
    if is_secure(site) { "__Host-kaishu" } else { "kaishu" }
}

fn is_secure(site: &Site) -> bool {
    site.base_url.starts_with("https://")
}

/// Reads what the browser holds.
pub fn session_token(site: &Site, headers: &HeaderMap) -> Option<String> {
    cookie(headers, cookie_name(site))
}

/// Reads a cookie.
pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|pairs| pairs.to_str().ok());
    pairs.flat_map(|pairs| pairs.split(';')).find_map(|pair| {
        let (found, value) = pair.trim().split_once('=')?;
        (found == name).then(|| value.to_owned())
    })
}

/// Makes the header that gives the browser something to hold until it is closed.
pub(crate) fn held(site: &Site, token: &str) -> Option<HeaderValue> {
    let text = format!("{}={token}; {}", cookie_name(site), attributes(site));
    HeaderValue::from_str(&text).ok()
}

/// Makes the header that takes it away.
pub(crate) fn taken_away(site: &Site) -> Option<HeaderValue> {
    let text = format!("{}=; Max-Age=0; {}", cookie_name(site), attributes(site));
    HeaderValue::from_str(&text).ok()
}

fn attributes(site: &Site) -> &'static str {
    if is_secure(site) {
        "Path=/; Secure; HttpOnly; SameSite=Lax"
    } else {
        "Path=/; HttpOnly; SameSite=Lax"
    }
}

/// Returns the name of what a browser holds while somebody logs in at the provider of identities.
fn sign_on_name(site: &Site) -> &'static str {
    if is_secure(site) { "__Host-kaishu-sign-on" } else { "kaishu-sign-on" }
}

/// Reads what a browser brought back from there.
pub(crate) fn sign_on(site: &Site, headers: &HeaderMap) -> Option<String> {
    cookie(headers, sign_on_name(site)).filter(|sealed| !sealed.is_empty())
}

/// Makes the header that lets a browser hold it for as long as such a login may take.
pub(crate) fn sign_on_held(site: &Site, sealed: &str) -> Option<HeaderValue> {
    sign_on_cookie(site, sealed, SIGN_ON_WITHIN.num_seconds())
}

/// Makes the header that takes it away.
pub(crate) fn sign_on_taken_away(site: &Site) -> Option<HeaderValue> {
    sign_on_cookie(site, "", 0)
}

fn sign_on_cookie(site: &Site, sealed: &str, seconds: i64) -> Option<HeaderValue> {
    let (name, attributes) = (sign_on_name(site), attributes(site));
    HeaderValue::from_str(&format!("{name}={sealed}; Max-Age={seconds}; {attributes}")).ok()
}

/// What is shown once after a redirect: nobody reads it but the page it is for.
const ONCE: &str = "kaishu-once";

/// Makes the header that brings something to a page, for a minute.
pub(crate) fn once(site: &Site, path: &str, sealed: &str) -> Option<HeaderValue> {
    once_cookie(site, path, sealed, 60)
}

/// Makes the header that takes it away again.
pub(crate) fn once_taken_away(site: &Site, path: &str) -> Option<HeaderValue> {
    once_cookie(site, path, "", 0)
}

fn once_cookie(site: &Site, path: &str, sealed: &str, seconds: u32) -> Option<HeaderValue> {
    let secure = if is_secure(site) { "Secure; " } else { "" };
    let text =
        format!("{ONCE}={sealed}; Path={path}; Max-Age={seconds}; {secure}HttpOnly; SameSite=Lax");
    HeaderValue::from_str(&text).ok()
}

/// Reads what was brought to a page.
pub(crate) fn brought(headers: &HeaderMap) -> Option<String> {
    cookie(headers, ONCE).filter(|sealed| !sealed.is_empty())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at anything unexpected")]
    use super::*;

    fn site(base_url: &str) -> Site {
        Site { base_url: base_url.to_owned(), ..Site::default() }
    }

    #[test]
    fn over_https_the_cookie_is_of_this_host_and_never_sent_in_the_clear() {
        let set = held(&site("https://data.example.cn"), "abc").unwrap();
        assert_eq!(set, "__Host-kaishu=abc; Path=/; Secure; HttpOnly; SameSite=Lax");
        let set = held(&site("http://127.0.0.1:3000"), "abc").unwrap();
        assert_eq!(set, "kaishu=abc; Path=/; HttpOnly; SameSite=Lax");
        assert_eq!(held(&site("https://a.cn"), "a\r\nb"), None);
    }

    #[test]
    fn of_many_cookies_ours_is_read() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("theme=dark; xkaishu=1"));
        assert_eq!(session_token(&site("http://127.0.0.1"), &headers), None);
        headers.append(header::COOKIE, HeaderValue::from_static("a=b; kaishu=abc"));
        assert_eq!(session_token(&site("http://127.0.0.1"), &headers).as_deref(), Some("abc"));
        assert_eq!(session_token(&site("https://a.cn"), &headers), None);
    }
}
