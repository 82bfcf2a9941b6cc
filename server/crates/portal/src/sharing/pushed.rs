//! Asking for shared data to be sent: what is refused, what begins with the grant, what both sides read (SHR-23).

use kaishu_store::Transaction;
use kaishu_store::share_pushes::{self, PushPlan, PushSent, SharePush};
use kaishu_types::Lang;
use kaishu_types::access::DeliveryMode;
use kaishu_types::sharing::{PushAsk, ShareDocument};

use super::pushing::LISTED;
use crate::accounts::Caller;
use crate::webhooks::new_secret;
use crate::{Error, Portal, Result};

/// How the data of a request is sent, and what came of it, as both sides read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushView {
    /// What was asked for.
    pub asked: PushAsk,
    /// What calls are signed with, for who asks for the agency; none before the grant.
    pub secret: Option<String>,
    /// What was sent, the newest first: 100 at most.
    pub sent: Vec<PushSent>,
}

impl Portal {
    /// Refuses an address that may not be called, and a push of what is looked at in a browser.
    pub(super) fn check_push(&self, document: &ShareDocument, lang: Lang) -> Result<()> {
        let Some(asked) = &document.push else { return Ok(()) };
        self.inner.webhooks.read(&asked.url, lang)?;
        match document.mode == Some(DeliveryMode::Api) {
            true => Ok(()),
            false => {
                let message = lang.pick(
                    "定期推送的数据由程序接收，使用方式须为接口调用",
                    "what is sent is received by a program: its mode is the API",
                );
                Err(Error::field("mode", message))
            }
        }
    }

    /// Begins to send the data of a new grant, where that was asked for.
    pub(super) async fn begin_push(
        &self,
        transaction: &Transaction,
        case: i64,
        document: &ShareDocument,
    ) -> Result<()> {
        let Some(asked) = &document.push else { return Ok(()) };
        let now = self.instant();
        let new = SharePush {
            case,
            url: asked.url.trim().chars().filter(|it| !it.is_control()).collect(),
            cycle: asked.cycle,
            secret: self.account_secrets().webhook(&new_secret())?,
            plan: PushPlan { slot_at: now, due_at: now, n_failures: 0, version: None },
        };
        Ok(share_pushes::begin(transaction, &new).await?)
    }

    /// Shows how the data of a request is sent; none where that was not asked for.
    pub(super) async fn push_view(
        &self,
        caller: &Caller,
        case: i64,
        document: &ShareDocument,
    ) -> Result<Option<PushView>> {
        let Some(asked) = document.push.clone() else { return Ok(None) };
        let store = &self.inner.store;
        let found = share_pushes::find(store, case).await?;
        let may_know = self.asks_for(caller).contains(&document.organization);
        let secret = found
            .filter(|_| may_know)
            .and_then(|it| self.account_secrets().open_webhook(&it.secret));
        let sent = share_pushes::sent_of(store, case, LISTED).await?;
        Ok(Some(PushView { asked, secret, sent }))
    }
}
