//! Rules of the active profile with their ground: the article, or the reason of a proposal (ORG-12).

use kaishu_domain::policy::Fees;
use kaishu_portal::rules::ArticleQuote;
use kaishu_types::Lang;
use kaishu_types::rules::{PolicyView, RuleGround, RuleView};
use leptos::prelude::*;

use crate::ctx::Ctx;

/// Finds a rule of a profile by its key, as in `open_app.reply_wd`.
pub(crate) fn rule<'a>(policy: &'a PolicyView, key: &str) -> Option<&'a RuleView> {
    policy.groups.iter().flat_map(|group| &group.rules).find(|rule| rule.key == key)
}

/// Returns what a rule decides, in words.
pub(crate) fn rule_label(lang: Lang, rule: &RuleView) -> String {
    lang.pick(&rule.label, &rule.label_en).clone()
}

/// Returns the value of a rule in words.
pub(crate) fn rule_value(lang: Lang, rule: &RuleView) -> String {
    lang.pick(&rule.value, &rule.value_en).clone()
}

/// Returns the anchor of a rule on the page of rules.
pub(crate) fn rule_anchor(key: &str) -> String {
    format!("r-{key}")
}

/// Draws why a rule is so: a link to the article, or the reason of a proposed value.
pub(crate) fn ground(ctx: &Ctx, policy: &PolicyView, ground: &RuleGround) -> AnyView {
    match ground {
        RuleGround::Article { citation, link } => {
            let text = short_citation(citation, &policy.name).to_owned();
            match link {
                Some(path) => view! {
                    <a class="ks-art !whitespace-normal" lang="zh-CN" href=ctx.href(path)>{text}</a>
                }
                .into_any(),
                None => {
                    view! { <span class="text-sm ks-mute" lang="zh-CN">{text}</span> }.into_any()
                }
            }
        }
        RuleGround::Proposed { reason, reason_en } => {
            let reason = ctx.lang.pick(reason, reason_en).clone();
            let colon = ctx.lang.pick("：", ": ");
            view! {
                <span class="text-sm ks-mute">
                    <b class="font-semibold">{ctx.words.proposed}</b>
                    {colon}{reason}
                </span>
            }
            .into_any()
        }
    }
}

/// Quotes an article as it stands, with a link to the whole text.
pub(crate) fn quotation(ctx: &Ctx, rule: &ArticleQuote) -> AnyView {
    let paragraphs: Vec<_> =
        rule.paragraphs.iter().map(|text| view! { <p>{text.clone()}</p> }).collect();
    view! {
        <blockquote class="ks-law mt-5 max-w-[42em]">
            <div lang="zh-CN">{paragraphs}</div>
            <footer>
                <cite lang="zh-CN">"《"{rule.title.clone()}"》"</cite>
                {rule.name(ctx.lang)}
                " · "
                <a class="ks-link" href=ctx.href(&rule.link)>{ctx.words.full_text}</a>
            </footer>
        </blockquote>
    }
    .into_any()
}

/// Says what data on application costs, with the article where one speaks of it (DL-05).
pub(crate) fn fees_line(ctx: &Ctx, fees: Fees, rule: Option<&ArticleQuote>) -> AnyView {
    let article = rule.map(|rule| {
        view! { {ctx.gap()}<a class="ks-art" href=ctx.href(&rule.link)>{rule.name(ctx.lang)}</a> }
    });
    view! { {ctx.words.fees_text(fees)}{article} }.into_any()
}

/// Leaves out the title of the regulation that the whole page speaks of.
pub(crate) fn short_citation<'a>(citation: &'a str, title: &str) -> &'a str {
    let rest = citation.strip_prefix(title).unwrap_or(citation);
    if rest.starts_with('第') { rest } else { citation }
}

/// Draws rules by key with value and ground; keys that the profile lacks are left out.
pub(crate) fn rule_list(ctx: &Ctx, policy: &PolicyView, keys: &[&str]) -> AnyView {
    let rows: Vec<_> = keys
        .iter()
        .filter_map(|key| rule(policy, key))
        .map(|rule| {
            view! {
                <div class="grid sm:grid-cols-[13rem_1fr] gap-x-6 gap-y-0.5 py-3 border-t border-[var(--line)]">
                    <dt class="ks-mute">{rule_label(ctx.lang, rule)}</dt>
                    <dd>
                        <p class="font-semibold">{rule_value(ctx.lang, rule)}</p>
                        <p>{ground(ctx, policy, &rule.ground)}</p>
                    </dd>
                </div>
            }
        })
        .collect();
    view! { <dl class="mt-3 border-b border-[var(--line)]">{rows}</dl> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_of_the_page_is_not_repeated() {
        let title = "阿坝州公共数据管理办法（试行）";
        assert_eq!(short_citation("阿坝州公共数据管理办法（试行）第三十二条", title), "第三十二条");
        let other = "佳木斯市公共数据管理办法（试行）第十七条";
        assert_eq!(short_citation(other, title), other);
        assert_eq!(short_citation(title, title), title);
    }
}
