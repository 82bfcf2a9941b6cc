//! All regions as a tree, and what their levels mean (ZON-01).

use std::collections::{HashMap, HashSet};

use axum::extract::State;
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_types::Lang;
use kaishu_types::organization::RegionView;
use kaishu_types::vocabulary::RegionLevel;
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::page::{Page, Section, respond};
use crate::ui::crumbs::crumbs;
use crate::ui::data::data;
use crate::ui::heading::{Rank, page_head, rail_head};
use crate::ui::law::{ground, rule, rule_value};
use crate::ui::numbers::thousands;

/// `GET /regions`
pub(crate) async fn show(ctx: Ctx, State(portal): State<Portal>) -> Response {
    let directory = portal.directory();
    let roots = tree(&directory.regions);
    respond(&ctx, || Ok(page(&ctx, &portal, &directory.regions, &roots)))
}

/// A region with the regions below it.
struct Node<'a> {
    region: &'a RegionView,
    below: Vec<Node<'a>>,
}

/// Builds the tree of regions. A region whose parent is unknown stands at the top, and so does the
/// first region of a loop: none is lost, and none appears twice.
fn tree(regions: &[RegionView]) -> Vec<Node<'_>> {
    let known: HashSet<&str> = regions.iter().map(|region| region.named.code.as_str()).collect();
    let mut below: HashMap<&str, Vec<&RegionView>> = HashMap::new();
    let mut tops = Vec::new();
    for region in regions {
        match region.parent.as_ref().filter(|parent| known.contains(parent.code.as_str())) {
            Some(parent) => below.entry(parent.code.as_str()).or_default().push(region),
            None => tops.push(region),
        }
    }
    let mut placed = HashSet::new();
    let all = tops.into_iter().chain(regions);
    all.filter_map(|region| grow(region, &below, &mut placed)).collect()
}

/// Grows the tree from a region, unless it was placed already.
fn grow<'a>(
    region: &'a RegionView,
    below: &HashMap<&str, Vec<&'a RegionView>>,
    placed: &mut HashSet<&'a str>,
) -> Option<Node<'a>> {
    let code = region.named.code.as_str();
    if !placed.insert(code) {
        return None;
    }
    let children = below.get(code).into_iter().flatten();
    let below = children.filter_map(|child| grow(child, below, placed)).collect();
    Some(Node { region, below })
}

fn page(ctx: &Ctx, portal: &Portal, regions: &[RegionView], roots: &[Node<'_>]) -> Page {
    let words = ctx.words;
    let lead = ctx.lang.pick(
        "从州到村，每个地区有自己的页面：目录、统计和主管部门。数字包括下级地区的数据集。",
        "From the prefecture to the village, every region has a page of its own: list, figures, authority. Numbers include the regions below.",
    );
    let policy = portal.policy_view();
    let zones = rule(&policy, "zones").map(|rule| {
        view! {
            <p class="mt-2 font-semibold">{rule_value(ctx.lang, rule)}</p>
            <p>{ground(ctx, &policy, &rule.ground)}</p>
        }
    });
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, vec![(words.regions.to_owned(), None)])}
            {page_head(words.regions, lead)}
            <div class="grid lg:grid-cols-[minmax(0,1fr)_19.5rem] gap-x-16 gap-y-12">
                <div class="min-w-0">
                    {roots.is_empty().then(|| view! { <p>{words.no_region}</p> })}
                    {roots.iter().map(|root| top(ctx, root)).collect::<Vec<_>>()}
                </div>
                <aside aria-label=words.levels class="text-[.9375rem]">
                    {rail_head(words.levels, Rank::First)}
                    <dl class="mt-1">{levels(ctx, regions)}</dl>
                    {rail_head(words.zones, Rank::Next)}
                    <p class="mt-2">{words.zones_text}</p>
                    {zones}
                </aside>
            </div>
        </main>
    };
    Page::new(words.regions, body).section(Section::Regions).description(lead)
}

fn top(ctx: &Ctx, node: &Node<'_>) -> AnyView {
    let leaves = node.below.iter().all(|child| child.below.is_empty());
    let below = if leaves {
        list(ctx, &node.below)
    } else {
        let groups: Vec<_> = node.below.iter().map(|child| county(ctx, child)).collect();
        view! { <ul class="mt-6 grid sm:grid-cols-2 gap-x-12 gap-y-8">{groups}</ul> }.into_any()
    };
    view! {
        <section class="border-t-2 border-[var(--color-base-content)] pt-3 mb-14">
            <h2 class="text-xl flex items-baseline justify-between gap-4">
                {link(ctx, node.region)}
                <span class="num text-base font-normal ks-mute">{thousands(node.region.n_datasets)}</span>
            </h2>
            {below}
        </section>
    }
    .into_any()
}

fn county(ctx: &Ctx, node: &Node<'_>) -> AnyView {
    view! {
        <li>
            <p class="flex items-baseline justify-between gap-4 font-semibold border-t border-[var(--line-2)] pt-2 pb-1">
                {link(ctx, node.region)}
                <span class="num text-sm font-normal ks-mute">{thousands(node.region.n_datasets)}</span>
            </p>
            {list(ctx, &node.below)}
        </li>
    }
    .into_any()
}

fn list(ctx: &Ctx, nodes: &[Node<'_>]) -> AnyView {
    if nodes.is_empty() {
        return ().into_any();
    }
    let rows: Vec<_> = nodes
        .iter()
        .map(|node| {
            let below = (!node.below.is_empty())
                .then(|| view! { <div class="pl-5">{list(ctx, &node.below)}</div> });
            view! {
                <li>
                    <p class="flex items-baseline justify-between gap-4 py-1.5 border-t border-[var(--line)]">
                        {link(ctx, node.region)}
                        <span class="num text-sm ks-mute">{thousands(node.region.n_datasets)}</span>
                    </p>
                    {below}
                </li>
            }
        })
        .collect();
    view! { <ul>{rows}</ul> }.into_any()
}

fn link(ctx: &Ctx, region: &RegionView) -> AnyView {
    let target = ctx.href(&format!("/regions/{}", region.named.code));
    view! { <a class="ks-plain" href=target>{data(ctx.lang, region.named.label(ctx.lang))}</a> }
        .into_any()
}

/// Says what each level is, and links to the datasets of that level.
fn levels(ctx: &Ctx, regions: &[RegionView]) -> Vec<AnyView> {
    RegionLevel::ALL
        .iter()
        .filter_map(|level| {
            let n_regions = regions.iter().filter(|region| region.level == *level).count();
            if n_regions == 0 {
                return None;
            }
            let target = ctx.href(&format!("/datasets?level={level}"));
            let count = match ctx.lang {
                Lang::Zh => format!("{n_regions} 个地区"),
                Lang::En if n_regions == 1 => "1 region".to_owned(),
                Lang::En => format!("{n_regions} regions"),
            };
            Some(
                view! {
                    <div class="py-2 border-t border-[var(--line)] first:border-t-0">
                        <dt class="flex justify-between gap-4">
                            <a class="ks-link" href=target>{level.label(ctx.lang)}</a>
                            <span class="num text-sm ks-mute">{count}</span>
                        </dt>
                        <dd class="ks-mute text-sm">{level_text(ctx.lang, *level)}</dd>
                    </div>
                }
                .into_any(),
            )
        })
        .collect()
}

fn level_text(lang: Lang, level: RegionLevel) -> &'static str {
    match level {
        RegionLevel::Province => lang.pick("省级部门提供的数据。", "Data of provincial bodies."),
        RegionLevel::Prefecture => lang.pick(
            "市（州）级部门提供的数据，覆盖全州。",
            "Data of prefecture bodies, for the whole prefecture.",
        ),
        RegionLevel::County => {
            lang.pick("县（市、区）部门提供的数据。", "Data of county and city bodies.")
        }
        RegionLevel::Township => {
            lang.pick("乡镇和街道提供的数据。", "Data of townships and subdistricts.")
        }
        RegionLevel::Village => {
            lang.pick("村和社区提供的数据。", "Data of villages and communities.")
        }
    }
}

#[cfg(test)]
mod tests {
    use kaishu_types::organization::Named;

    use super::*;

    fn region(code: &str, parent: Option<&str>) -> RegionView {
        let named =
            |code: &str| Named { code: code.to_owned(), name: code.to_owned(), name_en: None };
        RegionView {
            named: named(code),
            level: RegionLevel::County,
            parent: parent.map(named),
            description: None,
            authority: None,
            n_datasets: 0,
        }
    }

    fn written(nodes: &[Node<'_>]) -> String {
        let parts: Vec<String> = nodes
            .iter()
            .map(|node| {
                let code = &node.region.named.code;
                if node.below.is_empty() {
                    code.clone()
                } else {
                    format!("{code}({})", written(&node.below))
                }
            })
            .collect();
        parts.join(" ")
    }

    #[track_caller]
    fn check(regions: &[(&str, Option<&str>)], expected: &str) {
        let regions: Vec<RegionView> =
            regions.iter().map(|(code, parent)| region(code, *parent)).collect();
        assert_eq!(written(&tree(&regions)), expected);
    }

    /// Proves ZON-01
    #[test]
    fn regions_stand_under_the_region_above() {
        check(&[("A", None), ("B", Some("A")), ("C", Some("B")), ("D", Some("A"))], "A(B(C) D)");
        check(&[("C", Some("B")), ("B", Some("A")), ("A", None)], "A(B(C))");
    }

    #[test]
    fn no_region_is_lost_to_a_missing_parent_or_a_loop() {
        check(&[("B", Some("GONE")), ("C", Some("B"))], "B(C)");
        check(&[("A", Some("B")), ("B", Some("A"))], "A(B)");
        check(&[("A", Some("A"))], "A");
        check(&[], "");
    }
}
