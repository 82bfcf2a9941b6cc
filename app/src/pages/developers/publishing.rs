//! What a department does in the workbench, by program.

use kaishu_types::Lang;
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
                    "写入的请求带上 Idempotency-Key，两天之内再发只办一次。",
                    "A request that writes and bears an Idempotency-Key is done once, however often it is sent within two days.",
                ),
                lang.pick(
                    "签署协议、申请账号，由本人在网页上办理；申请数据用 apply。",
                    "Agreements are signed and accounts asked for by people, on pages; applying for data takes apply.",
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
    let mut rows = of_entries(lang);
    rows.extend(of_datasets(lang));
    rows.extend(of_registers(lang));
    rows
}

fn of_entries(lang: Lang) -> Vec<(&'static str, &'static str)> {
    vec![
        (
            "/api/v1/own-datasets, /guide",
            lang.pick(
                "本单位的数据集和更新期限、目录编制规范",
                "Own datasets and when they are due, the compiling guide",
            ),
        ),
        (
            "/api/v1/cases, /cases/{id}, …/review, …/acts, …/attachments",
            lang.pick(
                "待办、审查时看到的内容、办理、附件",
                "What waits, what a review asks, deciding, attachments",
            ),
        ),
        (
            "/api/v1/drafts/{id}, …/items, …/files, …/sources, …/interfaces, …/quality, …/submit",
            lang.pick(
                "目录、数据项和脱敏规则、文件、在原处的数据、接口、质量报告、提交",
                "Entries, data items with masks, files, data in its place, interfaces, quality, submitting",
            ),
        ),
        (
            "/api/v1/drafts/{id}/authorisation, …/relaxation",
            lang.pick("书面授权、处理记录和同意书", "Authorisations, records and consents"),
        ),
        (
            "/api/v1/drafts/{id}/copies, …/conflicts, …/changes, …/alike, …/previews",
            lang.pick(
                "以前的内容、两人同时修改、有哪些改动、相似的目录、预览链接",
                "What it said before, two who write at once, what changed, similar entries, previews",
            ),
        ),
        ("/api/v1/revisions", lang.pick("批量修改", "Several datasets revised alike")),
    ]
}

fn of_datasets(lang: Lang) -> Vec<(&'static str, &'static str)> {
    vec![
        (
            "/api/v1/datasets/{code}/versions, …/resources/{id}/records, /uploads",
            lang.pick(
                "新数据、逐条更新、分段上传大文件；每次写明上传前做过的处理（processing）",
                "New data, changed records, large files part by part; each time with what was done before (processing)",
            ),
        ),
        (
            "/api/v1/datasets/{code}/findings, …/anonymity, …/look",
            lang.pick(
                "敏感内容处置、k-匿名检查、申请前公布的统计",
                "Findings, k-anonymity, figures before an application",
            ),
        ),
        (
            "/api/v1/datasets/{code}/standing, …/revisions, …/change-events",
            lang.pick(
                "中止、恢复、撤回和下线，修订，登记变更",
                "Suspending, restoring, withdrawing and retiring; revisions; changes to follow",
            ),
        ),
        (
            "/api/v1/datasets/{code}/transfers, …/disputes",
            lang.pick("移交和撤回移交、类型争议", "Transfers and taking them back, disputes"),
        ),
        (
            "/api/v1/datasets/{code}/inspections, …/monitoring, …/comparisons, …/quality-issues",
            lang.pick(
                "质量检查、监测、与源数据比对、质量问题",
                "Inspections, monitoring, comparisons, quality issues",
            ),
        ),
    ]
}

fn of_registers(lang: Lang) -> Vec<(&'static str, &'static str)> {
    vec![
        (
            "/api/v1/systems, /deliveries, /projects, /missing-entries",
            lang.pick(
                "信息系统、归集、信息化项目、补编目录",
                "Systems, deliveries, IT projects, missing entries",
            ),
        ),
        (
            "/api/v1/comparisons, /priority-topics, /trail",
            lang.pick(
                "与源数据不一致的、重点领域、一份数据从哪里来",
                "What is not as its source, priority topics, where a copy comes from",
            ),
        ),
        (
            "/api/v1/applications, /grants, /webhooks",
            lang.pick(
                "申请有条件开放的数据（apply）、使用权限、有事时通知程序",
                "Applications for conditional data (apply), grants, programs that are called",
            ),
        ),
    ]
}
