//! The data items of the editor: a row each, as wide as a table.

use kaishu_types::Lang;
use kaishu_types::dataset::DataItemView;
use kaishu_types::draft::DraftDocument;
use kaishu_types::vocabulary::{ItemType, OpenClass, ShareClass};
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::ui::heading::section_head;
use crate::ui::icon::icon;

/// Empty rows that are offered beside those that are filled.
const SPARE_ROWS: usize = 3;

/// Draws the data items with spare rows and a way to take them from the files.
pub(super) fn draw(ctx: &Ctx, document: &DraftDocument, faults: Vec<String>) -> AnyView {
    let lang = ctx.lang;
    let n_rows = document.items.len() + SPARE_ROWS;
    let rows: Vec<_> =
        (0..n_rows).map(|place| row(lang, place, document.items.get(place))).collect();
    let faults: Vec<_> = faults
        .into_iter()
        .map(|fault| view! { <p class="ks-bad mt-2">{icon("late")}<span>{fault}</span></p> })
        .collect();
    let caption = lang.pick("数据项", "Data items");
    let take = view! {
        <p class="mt-4">
            <button class="btn btn-outline" type="submit" name="then" value="items">
                {lang.pick("保存并从文件补充数据项", "Save and add the columns of the files")}
            </button>
        </p>
    };
    view! {
        <section aria-labelledby="items" class="mb-12">
            {section_head("items", caption)}
            <p class="mt-1 ks-mute">
                {lang.pick(
                    "名称与文件的列名一致。名称留空的行不保存。",
                    "Names are those of the columns. Rows without a name are not kept.",
                )}
            </p>
            {faults}
            <div class="ks-frame mt-3" tabindex="0" role="region" aria-label=lang.pick("数据项表", "Table of data items")>
                <table class="ks-table is-dense min-w-[64rem]">
                    <caption class="sr-only">{caption}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{lang.pick("名称", "Name")}</th>
                            <th scope="col">{lang.pick("中文名", "Label")}</th>
                            <th scope="col">{lang.pick("类型", "Type")}</th>
                            <th scope="col">{lang.pick("单位", "Unit")}</th>
                            <th scope="col">{lang.pick("开放", "Open")}</th>
                            <th scope="col">{lang.pick("共享", "Shared")}</th>
                            <th scope="col">{lang.pick("脱敏", "Mask")}</th>
                            <th scope="col">{lang.pick("敏感", "Sensitive")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {take}
        </section>
    }
    .into_any()
}

fn row(lang: Lang, place: usize, item: Option<&DataItemView>) -> AnyView {
    let name = |part: &str| format!("items.{place}.{part}");
    let said = |word: &str| {
        lang.pick(format!("第 {} 行{word}", place + 1), format!("{word}, row {}", place + 1))
    };
    let text = |part: &str, word: &str, value: String| {
        view! {
            <input class="input input-sm w-full" type="text" name=name(part) value=value maxlength="200" autocomplete="off" aria-label=said(word)/>
        }
        .into_any()
    };
    let list = |part: &str,
                word: &str,
                options: Vec<(&'static str, &'static str)>,
                value: &'static str| {
        let options: Vec<_> = options
            .into_iter()
            .map(|(code, label)| view! { <option value=code selected=code == value>{label}</option> })
            .collect();
        view! { <select class="select select-sm w-full" name=name(part) aria-label=said(word)>{options}</select> }
            .into_any()
    };
    let types = ItemType::ALL.iter().map(|it| (it.as_str(), it.label(lang))).collect();
    let open = OpenClass::ALL.iter().map(|it| (it.as_str(), it.label(lang))).collect();
    let share = ShareClass::ALL.iter().map(|it| (it.as_str(), it.label(lang))).collect();
    let own = |of: fn(&DataItemView) -> Option<String>| item.and_then(of).unwrap_or_default();
    view! {
        <tr>
            <td>{text("name", lang.pick("名称", "Name"), own(|it| Some(it.name.clone())))}</td>
            <td>{text("label", lang.pick("中文名", "Label"), own(|it| Some(it.label.clone())))}</td>
            <td>{list("type", lang.pick("类型", "Type"), types, item.map_or("text", |it| it.item_type.as_str()))}</td>
            <td class="w-20">{text("unit", lang.pick("单位", "Unit"), own(|it| it.unit.clone()))}</td>
            <td>{list("open", lang.pick("开放", "Open"), open, item.map_or("unconditional", |it| it.open_class.as_str()))}</td>
            <td>{list("share", lang.pick("共享", "Shared"), share, item.map_or("unconditional", |it| it.share_class.as_str()))}</td>
            <td class="w-32">{text("mask", lang.pick("脱敏", "Mask"), own(|it| it.mask.as_ref().map(ToString::to_string)))}</td>
            <td class="text-center">
                <input type="checkbox" class="checkbox" name=name("sensitive") value="1" checked=item.is_some_and(|it| it.sensitive) aria-label=said(lang.pick("敏感", "Sensitive"))/>
            </td>
        </tr>
    }
    .into_any()
}
