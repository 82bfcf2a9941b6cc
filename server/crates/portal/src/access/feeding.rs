//! Why the feed of a dataset gives somebody nothing: no grant, or none that is in force in the way they came (DL-09).

use chrono::NaiveDate;
use kaishu_store::grants::{self, Grant};
use kaishu_store::tables::is_tabular;
use kaishu_types::access::DeliveryMode;
use kaishu_types::dataset::{DatasetView, ResourceView};
use kaishu_types::{ErrorCode, Lang, Remedy, RuleRef};

use super::Granted;
use crate::accounts::Caller;
use crate::{Error, Portal, Result};

impl Portal {
    /// Lists the files whose tables the holder of a grant can follow; none where it is not in force.
    pub(super) async fn followed_files(&self, grant: Option<&Grant>) -> Result<Vec<ResourceView>> {
        let today = self.today();
        let opens = |grant: &&Grant| {
            let is_own = grant.holder.is_none() && grant.mode != DeliveryMode::QueryVerify;
            is_own && grant.is_in_force(today)
        };
        let Some(grant) = grant.filter(opens) else { return Ok(Vec::new()) };
        let view = self.find_granted(&grant.dataset, &Granted::by(grant)).await?;
        let files = view.map(|view| view.dataset.resources).unwrap_or_default();
        Ok(files.into_iter().filter(|it| is_tabular(it) && it.in_place.is_none()).collect())
    }

    /// Refuses the feed of conditional data, saying why and what leads to it. What is refused under a grant is counted
    /// (USE-07).
    pub(crate) async fn feed_refused(
        &self,
        caller: &Caller,
        dataset: &DatasetView,
        lang: Lang,
    ) -> Result<Error> {
        let code = &dataset.code;
        if let Some(refusal) = self.refused_for_terms(caller, code, lang).await? {
            return Ok(refusal);
        }
        Box::pin(self.note_refusal(caller, code, None)).await;
        let mut held = match caller.account() {
            Some(account) => grants::held(&self.inner.store, account, code).await?,
            None => Vec::new(),
        };
        held.retain(|grant| caller.key_of().is_none_or(|case| case == grant.case));
        let today = self.today();
        // What is in force says best why it does not help; else what was held last.
        let in_force = held.iter().find(|grant| grant.is_in_force(today));
        let (message, remedy) = match in_force.or(held.first()) {
            Some(grant) => (
                why_closed(grant, today, lang),
                Remedy {
                    text: lang.pick("查看授权", "See the grant").to_owned(),
                    link: format!("/applications/{}", grant.case),
                },
            ),
            None => (
                lang.pick(
                    "这个数据集有需要授权的数据项，增量数据只在授权期限内提供给获准的申请人。",
                    "This dataset has data items that need a grant; its feed is for those who hold one, while it lasts.",
                )
                .to_owned(),
                Remedy {
                    text: lang.pick("申请使用", "Apply to use").to_owned(),
                    link: format!("/datasets/{code}/apply"),
                },
            ),
        };
        let rule = Some(RuleRef { id: "DL-09".to_owned(), article: String::new() });
        Ok(Error::Refused { code: ErrorCode::Forbidden, message, rule, remedy: Some(remedy) })
    }
}

fn why_closed(grant: &Grant, today: NaiveDate, lang: Lang) -> String {
    let (first, last) = (grant.first_day, grant.last_day);
    if last < today {
        return lang.pick(
            format!("授权已于 {last} 到期，增量数据只在授权期限内提供。"),
            format!("The grant ended on {last}; the feed is given while a grant lasts."),
        );
    }
    if !grant.is_active {
        return lang.pick(
            "授权已经中止或者终止，现在不提供增量数据；恢复以后可以接着取。".to_owned(),
            "The grant is suspended or over; the feed gives nothing now. Where it is restored, the feed goes on."
                .to_owned(),
        );
    }
    if today < first {
        return lang.pick(
            format!("授权从 {first} 开始，增量数据从那一天起提供。"),
            format!("The grant begins on {first}; so does the feed."),
        );
    }
    match grant.mode {
        DeliveryMode::QueryVerify => lang.pick(
            "授权的使用方式是“可用不可见核验”，不提供增量数据；需要数据的，另行申请。".to_owned(),
            "The grant lets you verify and gives no rows; apply for another mode to follow the data."
                .to_owned(),
        ),
        DeliveryMode::Api => lang.pick(
            "授权的使用方式是接口，增量数据用访问令牌读取。".to_owned(),
            "The grant is for programs: read the feed with a token.".to_owned(),
        ),
        DeliveryMode::Download => lang.pick(
            "授权现在不提供数据，请看授权页面。".to_owned(),
            "The grant gives no data now; its page says more.".to_owned(),
        ),
    }
}
