//! Whom to ask, beside what cannot be done on the page itself.

use kaishu_portal::directory::Directory;
use kaishu_portal::entries::DatasetPage;
use kaishu_types::organization::OrganizationView;
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::ui::data::data;
use crate::ui::heading::{Rank, rail_head};
use crate::ui::links::safe_url;
use crate::ui::meta::{fact, meta, text_fact};

/// Returns the data authority of the portal's own region.
pub(crate) fn authority<'a>(ctx: &Ctx, directory: &'a Directory) -> Option<&'a OrganizationView> {
    let region = directory.region(&ctx.site.region)?;
    directory.organization(&region.authority.as_ref()?.code)
}

/// Names the keeper of the portal, where the directory has nobody to ask.
fn keeper(ctx: &Ctx) -> AnyView {
    let words = ctx.words;
    let site = &ctx.site;
    let mut facts = vec![fact(words.body, site.keeper.pick(ctx.lang))];
    facts.extend(text_fact(words.contact, Some(&site.address.pick(ctx.lang))));
    facts.extend(text_fact(words.hours, Some(&site.hours.pick(ctx.lang))));
    view! {
        <aside aria-label=words.whom_to_ask class="text-[.9375rem]">
            {rail_head(words.whom_to_ask, Rank::First)}
            {meta(facts)}
        </aside>
    }
    .into_any()
}

/// Names whom to ask: an organization with what its entry says, or the keeper of the portal where there is none.
pub(crate) fn section(
    ctx: &Ctx,
    found: Option<&DatasetPage>,
    whom: Option<&OrganizationView>,
) -> AnyView {
    let words = ctx.words;
    let Some(whom) = whom else { return keeper(ctx) };
    let target = ctx.href(&format!("/organizations/{}", whom.named.code));
    let mut facts = vec![fact(
        words.body,
        view! { <a class="ks-link" href=target>{data(ctx.lang, whom.named.label(ctx.lang))}</a> },
    )];
    facts.extend(text_fact(words.responsible_head, whom.responsible_head.as_deref()));
    facts.extend(text_fact(words.contact, whom.contact.as_deref()));
    let of_entry = found.and_then(|found| found.dataset.fields.contact.as_deref());
    facts.extend(text_fact(words.contact_of_dataset, of_entry));
    if let Some(url) = whom.homepage.as_deref().and_then(safe_url) {
        let shown = url.clone();
        facts.push(fact(
            words.website,
            view! { <a class="ks-link" rel="external noopener" href=url>{shown}</a> },
        ));
    }
    if let Some(found) = found {
        facts.push(fact(words.code, found.dataset.code.to_string()));
    }
    view! {
        <aside aria-label=words.whom_to_ask class="text-[.9375rem]">
            {rail_head(words.whom_to_ask, Rank::First)}
            {meta(facts)}
        </aside>
    }
    .into_any()
}
