//! Profile and quality of the files of an entry, for whoever writes and whoever reviews it.

use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::publishing::{DraftColumn, DraftTable, DraftView};
use kaishu_types::rules::RuleView;
use kaishu_types::vocabulary::ItemType;
use leptos::prelude::*;

use super::find;
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::to_login;
use crate::pages::dataset_quality;
use crate::pages::workbench::bench_page;
use crate::ui::numbers::thousands;

/// `GET /workbench/drafts/{id}/quality`
pub(crate) async fn show(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let found = Box::pin(measured(&ctx, &portal, &id)).await;
    respond(&ctx, || found.map(|(draft, tables, rule)| page(&ctx, &draft, &tables, &rule)))
}

async fn measured(
    ctx: &Ctx,
    portal: &Portal,
    id: &str,
) -> Result<(DraftView, Vec<DraftTable>, RuleView), AppError> {
    let draft = find(ctx, portal, id).await?;
    let (tables, rule) = portal.draft_quality(&ctx.caller, draft.case, ctx.lang).await?;
    Ok((draft, tables, rule))
}

fn page(ctx: &Ctx, draft: &DraftView, tables: &[DraftTable], rule: &RuleView) -> Page {
    let lang = ctx.lang;
    let title = lang.pick("数据概况和质量", "Profile and quality");
    let dimensions = lang.pick(&rule.value, &rule.value_en);
    let lead = lang.pick(
        format!("质量维度：{dimensions}。强制规则不成立的，不能提交，也不能发布。"),
        format!("Dimensions: {dimensions}. Where a blocking rule fails, nothing is submitted or published."),
    );
    let entry = format!("/workbench/drafts/{}", draft.case);
    let places = vec![(draft.document.fields.title.clone(), Some(entry)), (title.to_owned(), None)];
    let none = tables.is_empty().then(|| {
        let text = lang.pick("还没有可以检查的表格文件。", "There is no file with a table yet.");
        view! { <p class="ks-mute">{text}</p> }
    });
    let parts: Vec<_> = tables.iter().enumerate().map(|(n, table)| part(ctx, n, table)).collect();
    bench_page(ctx, title, places, lead, view! { {none} {parts} }.into_any())
}

fn part(ctx: &Ctx, n: usize, table: &DraftTable) -> AnyView {
    let words = ctx.words;
    let scores = table.quality.dimensions.iter().map(|it| dataset_quality::dimension(ctx, it));
    let scores: Vec<_> = scores.collect();
    let fixes: Vec<_> =
        table.quality.fixes.iter().map(|it| dataset_quality::fix(ctx, it)).collect();
    let fixes = match fixes.is_empty() {
        true => view! { <p class="mt-3">{words.nothing_to_mend}</p> }.into_any(),
        false => view! { <ol class="mt-3 border-b border-[var(--line)]">{fixes}</ol> }.into_any(),
    };
    let id = format!("h-table-{n}");
    let head = id.clone();
    view! {
        <section aria-labelledby=id class="mb-14">
            <h2 id=head class="text-xl border-t-2 border-[var(--color-base-content)] pt-4">{table.name.clone()}</h2>
            {profile(ctx, table)}
            <table class="ks-table ks-stack mt-6">
                <caption class="sr-only">{words.scores_by_dimension}</caption>
                <thead>
                    <tr>
                        <th scope="col">{words.dimension}</th>
                        <th scope="col" class="r">{words.score}</th>
                        <th scope="col">{words.rules_behind}</th>
                    </tr>
                </thead>
                <tbody>{scores}</tbody>
            </table>
            {fixes}
        </section>
    }
    .into_any()
}

/// What the columns hold. Of what looks personal no value is repeated.
fn profile(ctx: &Ctx, table: &DraftTable) -> AnyView {
    let lang = ctx.lang;
    let rows: Vec<_> = table.columns.iter().map(|column| row(ctx, column)).collect();
    let n = thousands(table.n_rows);
    let caption = lang.pick(format!("数据概况，共 {n} 行"), format!("Profile of {n} rows"));
    let label = caption.clone();
    view! {
        <div class="ks-frame mt-3" tabindex="0" role="region" aria-label=label>
            <table class="ks-table is-dense">
                <caption class="text-left ks-mute pb-2">{caption}</caption>
                <thead>
                    <tr>
                        <th scope="col">{lang.pick("列", "Column")}</th>
                        <th scope="col">{lang.pick("类型", "Type")}</th>
                        <th scope="col" class="r">{lang.pick("有值", "With a value")}</th>
                        <th scope="col" class="r">{lang.pick("无值", "Without")}</th>
                        <th scope="col" class="r">{lang.pick("不同的值", "Different")}</th>
                        <th scope="col">{lang.pick("最小到最大", "Least to greatest")}</th>
                        <th scope="col">{lang.pick("检出的敏感内容", "Findings")}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(ctx: &Ctx, column: &DraftColumn) -> AnyView {
    let lang = ctx.lang;
    let told = &column.profile;
    let findings: Vec<&str> = column.findings.iter().map(|it| it.label(lang)).collect();
    let is_measured = !matches!(column.item_type, ItemType::Text) && findings.is_empty();
    let range = told.min.as_ref().zip(told.max.as_ref()).filter(|_| is_measured);
    let range = range.map(|(min, max)| format!("{min} – {max}"));
    view! {
        <tr>
            <th scope="row" class="text-left">{column.name.clone()}</th>
            <td>{column.item_type.label(lang)}</td>
            <td class="r num">{thousands(told.n_values)}</td>
            <td class="r num">{thousands(told.n_blank)}</td>
            <td class="r num">{thousands(told.n_distinct)}</td>
            <td class="num">{range}</td>
            <td>{findings.join(lang.pick("、", ", "))}</td>
        </tr>
    }
    .into_any()
}

/// Draws the way to this page, where there is a file.
pub(crate) fn way(ctx: &Ctx, case: i64) -> AnyView {
    let path = ctx.href(&format!("/workbench/drafts/{case}/quality"));
    let word = ctx.lang.pick("数据概况和质量", "Profile and quality");
    view! { <p><a class="ks-link inline-block py-2" href=path>{word}</a></p> }.into_any()
}
