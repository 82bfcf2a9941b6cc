//! What is open and has no data any more: its publisher is told in the list and on its page (PUB-01).

use kaishu_domain::entry::Lack;
use kaishu_types::DatasetCode;
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::ui::icon::icon;

/// The place of the note on the page of a dataset.
const PLACE: &str = "bare";

/// Says on its page what is wrong, what would be right, and the rule.
pub(super) fn note(ctx: &Ctx) -> AnyView {
    let lang = ctx.lang;
    let text = lang.pick(
        "目录已经开放，却没有文件，也没有接口。请修订目录，重新挂接数据；不再提供的，撤回，或者在修订时改为不予开放。",
        "The entry is open, and has neither a file nor an interface. Revise it and mount its data; where it is not given any more, withdraw it or give it class none.",
    );
    view! {
        <div id=PLACE class="ks-note is-warn mb-8 max-w-[44rem]">
            <p><b class="font-semibold">{mark(ctx)}</b></p>
            <p>{text}</p>
            <p class="text-sm ks-mute">{Lack::Resource.rule(lang).article}</p>
        </div>
    }
    .into_any()
}

/// Says above a list how many of its datasets stand so, with the rule; nothing where none does.
pub(in crate::pages::workbench) fn above_list(ctx: &Ctx, n: usize) -> Option<AnyView> {
    if n == 0 {
        return None;
    }
    let lang = ctx.lang;
    let text = lang.pick(
        format!("这一页有 {n} 个开放的目录没有挂接数据，请打开处理："),
        match n {
            1 => "1 open entry on this page has no data; open it to see what to do: ".to_owned(),
            _ => {
                format!("{n} open entries on this page have no data; open them to see what to do: ")
            }
        },
    );
    let note = view! {
        <div class="ks-note is-warn mb-6 max-w-[54rem]">
            <p>{text}{Lack::Resource.rule(lang).article}</p>
        </div>
    };
    Some(note.into_any())
}

/// Marks a dataset in a list, with the way to what is to be done.
pub(in crate::pages::workbench) fn in_list(ctx: &Ctx, code: &DatasetCode) -> AnyView {
    let path = ctx.href(&format!("/workbench/datasets/{code}#{PLACE}"));
    view! {
        <span class="ks-mark is-late !text-[.8125rem]">
            {icon("late")}<a class="ks-link" href=path>{mark(ctx)}</a>
        </span>
    }
    .into_any()
}

fn mark(ctx: &Ctx) -> &'static str {
    ctx.lang.pick("没有挂接数据", "No data mounted")
}
