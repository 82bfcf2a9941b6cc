//! The rail of facts: every catalogue field that has a value (SRCH-03).

use kaishu_portal::entries::DatasetPage;
use kaishu_types::dataset::Provenance;
use leptos::prelude::*;

use super::terms::{basis_text, mode_label, waits_for_grant};
use crate::ctx::Ctx;
use crate::ui::data::{data, foreign};
use crate::ui::dates::{day_of, full_day};
use crate::ui::links::safe_url;
use crate::ui::meta::{fact, text_fact};
use crate::ui::numbers::thousands;
use crate::words::industry::industry;

/// Draws the rail.
pub(crate) fn rail(ctx: &Ctx, found: &DatasetPage) -> AnyView {
    let words = ctx.words;
    let code = &found.dataset.code;
    let problem = |kind: &str| ctx.href(&format!("/datasets/{code}/{kind}"));
    view! {
        <aside aria-label=words.facts class="text-[.9375rem]">
            {lists(ctx, found)}
            <div class="ks-noprint">
                <h2 class="text-base mt-8 border-t border-[var(--line-2)] pt-3">{words.problem}</h2>
                <ul class="mt-1 space-y-1">
                    <li><a class="ks-link" href=problem("correction")>{words.ask_correction}</a></li>
                    <li><a class="ks-link" href=problem("objection")>{words.object}</a></li>
                    <li><a class="ks-link" href=problem("report")>{words.report}</a></li>
                </ul>
            </div>
        </aside>
    }
    .into_any()
}

/// Draws the rail of an entry that is not public yet: there is nothing to correct or to report.
pub(crate) fn preview_rail(ctx: &Ctx, found: &DatasetPage) -> AnyView {
    view! {
        <aside aria-label=ctx.words.facts class="text-[.9375rem]">{lists(ctx, found)}</aside>
    }
    .into_any()
}

fn lists(ctx: &Ctx, found: &DatasetPage) -> AnyView {
    let words = ctx.words;
    view! {
        <h2 class="text-base border-t-2 border-[var(--color-base-content)] pt-3">{words.facts}</h2>
        <dl class="ks-meta mt-1">{main_facts(ctx, found)}</dl>
        <h2 class="text-base mt-8 border-t border-[var(--line-2)] pt-3">{words.metadata}</h2>
        <dl class="ks-meta mt-1">{more_facts(ctx, found)}</dl>
        {extras(ctx, found)}
    }
    .into_any()
}

fn main_facts(ctx: &Ctx, found: &DatasetPage) -> Vec<AnyView> {
    let words = ctx.words;
    let dataset = &found.dataset;
    let fields = &dataset.fields;
    let mut facts = Vec::new();
    let provider = ctx.href(&format!("/organizations/{}", dataset.organization.code));
    facts.push(fact(
        words.provider,
        view! { <a class="ks-link" href=provider>{data(ctx.lang, dataset.organization.label(ctx.lang))}</a> },
    ));
    let theme = ctx.href(&format!("/datasets?theme={}", fields.theme));
    facts.push(fact(
        words.theme,
        view! { <a class="ks-link" href=theme>{data(ctx.lang, found.terms.label("theme", &fields.theme, ctx.lang))}</a> },
    ));
    let region = ctx.href(&format!("/regions/{}", dataset.region.code));
    facts.push(fact(
        words.region,
        view! { <a class="ks-link" href=region>{data(ctx.lang, dataset.region.label(ctx.lang))}</a> },
    ));
    facts.push(fact(words.level, dataset.level.label(ctx.lang)));
    facts.extend(text_fact(words.coverage, fields.spatial.as_deref()));
    if fields.temporal_start.is_some() || fields.temporal_end.is_some() {
        let start = fields.temporal_start.map(|day| full_day(ctx.lang, day));
        let end = fields.temporal_end.map(|day| full_day(ctx.lang, day));
        facts.push(fact(words.period, view! { {start}"—"{end} }));
    }
    facts.push(fact(words.frequency, fields.frequency.label(ctx.lang)));
    if let Some(due) = dataset.next_due {
        facts.push(fact(words.next_update, view! { {full_day(ctx.lang, due)}{words.before} }));
    }
    let licence = data(ctx.lang, found.terms.label("licence", &fields.licence, ctx.lang));
    let licence =
        match found.terms.uri("licence", &fields.licence).and_then(safe_url) {
            Some(uri) => view! { <a class="ks-link" rel="license noopener" href=uri>{licence}</a> }
                .into_any(),
            None => view! { <a class="ks-link" href=ctx.href(&format!("/help#licence-{}", fields.licence))>{licence}</a> }
                .into_any(),
        };
    facts.push(fact(words.licence, licence));
    facts.extend(found.has_licence_text.then(|| licence_text(ctx, found)));
    facts.push(fact(words.security_level, words.security_grade(fields.security_level)));
    facts.push(fact(words.version, words.version_number(dataset.version)));
    let current = dataset.versions.iter().find(|version| version.number == dataset.version);
    facts.extend(current.filter(|version| version.number > 1).map(|version| {
        fact(words.version_published, full_day(ctx.lang, day_of(version.published_at)))
    }));
    facts.push(fact(words.data_updated, full_day(ctx.lang, day_of(dataset.updated_at))));
    facts.push(fact(words.published, full_day(ctx.lang, day_of(dataset.published_at))));
    facts.extend(found.filing.clone().map(|number| {
        fact(
            ctx.lang.pick("备案编号", "Filing number"),
            view! { <span class="num">{number}</span> },
        )
    }));
    let usage = format!(
        "{} {} · {} {}",
        words.views,
        thousands(dataset.n_views),
        words.downloads,
        thousands(dataset.n_downloads)
    );
    facts.push(fact(words.usage, usage));
    facts
}

/// How the data was acquired, by what right and from what (CAT-14, CAT-15, CAT-20).
fn provenance(ctx: &Ctx, told: &Provenance) -> Vec<AnyView> {
    let words = ctx.words;
    let mut facts = Vec::new();
    facts.extend(text_fact(words.acquisition, told.acquisition.map(|it| it.label(ctx.lang))));
    facts.extend(text_fact(words.duty, told.duty.as_deref()));
    facts.extend(text_fact(words.necessity, told.necessity.as_deref()));
    let upper = told.upper_system.as_deref().map(|system| match told.flows_back {
        true => format!("{system}{}{}", ctx.lang.pick("；", "; "), words.flows_back),
        false => system.to_owned(),
    });
    facts.extend(text_fact(words.upper_system, upper.as_deref()));
    if !told.sources.is_empty() {
        let link = |code: &String| {
            let href = ctx.href(&format!("/datasets/{code}"));
            view! { <a class="ks-link mr-3" href=href>{code.clone()}</a> }
        };
        let links: Vec<_> = told.sources.iter().map(link).collect();
        facts.push(fact(words.assembled_from, links));
    }
    facts
}

fn more_facts(ctx: &Ctx, found: &DatasetPage) -> Vec<AnyView> {
    let words = ctx.words;
    let dataset = &found.dataset;
    let fields = &dataset.fields;
    let share = &fields.share;
    let mut facts = Vec::new();
    facts.push(fact(words.kind, fields.kind.label(ctx.lang)));
    if let Some(base_db) = &fields.base_db {
        facts.push(fact(
            words.base_db,
            data(ctx.lang, found.terms.label("base_db", base_db, ctx.lang)),
        ));
    }
    facts.push(fact(words.share_class, share.class.label(ctx.lang)));
    let conditions = share.conditions.join("；");
    facts.extend(text_fact(words.share_conditions, Some(&conditions)));
    let modes: Vec<String> = share.modes.iter().map(|mode| mode_label(ctx, mode)).collect();
    facts.extend(text_fact(words.share_modes, Some(&modes.join(words.separator))));
    facts.extend(text_fact(words.share_scope, share.scope.as_deref()));
    facts.extend(text_fact(words.legal_basis, basis_text(&share.basis).as_deref()));
    facts.extend(text_fact(words.source, fields.source.as_deref()));
    facts.extend(text_fact(words.source_system, fields.source_system.as_deref()));
    facts.extend(text_fact(words.business_matter, fields.business_matter.as_deref()));
    facts.extend(provenance(ctx, &fields.provenance));
    facts.extend(text_fact(words.mgmt_responsibility, fields.mgmt_responsibility.as_deref()));
    facts.extend(text_fact(words.collector, fields.collector.as_deref()));
    facts.extend(text_fact(words.certifier, fields.certifier.as_deref()));
    facts.extend(
        fields
            .classification
            .as_deref()
            .map(|code| fact(words.classification, classified(ctx, found, code))),
    );
    let forms: Vec<String> = fields.data_form.iter().map(|form| mode_label(ctx, form)).collect();
    facts.extend(text_fact(words.data_form, Some(&forms.join(words.separator))));
    let formats: Vec<&str> = found.formats.iter().map(|format| format.label(ctx.lang)).collect();
    let formats = formats.join(words.separator);
    let waits = waits_for_grant(found) && !formats.is_empty();
    let formats = if waits { format!("{}{formats}", words.after_application) } else { formats };
    facts.extend(text_fact(words.format, Some(&formats)));
    let industry = fields.industry.as_deref().map(|code| industry(ctx.lang, code));
    facts.extend(text_fact(words.industry, industry.as_deref()));
    facts.extend(text_fact(words.keywords, Some(&fields.keywords.join(words.separator))));
    facts.extend(text_fact(words.contact, fields.contact.as_deref()));
    if let Some(url) = fields.homepage.as_deref().and_then(safe_url) {
        let link =
            view! { <a class="ks-link" rel="external noopener" href=url>{words.open_link}</a> };
        facts.push(fact(words.homepage, link));
    }
    if let Some(origin) = &dataset.origin {
        let name = data(ctx.lang, origin.name.as_str());
        let origin_view = match origin.url.as_deref().and_then(safe_url) {
            Some(url) => {
                view! { <a class="ks-link" rel="external noopener" href=url>{name}</a> }.into_any()
            }
            None => name,
        };
        facts.push(fact(words.imported_from, origin_view));
        facts.push(fact(words.source_id, origin.id.clone()));
    }
    facts
}

/// Names a code of the authority's guide, where the guide is among the vocabularies.
fn classified(ctx: &Ctx, found: &DatasetPage, code: &str) -> AnyView {
    match found.terms.term("classification", code) {
        Some(term) => {
            let word = data(ctx.lang, term.label(ctx.lang));
            view! { <span class="ks-mute num">{code.to_owned()}</span>" "{word} }.into_any()
        }
        None => data(ctx.lang, code),
    }
}

fn extras(ctx: &Ctx, found: &DatasetPage) -> Option<AnyView> {
    let extras = &found.dataset.fields.extras;
    if extras.is_empty() {
        return None;
    }
    let rows: Vec<_> = extras
        .iter()
        .map(|(name, value)| {
            let name_lang = foreign(ctx.lang, name);
            let value_lang = foreign(ctx.lang, value);
            view! {
                <div>
                    <dt lang=name_lang>{name.clone()}</dt>
                    <dd class="whitespace-pre-line" lang=value_lang>{value.clone()}</dd>
                </div>
            }
        })
        .collect();
    Some(
        view! {
            <details class="mt-4">
                <summary class="ks-mute cursor-pointer">{ctx.words.other_fields}</summary>
                <dl class="ks-meta mt-1">{rows}</dl>
            </details>
        }
        .into_any(),
    )
}

/// Leads to what the provider wrote for its open data (yulin 30).
fn licence_text(ctx: &Ctx, found: &DatasetPage) -> AnyView {
    let path = ctx.href(&format!("/organizations/{}/licence", found.dataset.organization.code));
    let word = ctx.lang.pick("查看全文", "Read it");
    let link = view! { <a class="ks-link" href=path>{word}</a> };
    fact(ctx.lang.pick("授权协议文本", "Text of the licence"), link)
}
