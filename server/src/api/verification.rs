//! Verification: whether something is so, in one word (DL-07).

use axum::extract::{Path, Request, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use kaishu_portal::access::Answered;
use kaishu_portal::accounts::Caller;
use kaishu_types::table::Literal;
use kaishu_types::verification::{VerifyAnswer, VerifyQuestion};
use kaishu_types::{FieldError, Lang};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::asked::Plain;
use super::drafting::{body, known, private};
use super::original::{name_receipt, names};
use super::problem::Problem;
use crate::state::State;

/// Whether records are so.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    /// Which table of the file, from 1.
    #[serde(default = "first")]
    #[schema(default = 1)]
    table: usize,
    /// The items that find a record: one at least.
    #[schema(example = json!(["credit_code"]))]
    key: Vec<String>,
    /// The items that are compared; none asks whether there is such a record.
    #[serde(default)]
    #[schema(example = json!(["level"]))]
    compare: Vec<String>,
    /// One or more: the values of `key`, then those of `compare`. Texts, numbers and booleans; dates are texts. No
    /// ranges, no lists, no null.
    #[schema(value_type = Vec<Vec<Object>>, example = json!([["91513221MA00000000", "A"]]))]
    tuples: Vec<Vec<Value>>,
}

fn first() -> usize {
    1
}

/// One word for each tuple.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Verification {
    /// In the order of the tuples. `match`: a record has the key and the compared values. `no_match`: records have the
    /// key, none the compared values. `not_held`: no record has the key.
    answers: Vec<VerifyAnswer>,
    /// Number of the receipt; it carries numbers, not values.
    receipt: String,
    /// Tuples that the grant still answers today.
    left_today: u32,
    /// Answers other than `match` that the grant still gives today; then it stops until tomorrow, and the provider is
    /// told.
    misses_left_today: u32,
}

/// Verify
///
/// Under a grant of the mode `query_verify`: whether records are so, in one word each. No row leaves, and no value that
/// was not sent. Items are those of the grant and those open to anyone; what is masked cannot be asked about. Texts are
/// compared as they are written, numbers and dates by their value. Every tuple counts against the limits of the grant
/// for a minute and a day; too many answers other than `match` stop it for the day.
#[utoipa::path(
    post, path = "/api/v1/datasets/{code}/resources/{id}/verify", tag = "access", operation_id = "verify",
    security(("token" = ["read"])),
    params(
        ("code" = String, Path, description = "Code of the dataset", example = "YX-FGW-0217"),
        ("id" = i64, Path, description = "Number of the file", example = 1)
    ),
    request_body = Question,
    responses(
        (status = 200, description = "The answers", body = Verification, headers(
            ("X-Receipt" = String, description = "Number of the receipt")
        )),
        (status = 400, description = "No key, a range, or a value that is none", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "No grant for it, or an item that is not granted or is masked", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such dataset or file", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The table is being taken in", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "The dataset serves no data now", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "The grant answers no more now; `Retry-After` says when", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The answer takes more time or memory than one may have", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn verify(
    Shared(state): Shared<State>,
    Path((code, id)): Path<(String, String)>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let (code, id) = names(&code, &id)?;
    let question = read(body(request, &state).await?, asked.lang)?;
    let portal = state.portal();
    let answered = Box::pin(portal.verify(&caller, (&code, id), &question, asked.lang)).await?;
    let Answered { answers, receipt, n_left, n_misses_left } = answered;
    let verification = Verification {
        answers,
        receipt: receipt.code.to_string(),
        left_today: n_left,
        misses_left_today: n_misses_left,
    };
    let mut response = (private(), Json(verification)).into_response();
    name_receipt(response.headers_mut(), &receipt.code);
    Ok(response)
}

/// Reads values; what is no single one is named.
fn read(question: Question, lang: Lang) -> Result<VerifyQuestion, Problem> {
    let Question { table, key, compare, tuples } = question;
    let mut faults = Vec::new();
    let mut read = Vec::with_capacity(tuples.len());
    for (place, tuple) in tuples.into_iter().enumerate() {
        let mut values = Vec::with_capacity(tuple.len());
        for (at, value) in tuple.into_iter().enumerate() {
            values.push(match value {
                Value::String(text) => Literal::Text(text),
                Value::Number(number) => Literal::Number(number.to_string()),
                Value::Bool(is_so) => Literal::Boolean(is_so),
                Value::Null | Value::Array(_) | Value::Object(_) => {
                    let message = lang.pick(
                        "应当是一个值：文本、数字或者是否；不能是范围、列表或者空值",
                        "is one value: a text, a number or a boolean; no range, no list, no null",
                    );
                    let field = format!("tuples[{place}][{at}]");
                    faults.push(FieldError { field, message: message.to_owned() });
                    continue;
                }
            });
        }
        read.push(values);
    }
    match faults.is_empty() {
        true => Ok(VerifyQuestion { table, key, compare, tuples: read }),
        false => Err(Problem::fields(faults)),
    }
}
