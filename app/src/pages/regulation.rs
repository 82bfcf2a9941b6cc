//! The full text of a regulation, and beside each article the rules that rest on it (ORG-12).

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_domain::regulation::Citation;
use kaishu_portal::Portal;
use kaishu_types::rules::{ArticleView, PolicyView, RegulationView, RuleGround, RuleView};
use kaishu_types::{ErrorCode, Lang};
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::{Page, Section, respond};
use crate::ui::crumbs::crumbs;
use crate::ui::law::{rule_anchor, rule_label, rule_value};
use crate::ui::toc::toc;

/// `GET /rules/{regulation}`
pub(crate) async fn show(
    ctx: Ctx,
    State(portal): State<Portal>,
    Path(code): Path<String>,
) -> Response {
    respond(&ctx, || {
        let found = portal.regulation(&code);
        let regulation =
            found.map_err(|error| AppError::or_unknown(error, || unknown(&ctx, &code)))?;
        Ok(page(&ctx, &portal.policy_view(), &regulation))
    })
}

fn unknown(ctx: &Ctx, code: &str) -> AppError {
    let code: String = code.chars().take(40).collect();
    let (message, remedy) = match ctx.lang {
        Lang::Zh => (format!("这里没有“{code}”的条文。"), "查看全部办法"),
        Lang::En => (format!("The portal has no regulation “{code}”."), "See all regulations"),
    };
    AppError::new(ErrorCode::NotFound, message).with_remedy(remedy, "/rules#texts")
}

/// Gathers the rules of a profile under the articles of a regulation that they cite.
fn rules_by_article<'a>(
    policy: &'a PolicyView,
    regulation: &str,
) -> BTreeMap<u32, Vec<&'a RuleView>> {
    let mut found: BTreeMap<u32, Vec<&RuleView>> = BTreeMap::new();
    for rule in policy.groups.iter().flat_map(|group| &group.rules) {
        let RuleGround::Article { citation, .. } = &rule.ground else { continue };
        let citation = Citation::new(citation);
        if citation.regulation_code() != Some(regulation) {
            continue;
        }
        for number in citation.articles() {
            let rules = found.entry(number).or_default();
            if !rules.iter().any(|known| known.key == rule.key) {
                rules.push(rule);
            }
        }
    }
    found
}

fn page(ctx: &Ctx, policy: &PolicyView, regulation: &RegulationView) -> Page {
    let words = ctx.words;
    let rules = rules_by_article(policy, &regulation.code);
    let entries: Vec<(String, String)> = regulation
        .articles
        .iter()
        .filter(|article| article.number == 0)
        .enumerate()
        .map(|(place, chapter)| (chapter_anchor(place), chapter.heading.clone()))
        .collect();
    let mut n_chapters = 0;
    let parts: Vec<_> = regulation
        .articles
        .iter()
        .map(|part| {
            if part.number == 0 {
                let id = chapter_anchor(n_chapters);
                n_chapters += 1;
                view! { <h2 id=id class="!mt-12">{part.heading.clone()}</h2> }.into_any()
            } else {
                article(ctx, part, rules.get(&part.number).map(Vec::as_slice).unwrap_or_default())
            }
        })
        .collect();
    let english = (ctx.lang == Lang::En).then(|| {
        view! {
            <p class="text-center [font-family:var(--font-latin)]" lang="en">{regulation.title_en.clone()}</p>
            <p class="text-center text-base ks-mute [font-family:var(--font-latin)]" lang="en">{words.chinese_only}</p>
        }
    });
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, vec![
                (words.rules.to_owned(), Some("/rules".to_owned())),
                (ctx.lang.pick(&regulation.title, &regulation.title_en).clone(), None),
            ])}
            <div class="grid lg:grid-cols-[13rem_minmax(0,1fr)] gap-x-12 gap-y-8 pt-6">
                {toc(ctx, entries)}
                <article class="ks-doc !max-w-none !mx-0" lang="zh-CN">
                    <h1 class="xl:pr-[17rem]">{regulation.title.clone()}</h1>
                    <div class="xl:pr-[17rem] mb-8">
                        {english}
                        <p class="text-center text-base ks-mute [text-autospace:no-autospace]">{regulation.number.clone()}</p>
                    </div>
                    {parts}
                </article>
            </div>
        </main>
    };
    let title = ctx.lang.pick(&regulation.title, &regulation.title_en).clone();
    Page::new(title.clone(), body).section(Section::Rules).description(title)
}

fn chapter_anchor(place: usize) -> String {
    format!("c{}", place + 1)
}

fn article(ctx: &Ctx, article: &ArticleView, rules: &[&RuleView]) -> AnyView {
    let paragraphs: Vec<_> =
        article.paragraphs.iter().map(|text| view! { <p>{text.clone()}</p> }).collect();
    let rows: Vec<_> = rules
        .iter()
        .map(|rule| {
            let target = ctx.href(&format!("/rules#{}", rule_anchor(&rule.key)));
            view! {
                <li class="py-1">
                    <a class="ks-link" href=target>{rule_label(ctx.lang, rule)}</a>
                    <span class="block">{rule_value(ctx.lang, rule)}</span>
                </li>
            }
        })
        .collect();
    let beside = (!rows.is_empty()).then(|| {
        view! {
            <div
                class="text-sm leading-normal [font-family:var(--font-sans)] border-l-2 border-[var(--line-2)] pl-4 my-2 xl:my-0 self-start"
                lang=ctx.lang.tag()
            >
                <p class="ks-mute">{ctx.words.rules_by_this}</p>
                <ul>{rows}</ul>
            </div>
        }
    });
    view! {
        <div class="xl:grid xl:grid-cols-[minmax(0,1fr)_14.5rem] gap-x-10 pt-5">
            <section id=format!("a{}", article.number) class="target:bg-[var(--tint-link)]">
                <h3 class="text-base [font-family:var(--font-sans)]">{article.heading.clone()}</h3>
                {paragraphs}
            </section>
            {beside}
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a missing fixture is a failed test")]

    use kaishu_domain::PolicyProfile;

    use super::*;

    /// The rules of ORG-12 are data that cite their articles, and each stands beside those it cites.
    #[test]
    fn rules_stand_beside_every_article_they_cite() {
        let policy = PolicyProfile::load("aba").unwrap().view();

        let rules = rules_by_article(&policy, "aba");

        let keys = |number: u32| -> Vec<&str> {
            rules.get(&number).into_iter().flatten().map(|rule| rule.key.as_str()).collect()
        };
        assert!(keys(20).contains(&"correction.reply_wd"), "{:?}", keys(20));
        assert!(keys(32).contains(&"agreement.docs"), "{:?}", keys(32));
        // Cites two paragraphs of one article: it stands there once.
        let addressee = keys(20).iter().filter(|key| **key == "correction.addressee").count();
        assert_eq!(addressee, 1);
        assert!(rules_by_article(&policy, "yulin").is_empty());
    }
}
