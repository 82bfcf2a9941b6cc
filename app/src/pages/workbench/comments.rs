//! The comments on a consultation, for those who review what was asked about (REV-06).

use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::consultations::{CommentPage, CommentView};
use kaishu_types::Lang;
use leptos::prelude::*;

use super::bench_page;
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::to_login;
use crate::ui::data::data;
use crate::ui::dates::full_time;

/// `GET /workbench/consultations/{id}`
pub(crate) async fn show(
    Asked(ctx): Asked,
    Path(id): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["after"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let unknown = || {
        let (one, all) = ctx.lang.pick(("听取意见公告", "事项"), ("consultation", "cases"));
        AppError::unknown(ctx.lang, &id, one, all, "/workbench")
    };
    // A place that is none is the beginning.
    let after = asked.get("after").and_then(|after| after.parse().ok()).unwrap_or(0);
    let found = match id.parse() {
        Ok(number) => portal
            .comments(&ctx.caller, number, after, ctx.lang)
            .await
            .map_err(|error| AppError::or_unknown(error, unknown)),
        Err(_) => Err(unknown()),
    };
    respond(&ctx, || Ok(page(&ctx, &found?)))
}

fn page(ctx: &Ctx, found: &CommentPage) -> Page {
    let lang = ctx.lang;
    let kept = &found.consultation.kept;
    let rows: Vec<_> = found.rows.iter().map(|row| comment(lang, row)).collect();
    let list = match rows.is_empty() {
        true => {
            let none = lang.pick("没有意见。", "There are no comments.");
            view! { <p class="py-4 ks-mute">{none}</p> }.into_any()
        }
        false => {
            view! { <ol class="divide-y divide-[var(--line)] max-w-[44rem]">{rows}</ol> }.into_any()
        }
    };
    let next = found.next.map(|next| {
        let path = ctx.href(&format!("/workbench/consultations/{}?after={next}", kept.id));
        view! { <p class="mt-6"><a class="btn btn-outline" href=path>{lang.pick("后面的意见", "Next comments")}</a></p> }
    });
    let public = ctx.href(&format!("/consultations/{}", kept.id));
    let body = view! {
        <p class="mb-6"><a class="ks-link inline-block py-2" href=public>{lang.pick("查看公告", "See the notice")}</a></p>
        {list}
        {next}
    };
    let title = lang.pick("收到的意见", "Comments");
    let back = format!("/workbench/cases/{}", kept.case);
    let places = vec![(kept.title.clone(), Some(back)), (title.to_owned(), None)];
    let n = found.consultation.n_comments;
    let lead = lang.pick(format!("共 {n} 条"), format!("{n} in all"));
    bench_page(ctx, title, places, lead, body.into_any())
}

fn comment(lang: Lang, row: &CommentView) -> AnyView {
    let kept = &row.kept;
    let name = match (&kept.name, kept.account) {
        (Some(name), _) => data(lang, name.as_str()),
        (None, Some(_)) => lang.pick("登录用户", "A logged-in reader").into_any(),
        (None, None) => lang.pick("未署名", "Without a name").into_any(),
    };
    let body = match kept.body.as_str() {
        "" => {
            let erased = lang.pick(
                "保存期已满，内容和提交人的信息已经删除。",
                "Its time is over: what was written, and by whom, is erased.",
            );
            view! { <p class="mt-1 ks-mute">{erased}</p> }.into_any()
        }
        body => view! { <p class="mt-1 whitespace-pre-line">{body.to_owned()}</p> }.into_any(),
    };
    let contact = row.contact.clone().map(|contact| {
        view! { <p class="text-sm ks-mute">{lang.pick("联系方式：", "To be reached: ")}{contact}</p> }
    });
    view! {
        <li class="py-4">
            <div class="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
                <b class="font-semibold">{name}</b>
                <span class="text-sm ks-mute">{full_time(lang, kept.at)}</span>
            </div>
            {body}
            {contact}
        </li>
    }
    .into_any()
}
