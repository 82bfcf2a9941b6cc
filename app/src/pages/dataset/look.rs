//! A safe look before an application: rows that are made up, and figures without small counts (SRCH-03, APP-07).

use kaishu_portal::entries::DatasetPage;
use kaishu_types::Lang;
use kaishu_types::look::{LookColumn, MadeUp, SafeColumn, SafeCount, SafeTable};
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::ui::data::data;
use crate::ui::heading::section_head;
use crate::ui::numbers::thousands;

/// Draws what can be seen before an application; nothing where none is needed.
pub(crate) fn section(ctx: &Ctx, found: &DatasetPage) -> Option<AnyView> {
    let lang = ctx.lang;
    let look = found.look.as_ref()?;
    let figures = match look.tables.is_empty() {
        true => {
            let none = lang.pick(
                "提供单位没有公布这些数据的统计情况。",
                "The provider shows no figures of this data.",
            );
            view! { <p class="mt-4 text-sm ks-mute">{none}</p> }.into_any()
        }
        false => figures(ctx, &look.tables, look.least),
    };
    let api = format!("/api/v1/datasets/{}/look", found.dataset.code);
    let view = view! {
        <section aria-labelledby="h-look" class="mt-12">
            {section_head("h-look", lang.pick("申请之前先看一看", "A look before you apply"))}
            <p class="mt-2 max-w-[46em]">
                {lang.pick(
                    "下面的行按数据项登记的名称、类型和长度编造，不含任何真实数据，只用来了解数据的样子、调试程序。",
                    "These rows are made up of the names, types and lengths that the data items declare. They hold no real data, and show what it looks like, to people and to programs.",
                )}
                {ctx.gap()}
                <a class="ks-link" rel="nofollow" href=api>{ctx.words.api_address}</a>
            </p>
            {sample(ctx, &look.sample)}
            {figures}
        </section>
    };
    Some(view.into_any())
}

/// The way to what others made of the data, where they let it be seen (USE-09).
pub(crate) fn results(ctx: &Ctx, found: &DatasetPage) -> Option<AnyView> {
    let path = ctx.href(&format!("/results?dataset={}", found.dataset.code));
    let word = ctx.lang.pick("用这项数据做出的成果", "What others made of this data");
    let link = view! { <p class="mt-8"><a class="ks-link" href=path>{word}</a></p> };
    found.has_results.then(|| link.into_any())
}

/// The rows that are made up.
fn sample(ctx: &Ctx, sample: &MadeUp) -> AnyView {
    let caption =
        ctx.lang.pick("示例数据（合成，不是真实数据）", "Sample rows (made up, no real data)");
    let heads: Vec<_> = sample.columns.iter().map(|column| head(ctx.lang, column)).collect();
    let rows: Vec<_> = sample
        .rows
        .iter()
        .map(|row| {
            let cells: Vec<_> = row
                .iter()
                .map(|value| view! { <td class="whitespace-nowrap">{data(ctx.lang, value.clone())}</td> })
                .collect();
            view! { <tr>{cells}</tr> }
        })
        .collect();
    view! {
        <div class="ks-frame mt-4" tabindex="0" role="region" aria-label=caption>
            <table class="ks-table is-dense" id="sample">
                <caption class="text-start py-2 font-semibold">{caption}</caption>
                <thead><tr>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn head(lang: Lang, column: &LookColumn) -> AnyView {
    view! {
        <th scope="col">
            {data(lang, column.label.clone())}
            <span class="block text-xs font-normal ks-mute">{column.item_type.label(lang)}</span>
        </th>
    }
    .into_any()
}

/// Draws figures of tables: no count below the least one, no extreme, no value of few rows.
pub(crate) fn figures(ctx: &Ctx, tables: &[SafeTable], least: u64) -> AnyView {
    let lang = ctx.lang;
    let tables: Vec<_> = tables.iter().map(|table| figures_of(ctx, table)).collect();
    let how = lang.pick(
        format!(
            "统计由提供单位公布：少于 {least} 行的不显示具体数，其他行数按 {least} 的倍数向下取整；不显示最大值、最小值和可能涉及个人的取值。"
        ),
        format!(
            "The provider shows these figures. Fewer than {least} rows are not counted out, other counts are rounded down to a multiple of {least}; no extremes are shown, and no values that could be of persons."
        ),
    );
    view! { <p class="mt-6 max-w-[46em] text-sm ks-mute">{how}</p>{tables} }.into_any()
}

fn figures_of(ctx: &Ctx, table: &SafeTable) -> AnyView {
    let lang = ctx.lang;
    let rows: Vec<_> = table.columns.iter().map(|column| figure(lang, column)).collect();
    let name =
        format!("{}{}{}", table.title, lang.pick("：行数", ": rows "), count(lang, table.rows));
    let label = name.clone();
    view! {
        <div class="ks-frame mt-3" tabindex="0" role="region" aria-label=label>
            <table class="ks-table is-dense">
                <caption class="text-start py-2">{data(lang, name)}</caption>
                <thead>
                    <tr>
                        <th scope="col">{ctx.words.name}</th>
                        <th scope="col" class="r">{lang.pick("有值的行", "With a value")}</th>
                        <th scope="col" class="r">{lang.pick("空值的行", "Without")}</th>
                        <th scope="col" class="r">{lang.pick("不同的值", "Different values")}</th>
                        <th scope="col">{lang.pick("分布", "How they are spread")}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn figure(lang: Lang, column: &SafeColumn) -> AnyView {
    let quartiles = column.quartiles.map(|[low, middle, high]| {
        let text = lang.pick(
            format!("四分位数约 {low}、{middle}、{high}"),
            format!("quartiles about {low}, {middle}, {high}"),
        );
        view! { <p class="num">{text}</p> }
    });
    let top: Vec<String> =
        column.top.iter().map(|it| format!("{}（{}）", it.value, count(lang, it.count))).collect();
    let top = (!top.is_empty()).then(|| data(lang, top.join("，")));
    let [filled, blank, distinct] =
        [column.filled, column.blank, column.distinct].map(|it| count(lang, it));
    view! {
        <tr>
            <th scope="row">{data(lang, column.column.label.clone())}</th>
            <td class="r num">{filled}</td>
            <td class="r num">{blank}</td>
            <td class="r num">{distinct}</td>
            <td>{quartiles}{top}</td>
        </tr>
    }
    .into_any()
}

fn count(lang: Lang, count: SafeCount) -> String {
    match count {
        SafeCount::FewerThan(least) => {
            let least = thousands(least);
            lang.pick(format!("不到 {least}"), format!("fewer than {least}"))
        }
        SafeCount::AtLeast(n) => {
            let n = thousands(n);
            lang.pick(format!("{n} 以上"), format!("{n} or more"))
        }
    }
}
