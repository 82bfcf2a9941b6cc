//! The rules that a case was filed under, and where those in force now differ (ORG-12).

use kaishu_portal::filed_rules::{ChangedRule, FiledRules, PresentRules};
use kaishu_types::rules::RuleView;
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::ui::dates::full_day;
use crate::ui::heading::section_head;
use crate::ui::law::{rule_anchor, rule_label, rule_value};
use crate::ui::meta::fact;

/// Draws which rules they are, as a fact of the case.
pub(crate) fn under(ctx: &Ctx, rules: &FiledRules) -> AnyView {
    let lang = ctx.lang;
    let name = lang.pick(&rules.name, &rules.name_en);
    let text = lang.pick(
        format!("{name}，第 {} 版", rules.revision),
        format!("{name}, revision {}", rules.revision),
    );
    fact(lang.pick("立案时的规则", "Rules when filed"), text)
}

/// Says where the rules in force differ; nothing where they are the same.
pub(crate) fn differences(ctx: &Ctx, rules: &FiledRules) -> Option<AnyView> {
    let lang = ctx.lang;
    let (text, rows) = match &rules.present {
        PresentRules::Same => return None,
        PresentRules::NotKept => {
            let text = lang.pick(
                "现行规则不是立案时的那一版，立案时的规则没有留存，无法逐条对比，按现行规则办理。",
                "The rules in force are not those of the filing, which were not kept: they cannot be compared, and this goes by those in force.",
            );
            (text, Vec::new())
        }
        PresentRules::Differ(changed) if changed.is_empty() => {
            let text = lang.pick(
                "现行规则换了版本，内容与立案时相同。",
                "The rules in force have another revision, and say the same as when this was filed.",
            );
            (text, Vec::new())
        }
        PresentRules::Differ(changed) => {
            let text = lang.pick(
                "现行规则与立案时不同。本件按立案时的规则办到底：期限、环节、填写要求、需要签署的文书和备案都不变。",
                "The rules in force are not those of the filing. This goes by those of the filing to its end: times, steps, what must be said and signed, and the filing with a number.",
            );
            (text, changed.iter().map(|it| row(ctx, it)).collect())
        }
    };
    let list = (!rows.is_empty()).then(|| {
        view! { <ul class="mt-3 divide-y divide-[var(--line)]">{rows}</ul> }
    });
    let filed = lang.pick("立案于", "Filed on");
    Some(
        view! {
            <section aria-labelledby="h-rules" class="mb-10 max-w-[44rem]">
                {section_head("h-rules", lang.pick("规则有变化", "The rules have changed"))}
                <p class="mt-2">{text}</p>
                <p class="mt-1 text-[.9375rem] ks-mute">{filed}" "{full_day(lang, rules.filed_on)}</p>
                {list}
            </section>
        }
        .into_any(),
    )
}

fn row(ctx: &Ctx, changed: &ChangedRule) -> AnyView {
    let lang = ctx.lang;
    let value = |rule: Option<&RuleView>| {
        rule.map_or_else(|| lang.pick("没有规定", "none").to_owned(), |rule| rule_value(lang, rule))
    };
    let (before, now) = (value(changed.before.as_ref()), value(changed.now.as_ref()));
    let named = changed.now.as_ref().or(changed.before.as_ref());
    let label = named.map(|rule| rule_label(lang, rule)).unwrap_or_default();
    let label = match &changed.now {
        Some(rule) => {
            let path = ctx.href(&format!("/rules#{}", rule_anchor(&rule.key)));
            view! { <a class="ks-link" href=path>{label}</a> }.into_any()
        }
        None => label.into_any(),
    };
    let (was, is) = lang.pick(("立案时", "现行"), ("When filed", "Now"));
    let colon = lang.pick("：", ": ");
    view! {
        <li class="py-3">
            <p class="font-semibold">{label}</p>
            <p class="text-[.9375rem]"><span class="ks-mute">{was}{colon}</span>{before}</p>
            <p class="text-[.9375rem]"><span class="ks-mute">{is}{colon}</span>{now}</p>
        </li>
    }
    .into_any()
}
