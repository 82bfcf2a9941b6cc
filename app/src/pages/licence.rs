//! The licence of an organization's open data, as the organization or its authority wrote it (AGR-02, AGR-10).

use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::access::{Owner, TemplateVersion};
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::{Page, Section, respond};
use crate::ui::crumbs::crumbs;
use crate::ui::dates::full_time;
use crate::ui::heading::page_head;
use crate::ui::law::rule_list;
use crate::ui::meta::{fact, hash, meta};

/// `GET /organizations/{code}/licence`
pub(crate) async fn show(
    ctx: Ctx,
    State(portal): State<Portal>,
    Path(code): Path<String>,
) -> Response {
    let is_known = portal.directory().organization(&code).is_some();
    let found = match is_known {
        true => portal.open_licence(&code).await,
        false => Ok(None),
    };
    respond(&ctx, || {
        let version = found?.ok_or_else(|| {
            let (one, all) =
                ctx.lang.pick(("机构的授权协议", "机构"), ("licence of", "organizations"));
            AppError::unknown(ctx.lang, &code, one, all, "/organizations")
        })?;
        Ok(page(&ctx, &portal, (&code, &version)))
    })
}

fn page(ctx: &Ctx, portal: &Portal, (code, version): (&str, &TemplateVersion)) -> Page {
    let lang = ctx.lang;
    let name = portal.owner_name(&Owner::Organization(code.to_owned()), lang);
    let title = lang.pick("开放授权协议", "Licence of open data");
    let lead = lang.pick(
        "下载这个单位无条件开放的数据，即表示接受本协议；回执载明接受的时间。",
        "Whoever takes the open data of this organization accepts this licence; the receipt says when.",
    );
    let facts = vec![
        fact(lang.pick("版本", "Version"), version.number.to_string()),
        fact(lang.pick("发布", "Published"), full_time(lang, version.published_at)),
        fact("SHA-256", hash(&version.sha256)),
    ];
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, vec![
                (ctx.words.organizations.to_owned(), Some("/organizations".to_owned())),
                (name, Some(format!("/organizations/{code}"))),
                (title.to_owned(), None),
            ])}
            {page_head(title, lead)}
            <div class="max-w-[44rem]">
                <div lang="zh" class="border-y border-[var(--line-2)] py-4 whitespace-pre-wrap">
                    {version.text.clone()}
                </div>
                {meta(facts)}
                {rule_list(ctx, &portal.policy_view(), &["agreement.docs"])}
            </div>
        </main>
    };
    Page::new(title, body).section(Section::Organizations)
}
