//! The feed of a grant: where its holder asks what is new since a version (DL-09).

use kaishu_portal::access::ApplicationView;
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::ui::data::data;
use crate::ui::heading::section_head;

/// The addresses of what can be followed, with an example; nothing where nothing can.
pub(super) fn draw(ctx: &Ctx, found: &ApplicationView) -> Option<AnyView> {
    let lang = ctx.lang;
    let base = format!("{}/api/v1/datasets/{}/resources", ctx.site.base_url, found.code);
    let first = found.followed.first()?.id;
    let addresses: Vec<_> = found
        .followed
        .iter()
        .map(|file| {
            let title = data(lang, file.title.clone());
            let address = format!("{base}/{}/changes", file.id);
            view! { <li>{title}<pre class="ks-code mt-1" tabindex="0">{address}</pre></li> }
        })
        .collect();
    let example = format!(
        "curl -H \"Authorization: Bearer $TOKEN\" '{base}/{first}/changes?since=0'\n\
         curl -H \"Authorization: Bearer $TOKEN\" '{base}/{first}/rows?limit=10000'\n\
         curl -H \"Authorization: Bearer $TOKEN\" \"{base}/{first}/changes?since=$NEXT_SINCE\""
    );
    let view = view! {
        <section aria-labelledby="h-feed" class="mb-10">
            {section_head("h-feed", lang.pick("增量数据", "What is new"))}
            <p class="mt-3">{lang.pick(
                "授权期限内，程序可以只取上次以后新增、修改、删除的行。只含获准的数据项，每次读取都开具回执。",
                "While the grant lasts, a program can take only the rows that were added, changed or removed since the last time: of the granted items only, with a receipt for each retrieval.",
            )}</p>
            <ul class="mt-3 space-y-3">{addresses}</ul>
            <p class="mt-4">{lang.pick(
                "先用 since=0 询问从哪一版开始，取一次全部数据，以后把回答里的 next_since 作为下一次的 since：",
                "Ask with since=0 where to begin, take all rows once, and pass next_since of each answer as since of the next request:",
            )}</p>
            <pre class="ks-code mt-3" tabindex="0">{example}</pre>
            <p class="mt-3"><a class="ks-link" href=ctx.href("/me/tokens")>{lang.pick("新建访问令牌", "Make a token")}</a></p>
        </section>
    };
    Some(view.into_any())
}
