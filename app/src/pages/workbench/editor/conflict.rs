//! Two people who write one entry at once: whoever saves second chooses part by part what counts.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use kaishu_portal::Portal;
use kaishu_portal::publishing::{DraftView, PartChange, take_parts};
use kaishu_types::Lang;
use kaishu_types::draft::DraftDocument;
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::error::AppError;
use crate::ui::dates::minute_text;
use crate::ui::heading::section_head;

/// The fields of the form that say which text a part is taken from.
const KEEP: &str = "keep.";
/// That the stored text is taken.
const STORED: &str = "stored";

/// What somebody else saved meanwhile.
pub(super) struct Conflict {
    /// Who.
    by: String,
    /// When.
    at: DateTime<Utc>,
    /// The parts that differ: what is stored, and what was typed.
    changes: Vec<PartChange>,
}

/// Compares what was typed with what is stored now.
pub(super) async fn find(
    ctx: &Ctx,
    portal: &Portal,
    draft: &DraftView,
    (revision, typed): (u32, &DraftDocument),
) -> Result<Conflict, AppError> {
    let place = (draft.case, revision);
    let changes = portal.draft_conflict(&ctx.caller, place, typed, ctx.lang).await?;
    Ok(Conflict { by: draft.updated_by.clone(), at: draft.updated_at, changes })
}

/// What was typed, with the parts for which the stored text was chosen; whether anything was chosen at all.
pub(super) fn settled(
    pairs: &[(String, String)],
    typed: &DraftDocument,
    stored: &DraftDocument,
) -> Result<(DraftDocument, bool), AppError> {
    let chosen = pairs.iter().filter_map(|(name, value)| Some((name.strip_prefix(KEEP)?, value)));
    let chosen: Vec<_> = chosen.collect();
    let of_stored = chosen.iter().filter(|(_, value)| *value == STORED);
    let parts: BTreeSet<String> = of_stored.map(|(part, _)| (*part).to_owned()).collect();
    Ok((take_parts(typed, stored, &parts)?, !chosen.is_empty()))
}

/// Who saved it, and what to do.
pub(super) fn told(lang: Lang, conflict: &Conflict) -> String {
    let Conflict { by, at, changes } = conflict;
    let at = minute_text(lang, *at);
    let n = changes.len();
    match n {
        0 => lang.pick(
            format!("{by}于 {at} 保存过这份目录，内容与您填写的相同。"),
            format!("{by} saved this entry at {at}; it says what you wrote."),
        ),
        _ => lang.pick(
            format!(
                "{by}于 {at} 保存过这份目录，您填写的内容还没有保存。有 {n} 处不同，请逐项选择，再点“保存”。被替换的内容可以在“以前保存的内容”里找回。"
            ),
            format!(
                "{by} saved this entry at {at}; what you wrote is not saved yet. {n} parts differ: choose for each, then save. What is replaced is found again under “What it said before”."
            ),
        ),
    }
}

/// Draws the parts that differ, each with both texts to choose from; they belong into the form.
pub(super) fn choices(ctx: &Ctx, conflict: &Conflict) -> Option<AnyView> {
    if conflict.changes.is_empty() {
        return None;
    }
    let lang = ctx.lang;
    let rows: Vec<_> = conflict
        .changes
        .iter()
        .map(|change| {
            let stored =
                lang.pick(format!("{}保存的", conflict.by), format!("What {} saved", conflict.by));
            let typed = lang.pick("您填写的", "What you wrote").to_owned();
            let takes_stored = change.only_before_changed;
            view! {
                <fieldset class="ks-field">
                    <legend>{change.label.clone()}</legend>
                    {choice(lang, change, (STORED, stored, &change.before), takes_stored)}
                    {choice(lang, change, ("typed", typed, &change.after), !takes_stored)}
                </fieldset>
            }
        })
        .collect();
    let title = lang.pick("两人的修改", "What differs");
    Some(
        view! {
            <section aria-labelledby="conflict" class="mb-12 max-w-[44rem]">
                {section_head("conflict", title)}
                <p class="mt-1 mb-6 ks-mute">
                    {lang.pick(
                        "选“您填写的”，以下面表单中的内容为准。只有对方改过的，已经选好对方的。",
                        "With “What you wrote”, the form below counts. Where only the other text was changed it is chosen already.",
                    )}
                </p>
                {rows}
            </section>
        }
        .into_any(),
    )
}

fn choice(
    lang: Lang,
    change: &PartChange,
    (code, whose, text): (&'static str, String, &Option<String>),
    is_chosen: bool,
) -> AnyView {
    let text = text.clone().unwrap_or_else(|| lang.pick("（空）", "(empty)").to_owned());
    view! {
        <label class="ks-opt !py-2">
            <input type="radio" class="radio" name=format!("{KEEP}{}", change.part) value=code checked=is_chosen/>
            <span>
                <b class="font-semibold">{whose}</b>
                <span class="block whitespace-pre-line">{text}</span>
            </span>
        </label>
    }
    .into_any()
}
