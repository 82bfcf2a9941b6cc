//! Templates of agreements, so that what is open on conditions can be published, and applied for.

use kaishu_portal::Portal;
use kaishu_portal::access::{Owner, TemplateForm};
use kaishu_portal::accounts::Caller;
use kaishu_types::account::Role;

use crate::people::{LANG, at_browser};

/// Makes somebody of the authority of the prefecture, called `drafts`, and publishes what the portal proposes as the
/// authority's templates. Returns who did.
pub async fn publish_defaults(portal: &Portal) -> Caller {
    let authority = at_browser(portal, Role::Authority, ("drafts", "YX")).await;
    for card in portal.default_templates(&authority, LANG).await.unwrap() {
        let kind = card.document.as_str();
        let desk = portal.template_desk(&authority, (&card.owner, kind), LANG).await.unwrap();
        publish(portal, &authority, (&card.owner, kind), &desk.proposed).await;
    }
    authority
}

/// Publishes the next version of a template. Returns its number.
pub async fn publish(
    portal: &Portal,
    caller: &Caller,
    (owner, kind): (&Owner, &str),
    text: &str,
) -> u32 {
    let desk = portal.template_desk(caller, (owner, kind), LANG).await.unwrap();
    let read = desk.card.own.map_or(0, |own| own.number);
    let form = TemplateForm { text, note: "新的一版", read };
    portal.publish_template(caller, (owner, kind), form, LANG).await.unwrap()
}
