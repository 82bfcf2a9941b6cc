//! The active rules beside their articles (ORG-12).

use axum::extract::State;
use axum::response::Response;
use kaishu_domain::PolicyProfile;
use kaishu_domain::policy::Expiry;
use kaishu_portal::Portal;
use kaishu_types::Lang;
use kaishu_types::rules::{PolicyView, RegulationView, RuleGroup, RuleView};
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::page::{Keep, Page, Section, respond};
use crate::ui::crumbs::crumbs;
use crate::ui::data::data;
use crate::ui::dates::full_day;
use crate::ui::heading::page_head;
use crate::ui::law::{ground, rule_anchor, rule_label, rule_value};
use crate::ui::meta::{fact, text_fact};
use crate::ui::toc::toc;

/// `GET /rules`
pub(crate) async fn show(ctx: Ctx, State(portal): State<Portal>) -> Response {
    respond(&ctx, || Ok(page(&ctx, &portal)))
}

fn page(ctx: &Ctx, portal: &Portal) -> Page {
    let words = ctx.words;
    let policy = portal.policy_view();
    let name = ctx.lang.pick(&policy.name, &policy.name_en).clone();
    let lead = match ctx.lang {
        Lang::Zh => format!(
            "本平台按《{name}》运行。每一项规则写明现在的值和它的条文；办法没有规定的，写明建议值和理由。"
        ),
        Lang::En => format!(
            "This portal runs by the {name}. Every rule stands with its present value and its article; where the text is silent, with the proposed value and the reason."
        ),
    };
    let mut entries: Vec<(String, String)> = policy
        .groups
        .iter()
        .map(|group| (group_anchor(group), group_title(ctx.lang, group)))
        .collect();
    entries.push(("profiles".to_owned(), words.profiles.to_owned()));
    entries.push(("texts".to_owned(), words.regulation_texts.to_owned()));
    let groups: Vec<_> = policy.groups.iter().map(|group| section(ctx, &policy, group)).collect();
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, vec![(words.rules.to_owned(), None)])}
            {page_head(words.active_rules, lead.clone())}
            {expiry_note(ctx, portal.policy())}
            <div class="grid lg:grid-cols-[13rem_minmax(0,1fr)] gap-x-16 gap-y-8">
                {toc(ctx, entries)}
                <div class="min-w-0">
                    {head(ctx, portal.policy())}
                    {groups}
                    {profiles(ctx, portal.policy())}
                    {texts(ctx, &portal.regulations())}
                </div>
            </div>
        </main>
    };
    let mut page = Page::new(words.active_rules, body).section(Section::Rules).description(lead);
    // The warning before the end of a regulation comes with the day, not with the catalogue.
    page.keep = Keep::Never;
    page
}

fn group_anchor(group: &RuleGroup) -> String {
    format!("g-{}", group.code)
}

fn group_title(lang: Lang, group: &RuleGroup) -> String {
    lang.pick(&group.title, &group.title_en).clone()
}

/// Warns 60 days before a regulation ends, and after it.
fn expiry_note(ctx: &Ctx, profile: &PolicyProfile) -> Option<AnyView> {
    let header = &profile.header;
    let last = header.expires?;
    let text = match (header.expiry(ctx.today), ctx.lang) {
        (Expiry::None, _) => return None,
        (Expiry::Soon { days_left }, Lang::Zh) => {
            format!("《{}》还有 {days_left} 天到期，最后一天是", header.title)
        }
        (Expiry::Soon { days_left }, Lang::En) => {
            format!("The {} ends in {days_left} days. Its last day is", header.title_en)
        }
        (Expiry::Expired, Lang::Zh) => format!("《{}》已经到期，最后一天是", header.title),
        (Expiry::Expired, Lang::En) => {
            format!("The {} has ended. Its last day was", header.title_en)
        }
    };
    Some(
        view! {
            <div class="ks-note is-warn mb-10" role="status">
                <p>
                    {text}{ctx.gap()}{full_day(ctx.lang, last)}{ctx.lang.pick("。", ". ")}
                    {ctx.words.expiry_text}
                </p>
            </div>
        }
        .into_any(),
    )
}

fn head(ctx: &Ctx, profile: &PolicyProfile) -> AnyView {
    let words = ctx.words;
    let header = &profile.header;
    let mut facts =
        vec![fact(words.regulation, ctx.lang.pick(&header.title, &header.title_en).clone())];
    facts.extend(text_fact(words.document_number, header.document.as_deref()));
    facts.extend(text_fact(words.interpreter, header.interpreter.as_deref()));
    if let Some(day) = header.effective {
        facts.push(fact(words.effective, full_day(ctx.lang, day)));
    }
    match header.expires {
        Some(day) => facts.push(fact(words.expires, full_day(ctx.lang, day))),
        None => facts.push(fact(words.expires, words.no_end_written)),
    }
    let proposed = ctx.lang.pick(&header.dates_proposed, &header.dates_proposed_en);
    facts.extend(text_fact(words.dates_proposed, proposed.as_deref()));
    facts.push(fact(words.revision, words.version_number(header.revision)));
    view! {
        <dl class="ks-meta border-t-2 border-[var(--color-base-content)] pt-1 max-w-[44rem]">{facts}</dl>
    }
    .into_any()
}

fn section(ctx: &Ctx, policy: &PolicyView, group: &RuleGroup) -> AnyView {
    let id = group_anchor(group);
    let title = group_title(ctx.lang, group);
    let rows: Vec<_> = group.rules.iter().map(|rule| row(ctx, policy, rule)).collect();
    view! {
        <section aria-labelledby=id.clone() class="mt-14">
            <h2 id=id.clone() class="text-xl">{title}</h2>
            <dl class="mt-3 border-b border-[var(--line-2)]">{rows}</dl>
        </section>
    }
    .into_any()
}

/// Draws a rule: what it decides, the value, and the ground beside it.
fn row(ctx: &Ctx, policy: &PolicyView, rule: &RuleView) -> AnyView {
    view! {
        <div
            id=rule_anchor(&rule.key)
            class="grid sm:grid-cols-[12rem_minmax(0,1fr)] xl:grid-cols-[13rem_minmax(0,1fr)_17rem] gap-x-8 gap-y-1 py-3.5 border-t border-[var(--line)] target:bg-[var(--tint-link)]"
        >
            <dt class="ks-mute">{rule_label(ctx.lang, rule)}</dt>
            <dd>{rule_value(ctx.lang, rule)}</dd>
            <dd class="sm:max-xl:col-start-2 leading-normal">{ground(ctx, policy, &rule.ground)}</dd>
        </div>
    }
    .into_any()
}

fn profiles(ctx: &Ctx, active: &PolicyProfile) -> AnyView {
    let words = ctx.words;
    // Rules that prevail over a profile are no profile of their own.
    let active = active.header.parent.as_ref().unwrap_or(&active.header.code);
    let rows: Vec<_> = PolicyProfile::codes()
        .filter_map(|code| PolicyProfile::load(code).ok())
        .map(|profile| {
            let header = profile.header;
            let is_active = header.code == *active;
            let mark = is_active.then(|| {
                view! { <span class="ks-mark is-ok">{crate::ui::icon::icon("check")}{words.in_use_here}</span> }
            });
            let class = if is_active { "font-semibold" } else { "" };
            let document = header.document.clone().map(|text| data(ctx.lang, text));
            view! {
                <li class="flex flex-wrap items-baseline justify-between gap-x-6 py-2.5 border-t border-[var(--line)]">
                    <span>
                        <span class=class>{ctx.lang.pick(&header.title, &header.title_en).clone()}</span>
                        <span class="block text-sm ks-mute">{document}</span>
                    </span>
                    {mark}
                </li>
            }
        })
        .collect();
    view! {
        <section aria-labelledby="profiles" class="mt-14">
            <h2 id="profiles" class="text-xl">{words.profiles}</h2>
            <p class="mt-2 ks-mute max-w-[40em]">{words.profiles_text}</p>
            <ul class="mt-3 border-b border-[var(--line-2)]">{rows}</ul>
        </section>
    }
    .into_any()
}

fn texts(ctx: &Ctx, regulations: &[RegulationView]) -> AnyView {
    let words = ctx.words;
    let rows: Vec<_> = regulations
        .iter()
        .map(|regulation| {
            let target = ctx.href(&format!("/rules/{}", regulation.code));
            let english = (ctx.lang == Lang::En)
                .then(|| view! { <span class="block">{regulation.title_en.clone()}</span> });
            view! {
                <li class="py-2.5 border-t border-[var(--line)]">
                    <a class="ks-link" lang="zh-CN" href=target>{regulation.title.clone()}</a>
                    {english}
                    <span class="block text-sm ks-mute [text-autospace:no-autospace]" lang="zh-CN">{regulation.number.clone()}</span>
                </li>
            }
        })
        .collect();
    view! {
        <section aria-labelledby="texts" class="mt-14">
            <h2 id="texts" class="text-xl">{words.regulation_texts}</h2>
            <ul class="mt-3 border-b border-[var(--line-2)]">{rows}</ul>
        </section>
    }
    .into_any()
}
