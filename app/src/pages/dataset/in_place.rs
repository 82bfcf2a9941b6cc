//! Files that stand at their provider, as readers are told of them (PUB-11).

use kaishu_portal::entries::DatasetPage;
use kaishu_types::dataset::ResourceView;
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::ui::data::{data, foreign};
use crate::ui::dates::full_time;

/// Says that a file stands at its provider, why, and when it was last fetched; nothing of other files.
pub(crate) fn note(ctx: &Ctx, found: &DatasetPage, resource: &ResourceView) -> Option<AnyView> {
    let lang = ctx.lang;
    let reason = resource.in_place.clone()?;
    let provider = data(lang, found.dataset.organization.label(lang));
    let stands = lang.pick(
        ("数据存放在", "的系统里，有人索取时由本平台代为读取。"),
        ("The data stands in a system of ", ", and is fetched from there when somebody asks."),
    );
    let why = (!reason.trim().is_empty()).then(|| {
        view! {
            <span class="block" lang=foreign(lang, &reason)>{lang.pick("原因：", "Why: ")}{reason.clone()}</span>
        }
    });
    let last = found.fetched.get(&resource.id).map(|fetched| {
        view! {
            <span class="block">
                {lang.pick("最近一次读取：", "Last fetched: ")}{full_time(lang, fetched.fetched_at)}
                {lang.pick("；最近一次核对：", "; last asked: ")}{full_time(lang, fetched.asked_at)}
            </span>
        }
    });
    Some(
        view! {
            <p class="text-sm ks-mute mt-1" data-in-place="">{stands.0}{provider}{stands.1}{why}{last}</p>
        }
        .into_any(),
    )
}
