//! The risk of putting data together with what is open already, measured for whoever reviews (REV-09).

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::publishing::{ReviewDesk, Risk};
use kaishu_types::Lang;
use kaishu_types::case::CaseView;
use leptos::prelude::*;

use super::case::{as_field, page, shown, stays};
use super::{bench_page, expired};
use crate::ctx::Ctx;
use crate::page::{Page, respond};
use crate::ui::form::Typed;

/// `POST /workbench/cases/{id}/risk`: measures how far identifying items tell rows apart.
pub(crate) async fn measure(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let shown = match shown(&ctx, &portal, &id).await {
        Ok(shown) => shown,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let id = shown.case.id;
    match portal.measure_draft(&ctx.caller, id, ctx.lang).await {
        Ok(risks) => respond(&ctx, || {
            let rows = risks.iter().map(|risk| risk_row(ctx.lang, risk)).collect();
            Ok(risk_page(&ctx, &shown.case, rows))
        }),
        Err(error) if stays(&error) => {
            let typed = Typed::default();
            respond(&ctx, || {
                Ok(page(&ctx, &shown, &typed.refused(as_field(error, "reason", ctx.lang))?))
            })
        }
        Err(error) => respond(&ctx, || Err(error.into())),
    }
}

fn risk_row(lang: Lang, risk: &Risk) -> AnyView {
    let columns = risk.columns.join(lang.pick("、", ", "));
    let (rows, few) = (risk.n_rows, risk.found.n_rows_in_small_groups);
    let share = if rows == 0 { 0.0 } else { few as f64 * 100.0 / rows as f64 };
    let text = lang.pick(
        format!("按 {columns}，{rows} 行中有 {few} 行（{share:.1}%）是唯一的，可以与其他数据对上"),
        format!("by {columns}, {few} of {rows} rows ({share:.1} %) are unique and can be matched"),
    );
    view! { <li class="py-3"><b class="font-semibold">{risk.file.clone()}</b><p>{text}</p></li> }
        .into_any()
}

fn risk_page(ctx: &Ctx, case: &CaseView, rows: Vec<AnyView>) -> Page {
    let lang = ctx.lang;
    let title = lang.pick("重新识别风险测算", "Risk of re-identification");
    let back = format!("/workbench/cases/{}", case.id);
    let places = vec![(case.title.clone(), Some(back.clone())), (title.to_owned(), None)];
    let body = view! {
        <div class="max-w-[44rem]">
            <p>{lang.pick("结果已经记录在案。", "The result is on record.")}</p>
            <ul class="mt-4 divide-y divide-[var(--line)]">{rows}</ul>
            <p class="mt-8"><a class="btn btn-outline" href=ctx.href(&back)>{lang.pick("回到办理页", "Back to the case")}</a></p>
        </div>
    };
    bench_page(ctx, title, places, case.title.clone(), body.into_any())
}

/// Draws the button that measures the risk of putting data together.
pub(super) fn measuring(ctx: &Ctx, case: &CaseView, desk: &ReviewDesk) -> Option<AnyView> {
    desk.sharing.as_ref()?;
    let lang = ctx.lang;
    let action = ctx.href(&format!("/workbench/cases/{}/risk", case.id));
    Some(
        view! {
            <form method="post" action=action class="mb-10">
                <button class="btn btn-outline" type="submit">
                    {lang.pick("测算重新识别风险", "Measure the risk of re-identification")}
                </button>
            </form>
        }
        .into_any(),
    )
}
