//! What a department does in the workbench, by program.

use leptos::prelude::*;

use super::super::prose::{Part, paragraphs, part, points};
use super::code;
use crate::ctx::Ctx;

/// The part on automation: tokens, the operations by what they are for, and what makes a repeated request safe.
pub(super) fn automation(ctx: &Ctx) -> Part {
    let lang = ctx.lang;
    let rows: Vec<_> = operations(ctx)
        .into_iter()
        .map(|(path, text)| view! { <tr><td><code>{path}</code></td><td>{text}</td></tr> })
        .collect();
    let tokens = ctx.href("/me/tokens");
    part(
        "automation",
        lang.pick("部门自动办理", "Automation for departments"),
        view! {
            <p>
                {lang.pick("工作台里办的事，程序用访问令牌同样可以办，在", "What is done in the workbench is done by program with a token, made at ")}
                <a href=tokens>{lang.pick("访问令牌", "Tokens")}</a>
                {lang.pick(
                    "页新建。编目、上传用 publish，审核、中止、移交、争议用 decide，只看用 read。令牌的权限不会超过本人。",
                    ": publish for entries and data, decide for reviews, suspensions, transfers and disputes, read for looking. A token never reaches farther than its owner.",
                )}
            </p>
            {code(example(ctx))}
            <table>
                <caption class="sr-only">{lang.pick("办理的地址", "Operations")}</caption>
                <thead>
                    <tr>
                        <th scope="col">{lang.pick("地址", "Address")}</th>
                        <th scope="col">{lang.pick("办什么", "What for")}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            {points(&[
                lang.pick(
                    "保存时带上读到的 revision 或者 version，期间有人改过就返回 409，什么也不会改。",
                    "A save names the revision or version that was read; where somebody was there since, the answer is 409 and nothing changes.",
                ),
                lang.pick(
                    "被规则拒绝时，rule 写明条文，remedy 写明怎样办。",
                    "A refusal by rule carries the article in rule and the way on in remedy.",
                ),
                lang.pick(
                    "签署协议、申请账号和数据的，由本人在网页上办理。",
                    "Agreements, accounts and applications for data are signed and asked for by people, on pages.",
                ),
            ])}
            {paragraphs(&[lang.pick(
                "在平台的服务器上，kaishu api 命令不经网络办同样的事。",
                "On the machine of the portal the command kaishu api does the same without the network.",
            )])}
        },
    )
}

fn example(ctx: &Ctx) -> String {
    let base = &ctx.site.base_url;
    format!(
        "curl -H \"Authorization: Bearer $TOKEN\" '{base}/api/v1/own-datasets?show=overdue'\n\
         curl -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' \\\n  \
         '{base}/api/v1/drafts/12/previews' -d '{{\"days\": 7}}'"
    )
}

/// The operations by what they are for.
fn operations(ctx: &Ctx) -> Vec<(&'static str, &'static str)> {
    let lang = ctx.lang;
    vec![
        (
            "/api/v1/own-datasets, /cases",
            lang.pick(
                "本单位的数据集、更新期限和待办",
                "Own datasets, when they are due, what waits",
            ),
        ),
        (
            "/api/v1/drafts/{id}, …/items, …/files, …/quality",
            lang.pick(
                "目录、数据项和脱敏规则、文件、质量报告",
                "Entries, data items with masks, files, quality",
            ),
        ),
        (
            "/api/v1/drafts/{id}/copies, …/conflicts, …/previews",
            lang.pick(
                "以前的内容、两人同时修改、预览链接",
                "What it said before, two who write at once, previews",
            ),
        ),
        ("/api/v1/revisions", lang.pick("批量修改", "Several datasets revised alike")),
        (
            "/api/v1/datasets/{code}/versions, …/findings, …/anonymity",
            lang.pick("新数据、敏感内容处置、k-匿名检查", "New data, findings, k-anonymity"),
        ),
        (
            "/api/v1/datasets/{code}/standing, …/transfers, …/disputes",
            lang.pick(
                "中止和恢复、移交和撤回移交、类型争议",
                "Suspending and restoring, transfers, disputes",
            ),
        ),
        (
            "/api/v1/datasets/{code}/inspections, …/monitoring, …/comparisons",
            lang.pick("质量检查、监测、与源数据比对", "Inspections, monitoring, comparisons"),
        ),
        (
            "/api/v1/systems, /deliveries, /projects, /missing-entries",
            lang.pick(
                "信息系统、归集、信息化项目、补编目录",
                "Systems, deliveries, IT projects, missing entries",
            ),
        ),
    ]
}
