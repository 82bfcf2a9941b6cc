//! Rules of the active profile with their ground: the article, or the reason of a proposal (ORG-12).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use kaishu_domain::policy::Fees;
use kaishu_domain::regulation::Citation;
use kaishu_portal::rules::ArticleQuote;
use kaishu_types::Lang;
use kaishu_types::rules::{PolicyView, RuleGround, RuleView};
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::ui::data::foreign;

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
            let text = citation_text(ctx.lang, citation, &policy.name);
            let tag = foreign(ctx.lang, &text);
            match link {
                Some(path) => view! {
                    <a class="ks-art !whitespace-normal" lang=tag href=ctx.href(path)>{text}</a>
                }
                .into_any(),
                None => view! { <span class="text-sm ks-mute" lang=tag>{text}</span> }.into_any(),
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
                {regulation_title(ctx.lang, &rule.title)}
                {ctx.gap()}
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

/// Titles of the regulations in English, by code.
static TITLES_EN: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    kaishu_domain::regulations().into_iter().map(|it| (it.code, it.title_en)).collect()
});

/// Finds the English title of the regulation that a citation or a title names.
fn title_en(citation: &Citation) -> Option<&'static str> {
    TITLES_EN.get(citation.regulation_code()?).map(String::as_str)
}

/// Draws the title of a regulation in the language of the page, where there is one.
fn regulation_title(lang: Lang, title: &str) -> AnyView {
    match title_en(&Citation::new(title)).filter(|_| lang == Lang::En) {
        Some(title) => view! { <cite>{title}</cite>"," }.into_any(),
        None => view! { <cite lang="zh-CN">"《"{title.to_owned()}"》"</cite> }.into_any(),
    }
}

/// Writes a citation in the language of the page, without the title `own` that the whole page
/// speaks of. What has no English name stays as it is written.
pub(crate) fn citation_text(lang: Lang, citation: &str, own: &str) -> String {
    let short = short_citation(citation, own);
    if lang == Lang::Zh {
        return short.to_owned();
    }
    let Some(place) = citation.find('第') else { return short.to_owned() };
    let (_, articles) = citation.split_at(place);
    let articles: Option<Vec<String>> = articles.split('、').map(article_en).collect();
    match (articles, title_en(&Citation::new(citation))) {
        (Some(articles), _) if short.starts_with('第') => articles.join("; "),
        (Some(articles), Some(title)) => format!("{title}, {}", articles.join("; ")),
        _ => short.to_owned(),
    }
}

/// Writes `第三十二条第二款第一项` in English.
fn article_en(text: &str) -> Option<String> {
    let number = |text: &str| Citation::new(&format!("{text}条")).articles().first().copied();
    let (article, mut rest) = text.split_once('条')?;
    let mut written = format!("Article {}", number(article)?);
    for (mark, word) in [('款', "paragraph"), ('项', "item")] {
        if let Some((part, after)) = rest.split_once(mark) {
            written.push_str(&format!(", {word} {}", number(part)?));
            rest = after;
        }
    }
    rest.is_empty().then_some(written)
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
            let value = rule_value(ctx.lang, rule);
            // A figure stands out; a list of steps is read.
            let class = (value.chars().count() <= 30).then_some("font-semibold");
            view! {
                <div class="grid @md:grid-cols-[13rem_1fr] gap-x-6 gap-y-0.5 py-3 border-t border-[var(--line)]">
                    <dt class="ks-mute">{rule_label(ctx.lang, rule)}</dt>
                    <dd>
                        <p class=class>{value}</p>
                        <p>{ground(ctx, policy, &rule.ground)}</p>
                    </dd>
                </div>
            }
        })
        .collect();
    view! { <dl class="@container mt-3 border-b border-[var(--line)]">{rows}</dl> }.into_any()
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

    #[test]
    fn citations_are_written_in_the_language_of_the_page() {
        let own = "阿坝州公共数据管理办法（试行）";
        #[track_caller]
        fn check(citation: &str, own: &str, expected: &str) {
            assert_eq!(citation_text(Lang::En, citation, own), expected);
        }
        check(&format!("{own}第三十二条"), own, "Article 32");
        check(
            &format!("{own}第三十一条、第三十七条第二款第二项"),
            own,
            "Article 31; Article 37, paragraph 2, item 2",
        );
        let other = "玉林市公共数据开放管理办法第十七条第一款";
        let english = citation_text(Lang::En, other, own);
        assert!(english.is_ascii() && english.ends_with(", Article 17, paragraph 1"), "{english}");
        assert_eq!(citation_text(Lang::Zh, other, own), other);
        // What is no article, or of no regulation that is here, stays as it is written.
        check("阿坝州数据局通知", own, "阿坝州数据局通知");
        check("北京市某办法第三条", own, "北京市某办法第三条");
        check(&format!("{own}第三条附件一"), own, "第三条附件一");
    }
}
