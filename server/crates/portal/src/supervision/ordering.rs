//! What time does to orders: reminders before the last day and on it, and when it is over they are escalated to the
//! government or the superior (SUP-05).

use chrono::NaiveDate;
use kaishu_domain::cases::Actor;
use kaishu_domain::policy::Party;
use kaishu_store::cases::Telling;
use kaishu_store::orders::{self, Order};

use super::orders::agency_of;
use crate::{Portal, Result};

impl Portal {
    /// Reminds agencies of what they were ordered to put right, and escalates what was not answered in time. Returns how
    /// many were told of.
    pub(crate) async fn tell_of_orders(
        &self,
        tellings: [(NaiveDate, Telling); 3],
        batch: u64,
    ) -> Result<usize> {
        let today = self.today();
        let mut n_told = 0;
        for (until, telling) in tellings {
            let found = orders::due_untold(&self.inner.store, (today, until), telling, batch);
            for order in found.await? {
                let id = order.id;
                match self.tell_of_order(order, telling).await {
                    Ok(is_told) => n_told += usize::from(is_told),
                    Err(error) => tracing::error!(
                        order = id,
                        error = &error as &dyn std::error::Error,
                        "nobody could be told that an order is to be answered"
                    ),
                }
            }
        }
        Ok(n_told)
    }

    /// Tells of the last day of an order, unless another node has. Returns whether this one did.
    async fn tell_of_order(&self, mut order: Order, telling: Telling) -> Result<bool> {
        let transaction = self.inner.store.begin().await?;
        if !orders::mark_told(&transaction, &order, telling).await? {
            return Ok(false);
        }
        let mut tells = vec![agency_of(&order)];
        let event = match telling {
            Telling::Soon => "due_soon",
            Telling::Today => "due_today",
            Telling::Over => {
                let escalated = (escalates_to(order.issuer), self.today());
                orders::escalate(&transaction, &order, escalated).await?;
                order.escalated = Some(escalated);
                tells.extend(self.authorities(&order, 0));
                "escalated"
            }
        };
        let said = (event, Actor::system(), order.facts.as_str());
        self.log_order(&transaction, &order, said, &tells).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

/// To whom an order goes that was not answered in time: one of the government to its superior, every other one to the
/// government of the level (*proposed*; the rules name both, and no order between them).
fn escalates_to(issuer: Party) -> Party {
    match issuer {
        Party::LocalGovernment => Party::SuperiorAuthority,
        _ => Party::LocalGovernment,
    }
}
