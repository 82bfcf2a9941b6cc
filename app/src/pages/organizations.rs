//! All organizations by region (ORG-01).

use std::collections::HashMap;

use axum::extract::State;
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_types::Lang;
use kaishu_types::organization::{Named, OrganizationView, RegionView};
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::page::{Page, Section, respond};
use crate::ui::crumbs::crumbs;
use crate::ui::data::data;
use crate::ui::heading::page_head;
use crate::ui::numbers::thousands;
use crate::ui::toc::toc;

/// `GET /organizations`
pub(crate) async fn show(ctx: Ctx, State(portal): State<Portal>) -> Response {
    let directory = portal.directory();
    let groups = by_region(&directory.organizations, &directory.regions);
    respond(&ctx, || Ok(page(&ctx, &groups)))
}

/// The organizations of a region.
struct Group<'a> {
    region: &'a Named,
    organizations: Vec<&'a OrganizationView>,
}

/// Groups organizations in the order of the regions, upper ones first; those with most datasets
/// lead each group.
fn by_region<'a>(
    organizations: &'a [OrganizationView],
    regions: &'a [RegionView],
) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = regions
        .iter()
        .map(|region| Group { region: &region.named, organizations: Vec::new() })
        .collect();
    let mut places: HashMap<&str, usize> = groups
        .iter()
        .enumerate()
        .map(|(place, group)| (group.region.code.as_str(), place))
        .collect();
    for organization in organizations {
        let region = &organization.region;
        let place = *places.entry(region.code.as_str()).or_insert_with(|| {
            groups.push(Group { region, organizations: Vec::new() });
            groups.len() - 1
        });
        if let Some(group) = groups.get_mut(place) {
            group.organizations.push(organization);
        }
    }
    groups.retain(|group| !group.organizations.is_empty());
    for group in &mut groups {
        group.organizations.sort_by_key(|it| std::cmp::Reverse(it.n_datasets));
    }
    groups
}

fn page(ctx: &Ctx, groups: &[Group<'_>]) -> Page {
    let words = ctx.words;
    let n_organizations: usize = groups.iter().map(|group| group.organizations.len()).sum();
    let lead = match ctx.lang {
        Lang::Zh if n_organizations == 0 => "目录里还没有机构。".to_owned(),
        Lang::En if n_organizations == 0 => "No organization is in the catalogue yet.".to_owned(),
        Lang::Zh => {
            format!("{n_organizations} 个机构在这里编制目录、提供数据。数字是公开的数据集。")
        }
        Lang::En => format!(
            "{n_organizations} organizations keep their catalogue here. The number is that of public datasets."
        ),
    };
    let entries = groups
        .iter()
        .map(|group| (fragment(group.region), group.region.label(ctx.lang).to_owned()))
        .collect();
    let sections: Vec<_> = groups.iter().map(|group| section(ctx, group)).collect();
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, vec![(words.organizations.to_owned(), None)])}
            {page_head(words.organizations, lead.clone())}
            {(n_organizations > 0).then(|| view! {
                <div class="grid lg:grid-cols-[13rem_minmax(0,1fr)] gap-x-16 gap-y-8">
                    {toc(ctx, entries)}
                    <div class="space-y-14">{sections}</div>
                </div>
            })}
        </main>
    };
    Page::new(words.organizations, body).section(Section::Organizations).description(lead)
}

fn fragment(region: &Named) -> String {
    format!("in-{}", region.code)
}

fn section(ctx: &Ctx, group: &Group<'_>) -> AnyView {
    let rows: Vec<_> =
        group.organizations.iter().map(|organization| row(ctx, organization)).collect();
    let id = fragment(group.region);
    let region = ctx.href(&format!("/regions/{}", group.region.code));
    view! {
        <section aria-labelledby=id.clone()>
            <h2 id=id.clone() class="text-xl border-t-2 border-[var(--color-base-content)] pt-3">
                <a class="ks-plain" href=region>{data(ctx.lang, group.region.label(ctx.lang))}</a>
            </h2>
            <ul class="mt-3 grid sm:grid-cols-2 gap-x-12">{rows}</ul>
        </section>
    }
    .into_any()
}

fn row(ctx: &Ctx, organization: &OrganizationView) -> AnyView {
    let target = ctx.href(&format!("/organizations/{}", organization.named.code));
    view! {
        <li class="flex items-baseline justify-between gap-4 py-2.5 border-t border-[var(--line)]">
            <span>
                <a class="ks-plain" href=target>{data(ctx.lang, organization.named.label(ctx.lang))}</a>
                <span class="block text-sm ks-mute">{organization.kind.label(ctx.lang)}</span>
            </span>
            <span class="num text-sm ks-mute">{thousands(organization.n_datasets)}</span>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use kaishu_types::vocabulary::{OrganizationKind, RegionLevel};

    use super::*;

    fn named(code: &str) -> Named {
        Named { code: code.to_owned(), name: code.to_owned(), name_en: None }
    }

    fn region(code: &str) -> RegionView {
        RegionView {
            named: named(code),
            level: RegionLevel::County,
            parent: None,
            description: None,
            authority: None,
            n_datasets: 0,
        }
    }

    fn organization(code: &str, region: &str, n_datasets: u64) -> OrganizationView {
        OrganizationView {
            named: named(code),
            kind: OrganizationKind::StateOrgan,
            level: RegionLevel::County,
            region: named(region),
            parent: None,
            description: None,
            responsible_head: None,
            contact: None,
            homepage: None,
            n_datasets,
        }
    }

    #[test]
    fn organizations_stand_under_their_region_in_the_order_of_regions() {
        let regions = [region("YX"), region("YX-LC"), region("YX-QT")];
        let organizations = [
            organization("B", "YX-LC", 1),
            organization("A", "YX", 0),
            organization("C", "YX", 7),
            organization("D", "ELSEWHERE", 2),
        ];

        let groups = by_region(&organizations, &regions);

        let shown: Vec<(&str, Vec<&str>)> = groups
            .iter()
            .map(|group| {
                let codes = group.organizations.iter().map(|it| it.named.code.as_str()).collect();
                (group.region.code.as_str(), codes)
            })
            .collect();
        let expected = vec![("YX", vec!["C", "A"]), ("YX-LC", vec!["B"]), ("ELSEWHERE", vec!["D"])];
        assert_eq!(shown, expected);
    }
}
