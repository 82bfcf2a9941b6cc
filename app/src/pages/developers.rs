//! How programs read the portal: examples that work here, paging, errors, caching (API quick start).

mod publishing;

use axum::extract::State;
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::catalogue::Window;
use kaishu_types::dataset::DatasetView;
use kaishu_types::search::SearchRequest;
use kaishu_types::vocabulary::{Format, OpenClass, ResourceKind};
use leptos::prelude::*;

use super::prose::{Part, paragraphs, part, points, prose_page};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::respond;

/// `GET /developers`
pub(crate) async fn show(ctx: Ctx, State(portal): State<Portal>) -> Response {
    let example = example(&ctx, &portal).await;
    respond(&ctx, || {
        let example = example?;
        let lead = if portal.opens_after_login() {
            ctx.lang.pick(
                "目录里的一切都有接口，只读，返回 JSON，不需要密钥。只有文件和表格的内容要登录后取得，程序用访问令牌。",
                "Everything in the catalogue has an interface: no key, read-only, JSON. Only files and the values of tables are taken after logging in; programs use a token.",
            )
        } else {
            ctx.lang.pick(
                "目录里的一切都有接口。不需要登录和密钥，只读，返回 JSON。",
                "Everything in the catalogue has an interface: no login, no key, read-only, JSON.",
            )
        };
        let parts = vec![
            start(&ctx),
            search(&ctx),
            dataset(&ctx, example.as_ref()),
            files(&ctx, example.as_ref(), portal.opens_after_login()),
            tables(&ctx),
            others(&ctx),
            paging(&ctx),
            errors(&ctx),
            caching(&ctx),
            identifiers(&ctx),
            licence(&ctx),
            publishing::automation(&ctx),
        ];
        Ok(prose_page(&ctx, ctx.words.developers, lead, parts))
    })
}

/// Finds a dataset of this portal whose file can be taken, so that the examples work as they stand.
async fn example(ctx: &Ctx, portal: &Portal) -> Result<Option<DatasetView>, AppError> {
    for format in [vec![Format::Csv], Vec::new()] {
        let request =
            SearchRequest { open: vec![OpenClass::Unconditional], format, ..Default::default() };
        let window = Window::Page { number: 1, per_page: 1 };
        let found = portal.search(&request, window, ctx.lang).await?;
        if let Some(hit) = found.hits.first() {
            return Ok(Some(portal.dataset(&hit.card.code).await?));
        }
    }
    Ok(None)
}

fn code(text: String) -> AnyView {
    view! { <pre tabindex="0"><code>{text}</code></pre> }.into_any()
}

fn start(ctx: &Ctx) -> Part {
    let lang = ctx.lang;
    part(
        "start",
        lang.pick("开始", "Start"),
        view! {
            <p>
                {lang.pick("全部地址、参数和返回内容写在 ", "All addresses, parameters and replies are described in ")}
                <a href="/api/openapi.json">"OpenAPI"</a>
                {lang.pick(" 里，可以直接阅读", ", and can be read in the ")}
                <a href=ctx.href("/api/reference")>{lang.pick("接口说明", "reference")}</a>
                {lang.pick("。版本写在路径里：/api/v1。", ". The version stands in the path: /api/v1.")}
            </p>
            {code(format!("curl '{}/api/v1/stats'", ctx.site.base_url))}
            {points(&[
                lang.pick("字段用 snake_case，时间用 RFC 3339，字符用 UTF-8。", "Fields are snake_case, times RFC 3339, text UTF-8."),
                lang.pick("名称的语言由 Accept-Language 决定：zh 或者 en。", "Accept-Language chooses the language of labels: zh or en."),
                lang.pick("不认识的参数是错误，不会被悄悄忽略。", "A parameter that is not known is an error; none is ignored silently."),
            ])}
        },
    )
}

fn search(ctx: &Ctx) -> Part {
    let lang = ctx.lang;
    let base = &ctx.site.base_url;
    let word = ctx.site.popular.first().map_or("空气质量", String::as_str);
    part(
        "search",
        lang.pick("查找", "Search"),
        view! {
            {paragraphs(&[lang.pick(
                "参数与目录页的地址相同。同一参数可以写多次，是“或者”；不同参数之间是“并且”。返回内容带有各项条件的计数。",
                "Parameters are those of the catalogue page. A parameter given several times means “or”; different ones restrict each other. Replies count the values of each facet.",
            )])}
            {code(format!(
                "curl -G '{base}/api/v1/datasets' \\\n  --data-urlencode 'q={word}' \\\n  -d open=unconditional -d format=csv -d sort=updated -d per_page=5"
            ))}
        },
    )
}

fn dataset(ctx: &Ctx, example: Option<&DatasetView>) -> Part {
    let lang = ctx.lang;
    let base = &ctx.site.base_url;
    let body = match example {
        Some(dataset) => {
            let id = &dataset.code;
            code(format!(
                "curl '{base}/api/v1/datasets/{id}'\ncurl '{base}/api/v1/datasets/{id}/items'\ncurl '{base}/api/v1/datasets/{id}/resources'\ncurl '{base}/api/v1/datasets/{id}/versions'"
            ))
        }
        None => paragraphs(&[ctx.words.no_public_dataset]),
    };
    part(
        "dataset",
        lang.pick("数据集、数据项、文件和版本", "Dataset, items, files, versions"),
        body,
    )
}

fn files(ctx: &Ctx, example: Option<&DatasetView>, needs_login: bool) -> Part {
    let lang = ctx.lang;
    let base = &ctx.site.base_url;
    let file = example.and_then(|dataset| {
        let file = dataset.resources.iter().find(|it| it.kind == ResourceKind::File)?;
        Some(format!("{base}/api/v1/datasets/{}/resources/{}/original", dataset.code, file.id))
    });
    let commands = file.map(|url| {
        let token = if needs_login { "-H 'Authorization: Bearer kst_…' " } else { "" };
        code(format!(
            "curl {token}-OJ '{url}'\ncurl {token}-H 'Range: bytes=0-1023' '{url}'\ncurl {token}-I '{url}'"
        ))
    });
    part(
        "files",
        lang.pick("下载文件", "Download a file"),
        view! {
            {needs_login.then(|| paragraphs(&[
                ctx.words.login_needed,
                lang.pick(
                    "登录后在“我的账号”的“访问令牌”页新建令牌，范围选只读。",
                    "Log in and make a token on the page “Tokens” of your account; the scope for reading is enough.",
                ),
            ]))}
            {commands}
            {points(&[
                lang.pick("ETag 和 Repr-Digest 带有 SHA-256，X-Checksum-SM3 带有 SM3。", "ETag and Repr-Digest carry the SHA-256, X-Checksum-SM3 the SM3."),
                lang.pick("X-Receipt 是这次获取的回执编号，可以在 /api/v1/receipts/{编号} 验证。", "X-Receipt is the number of the receipt, to be verified at /api/v1/receipts/{number}."),
                lang.pick("断点续传时带上 receipt=编号，就不会另发回执。", "To go on with a broken download, pass receipt=number: no second receipt is issued."),
            ])}
        },
    )
}

fn tables(ctx: &Ctx) -> Part {
    let lang = ctx.lang;
    part(
        "tables",
        lang.pick("表格的内容", "What is in a table"),
        view! {
            {paragraphs(&[lang.pick(
                "地址都在 /api/v1/datasets/{code} 下面，{id} 是文件的编号。",
                "All addresses are below /api/v1/datasets/{code}; {id} is the number of the file.",
            )])}
            {points(&[
                lang.pick("/resources/{id}/rows 返回行，可以筛选（filter）、排序（sort）、分组（group_by、aggregate）。", "/resources/{id}/rows gives rows: filtered (filter), ordered (sort), grouped (group_by, aggregate)."),
                lang.pick("/resources/{id}/export.csv 用同样的参数取整个结果，也有 xlsx、json、ndjson、xml、parquet、geojson。", "/resources/{id}/export.csv takes the whole answer by the same parameters; xlsx, json, ndjson, xml, parquet and geojson, too."),
                lang.pick("/resources/{id}/openapi.json 写明每一列；…/changes 是与别的版本的差别；…/quality 是质量。", "/resources/{id}/openapi.json describes each column; …/changes is how versions differ, …/quality how good it is."),
                lang.pick("/export.zip 是整个数据集；/quality-issues 是发现的质量问题；/look 是申请前可以看的示例。", "/export.zip is the whole dataset; /quality-issues what stands against its quality; /look what is shown before an application."),
            ])}
        },
    )
}

fn others(ctx: &Ctx) -> Part {
    let lang = ctx.lang;
    let rows = [
        ("/api/v1/organizations", ctx.words.organizations),
        ("/api/v1/regions", ctx.words.regions),
        (
            "/api/v1/vocabularies",
            lang.pick(
                "受控词表：主题、协议、重点领域",
                "Vocabularies: themes, licences, priorities",
            ),
        ),
        (
            "/api/v1/catalogue.csv",
            lang.pick("开放目录，一行一个数据集", "The open catalogue, a dataset a line"),
        ),
        ("/api/v1/suggestions?q=tcc", lang.pick("输入时的提示", "Suggestions while typing")),
        ("/api/v1/rules", ctx.words.active_rules),
        ("/api/v1/stats", ctx.words.stats),
        ("/sitemap.xml", lang.pick("全部公开页面的地址", "The addresses of all public pages")),
    ];
    let rows: Vec<_> = rows
        .into_iter()
        .map(|(path, text)| {
            view! { <tr><td><a href=path><code>{path}</code></a></td><td>{text}</td></tr> }
        })
        .collect();
    part(
        "others",
        lang.pick("其他地址", "Other addresses"),
        view! {
            <table>
                <caption class="sr-only">{lang.pick("其他地址", "Other addresses")}</caption>
                <thead>
                    <tr>
                        <th scope="col">{lang.pick("地址", "Address")}</th>
                        <th scope="col">{lang.pick("内容", "Content")}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        },
    )
}

fn paging(ctx: &Ctx) -> Part {
    let lang = ctx.lang;
    part(
        "paging",
        lang.pick("翻页", "Paging"),
        view! {
            {paragraphs(&[lang.pick(
                "返回里的 next 原样作为 cursor 传回，就是下一页；没有上限，next 为 null 就是结束。每页 per_page 从 1 到 100。",
                "Pass next of a reply as cursor to go on. There is no wall; at the end, next is null. per_page is 1 to 100.",
            )])}
            {code(format!(
                "curl -G '{}/api/v1/datasets' -d per_page=100 --data-urlencode \"cursor=$next\"",
                ctx.site.base_url
            ))}
        },
    )
}

fn errors(ctx: &Ctx) -> Part {
    let lang = ctx.lang;
    let sample = "{\n  \"type\": \"/api/reference#problem-invalid_input\",\n  \"status\": 400,\n  \"title\": \"A value is missing, malformed or contradictory\",\n  \"fields\": [{ \"field\": \"theme\", \"message\": \"…\" }]\n}";
    part(
        "errors",
        lang.pick("错误", "Errors"),
        view! {
            {paragraphs(&[lang.pick(
                "错误以 application/problem+json（RFC 9457）返回，写明错在哪个参数、应当怎样写。因规则拒绝的，rule 是规则和条文，remedy 是可以怎样办。",
                "Errors are application/problem+json (RFC 9457) and name the parameter and what would be right. A refusal by rule carries the article in rule and the way on in remedy.",
            )])}
            {code(sample.to_owned())}
            {points(&[
                lang.pick("400 参数有误，404 没有，410 已撤下，401 需要登录，403 需要授权，409 期间有了变化，413 太大，416 范围超出文件，429 太快，Retry-After 写明几秒以后再来。", "400 a parameter is wrong, 404 there is none, 410 taken down, 401 log in, 403 a grant is needed, 409 something changed meanwhile, 413 too much, 416 the range is outside the file, 429 too fast: Retry-After says for how many seconds to wait."),
                lang.pick("500 带有编号，告诉主管部门就能查到原因。", "A 500 carries a reference by which the authority finds the cause."),
            ])}
        },
    )
}

fn caching(ctx: &Ctx) -> Part {
    let lang = ctx.lang;
    part(
        "caching",
        lang.pick("缓存和续传", "Caching and ranges"),
        paragraphs(&[lang.pick(
            "目录和文件带有 ETag，用 If-None-Match 再问，没有变化就返回 304。文件支持 Range，每次一段；If-Range 保证各段出自同一份文件。",
            "Lists and files carry an ETag; ask again with If-None-Match and 304 says that nothing changed. Files take one Range at a time; If-Range makes sure that the parts belong together.",
        )]),
    )
}

fn identifiers(ctx: &Ctx) -> Part {
    let lang = ctx.lang;
    let base = &ctx.site.base_url;
    part(
        "identifiers",
        lang.pick("标识", "Identifiers"),
        view! {
            {points(&[
                lang.pick("数据集的编号（code）不变，撤回以后地址也保留。", "The code of a dataset never changes, and its address stays after a withdrawal."),
                lang.pick("文件的编号（id）随版本变化；长期引用写数据集编号和版本。", "The id of a file changes with the version; cite the code of the dataset and the version."),
                lang.pick("导入的数据集在 source_id 保留原平台的编号。", "Imported datasets keep the identifier of their source in source_id."),
            ])}
            {code(format!("{base}/datasets/{{code}}\n{base}/datasets/{{code}}/versions/{{n}}\n{base}/organizations/{{code}}\n{base}/regions/{{code}}"))}
        },
    )
}

fn licence(ctx: &Ctx) -> Part {
    let lang = ctx.lang;
    part(
        "licence",
        ctx.words.licence,
        view! {
            <p>
                {lang.pick("数据按各自的协议使用，licence 字段是协议的代码，见", "Data is used under its own licence, whose code stands in licence; see ")}
                <a href=ctx.href("/help#licences")>{ctx.words.licences}</a>
                {lang.pick("。成果注明来源和获取日期。", ". Results name source and date of retrieval.")}
            </p>
        },
    )
}
