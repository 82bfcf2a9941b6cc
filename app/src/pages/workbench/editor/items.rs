//! The data items of the editor: two rows each, as wide as a table. The second has what needs sentences.

use kaishu_types::Lang;
use kaishu_types::dataset::DataItemView;
use kaishu_types::vocabulary::{ItemType, OpenClass, ShareClass};
use leptos::prelude::*;

use super::fields::Form;
use super::guided;
use crate::pages::workbench::masks;
use crate::ui::fields::said;
use crate::ui::heading::section_head;
use crate::ui::icon::icon;

/// Empty rows that are offered beside those that are filled.
const SPARE_ROWS: usize = 3;
/// Columns of the table.
const N_COLUMNS: &str = "9";

impl Form<'_> {
    /// Draws the data items with spare rows and a way to take them from the files.
    pub(super) fn items(&self) -> AnyView {
        let lang = self.ctx.lang;
        let items = &self.document.items;
        let rows: Vec<_> = (0..items.len() + SPARE_ROWS)
            .map(|place| Row { form: self, place, item: items.get(place) }.draw())
            .collect();
        let faults: Vec<_> = self
            .faults("items")
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
                {said("items", &guided::notes(lang, self.draft, "items"))}
                {faults}
                <div class="ks-frame mt-3" tabindex="0" role="region" aria-label=lang.pick("数据项表", "Table of data items")>
                    <table class="ks-table is-dense min-w-[68rem]">
                        <caption class="sr-only">{caption}</caption>
                        {head(lang)}
                        {rows}
                    </table>
                </div>
                {take}
            </section>
        }
        .into_any()
    }
}

fn head(lang: Lang) -> AnyView {
    view! {
        <thead>
            <tr>
                <th scope="col">{lang.pick("名称", "Name")}</th>
                <th scope="col">{lang.pick("中文名", "Label")}</th>
                <th scope="col">{lang.pick("类型", "Type")}</th>
                <th scope="col">{lang.pick("长度", "Length")}</th>
                <th scope="col">{lang.pick("单位", "Unit")}</th>
                <th scope="col">{lang.pick("开放", "Open")}</th>
                <th scope="col">{lang.pick("共享", "Shared")}</th>
                <th scope="col">{lang.pick("脱敏", "Mask")}</th>
                <th scope="col">{lang.pick("敏感", "Sensitive")}</th>
            </tr>
        </thead>
    }
    .into_any()
}

/// A data item, or a spare row.
struct Row<'a> {
    form: &'a Form<'a>,
    place: usize,
    item: Option<&'a DataItemView>,
}

impl Row<'_> {
    fn name(&self, part: &str) -> String {
        format!("items.{}.{part}", self.place)
    }

    fn said(&self, word: &str) -> String {
        let row = self.place + 1;
        self.form.ctx.lang.pick(format!("第 {row} 行{word}"), format!("{word}, row {row}"))
    }

    fn own(&self, of: fn(&DataItemView) -> Option<String>) -> String {
        self.item.and_then(of).unwrap_or_default()
    }

    /// What is shown in a field: what it has, or what was typed and cannot be read.
    fn shown(&self, part: &str, own: String) -> (String, Option<String>) {
        match self.form.unread.iter().find(|it| it.fault.field == self.name(part)) {
            Some(unread) => (unread.text.clone(), Some(unread.fault.message.clone())),
            None => (own, None),
        }
    }

    fn text(&self, part: &str, word: &str, own: String, most: &'static str) -> AnyView {
        let name = self.name(part);
        let (value, fault) = self.shown(part, own);
        let (is_bad, described) = described(&name, fault.as_deref());
        view! {
            <input
                class="input input-sm w-full"
                type="text"
                id=name.clone()
                name=name.clone()
                value=value
                maxlength=most
                autocomplete="off"
                aria-label=self.said(word)
                aria-invalid=is_bad
                aria-describedby=described
            />
            {fault.map(|fault| bad(&name, fault))}
        }
        .into_any()
    }

    fn list(
        &self,
        part: &str,
        word: &str,
        options: Vec<(String, String)>,
        value: String,
    ) -> AnyView {
        let name = self.name(part);
        let (value, fault) = self.shown(part, value);
        let (is_bad, described) = described(&name, fault.as_deref());
        let is_known = options.iter().any(|(code, _)| *code == value);
        let typed = (!is_known && !value.is_empty()).then(|| (value.clone(), value.clone()));
        let options: Vec<_> = options
            .into_iter()
            .chain(typed)
            .map(|(code, label)| {
                let is_chosen = code == value;
                view! { <option value=code selected=is_chosen>{label}</option> }
            })
            .collect();
        view! {
            <select
                class="select select-sm w-full"
                id=name.clone()
                name=name.clone()
                aria-label=self.said(word)
                aria-invalid=is_bad
                aria-describedby=described
            >
                {options}
            </select>
            {fault.map(|fault| bad(&name, fault))}
        }
        .into_any()
    }

    fn masks(&self, word: &str) -> AnyView {
        let lang = self.form.ctx.lang;
        let mask = self.own(|it| it.mask.as_ref().map(ToString::to_string));
        let none = (String::new(), lang.pick("不脱敏", "None").to_owned());
        let offered = masks::options(lang, &mask);
        self.list("mask", word, std::iter::once(none).chain(offered).collect(), mask)
    }

    fn draw(&self) -> AnyView {
        let lang = self.form.ctx.lang;
        let item = self.item;
        let types = ItemType::ALL.iter().map(|it| (it.as_str(), it.label(lang)));
        let open = OpenClass::ALL.iter().map(|it| (it.as_str(), it.label(lang)));
        let share = ShareClass::ALL.iter().map(|it| (it.as_str(), it.label(lang)));
        let item_type = item.map_or("text", |it| it.item_type.as_str()).to_owned();
        let open_class = item.map_or("unconditional", |it| it.open_class.as_str()).to_owned();
        let share_class = item.map_or("unconditional", |it| it.share_class.as_str()).to_owned();
        let length = self.own(|it| it.length.map(|length| length.to_string()));
        view! {
            <tbody>
                <tr>
                    <td>{self.text("name", lang.pick("名称", "Name"), self.own(|it| Some(it.name.clone())), "200")}</td>
                    <td>{self.text("label", lang.pick("中文名", "Label"), self.own(|it| Some(it.label.clone())), "200")}</td>
                    <td>{self.list("type", lang.pick("类型", "Type"), owned(types), item_type)}</td>
                    <td class="w-20">{self.text("length", lang.pick("长度", "Length"), length, "10")}</td>
                    <td class="w-20">{self.text("unit", lang.pick("单位", "Unit"), self.own(|it| it.unit.clone()), "200")}</td>
                    <td>{self.list("open", lang.pick("开放", "Open"), owned(open), open_class)}</td>
                    <td>{self.list("share", lang.pick("共享", "Shared"), owned(share), share_class)}</td>
                    <td class="w-32">{self.masks(lang.pick("脱敏", "Mask"))}</td>
                    <td class="text-center">
                        <input type="checkbox" class="checkbox" name=self.name("sensitive") value="1" checked=item.is_some_and(|it| it.sensitive) aria-label=self.said(lang.pick("敏感", "Sensitive"))/>
                    </td>
                </tr>
                {self.sentences()}
            </tbody>
        }
        .into_any()
    }

    /// What it means, and why it is released although it looks personal (SEC-21).
    fn sentences(&self) -> AnyView {
        let lang = self.form.ctx.lang;
        let meaning = lang.pick("含义", "Meaning");
        let reason = lang.pick("含个人信息仍开放的理由", "Why it is released although personal");
        view! {
            <tr>
                <td colspan=N_COLUMNS>
                    <div class="grid grid-cols-2 gap-4 text-sm">
                        <div>
                            <span class="ks-mute">{meaning}</span>
                            {self.text("description", meaning, self.own(|it| it.description.clone()), "1000")}
                        </div>
                        <div>
                            <span class="ks-mute">{reason}</span>
                            {self.text("release_reason", reason, self.own(|it| it.release_reason.clone()), "1000")}
                        </div>
                    </div>
                </td>
            </tr>
        }
        .into_any()
    }
}

fn owned<'a>(list: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<(String, String)> {
    list.map(|(code, label)| (code.to_owned(), label.to_owned())).collect()
}

fn described(name: &str, fault: Option<&str>) -> (Option<&'static str>, Option<String>) {
    (fault.map(|_| "true"), fault.map(|_| format!("{name}-e")))
}

fn bad(name: &str, fault: String) -> AnyView {
    view! { <p class="ks-bad" id=format!("{name}-e")>{icon("late")}<span>{fault}</span></p> }
        .into_any()
}
