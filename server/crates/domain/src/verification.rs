//! How much may be verified under a grant, so that nobody finds values out by trying (DL-07).
//!
//! Whoever verifies holds the values already and is right most of the time; whoever guesses is wrong most of the
//! time. So misses are what is limited: a value that is one of a hundred costs fifty of them on average, and when the
//! misses of a day are used up, the grant answers nothing until the next one and a person is told. Misses are not
//! counted against hits, which would let somebody buy guesses with values that are known. Tuples that are under way
//! count as misses until they are answered, so that many calls at once try no more than one after the other.
//!
//! What no limit helps against: of an item with two values one guess finds out every value. Such items are not
//! offered for verification, or the limits are set for them.

/// How much may be verified under one grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifyLimits {
    /// Most tuples of one call.
    pub per_call: u32,
    /// Most tuples of one minute.
    pub per_minute: u32,
    /// Most tuples of one day.
    pub per_day: u32,
    /// Most answers of one day that are no match.
    pub misses_per_day: u32,
}

impl Default for VerifyLimits {
    /// Enough for a counter that verifies what people declare; a day of guesses finds two values of a hundred each.
    fn default() -> Self {
        Self { per_call: 20, per_minute: 60, per_day: 1_000, misses_per_day: 100 }
    }
}

/// What was verified under a grant on one day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Verified {
    /// Calls.
    pub n_calls: u32,
    /// Tuples that were asked.
    pub n_asked: u32,
    /// Tuples that matched.
    pub n_matched: u32,
    /// Tuples that did not.
    pub n_missed: u32,
    /// Tuples that are under way.
    pub n_open: u32,
    /// The minute of the last call, counted from 1970.
    pub minute: i64,
    /// Tuples that were asked in it.
    pub n_in_minute: u32,
    /// Whether it is over for the day and told.
    pub is_stopped: bool,
}

/// Why nothing is verified now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerifyStop {
    /// So many tuples are left of the minute.
    Minute(u32),
    /// So many tuples are left of the day.
    Day(u32),
    /// There were too many misses on this day.
    Misses,
    /// There may be too many once those under way are answered.
    UnderWay,
}

impl Verified {
    /// Counts tuples before they are looked up.
    ///
    /// # Errors
    ///
    /// The limit that stands against it; nothing is counted then.
    pub fn admitted(self, limits: &VerifyLimits, n: u32, minute: i64) -> Result<Self, VerifyStop> {
        let n_in_minute = if self.minute == minute { self.n_in_minute } else { 0 };
        // A call ends within a minute: what is open longer was left by a node that stopped, and is not held against
        // anybody. What the minute before began may still be under way.
        let is_near = minute.abs_diff(self.minute) <= 1;
        let n_open = if is_near { self.n_open } else { 0 };
        if self.has_too_many_misses(limits) {
            return Err(VerifyStop::Misses);
        }
        if self.n_missed.saturating_add(n_open) >= limits.misses_per_day {
            return Err(VerifyStop::UnderWay);
        }
        let left = limits.per_day.saturating_sub(self.n_asked);
        if n > left {
            return Err(VerifyStop::Day(left));
        }
        let left = limits.per_minute.saturating_sub(n_in_minute);
        if n > left {
            return Err(VerifyStop::Minute(left));
        }
        Ok(Self {
            n_calls: self.n_calls.saturating_add(1),
            n_asked: self.n_asked.saturating_add(n),
            n_open: n_open.saturating_add(n),
            minute,
            n_in_minute: n_in_minute.saturating_add(n),
            ..self
        })
    }

    /// Counts what came of tuples that were admitted: whatever did not match is a miss, also what was never answered.
    /// What breaks off may have told something.
    #[must_use]
    pub fn answered(self, n: u32, n_matched: u32) -> Self {
        let n_missed = n.saturating_sub(n_matched);
        Self {
            n_open: self.n_open.saturating_sub(n),
            n_matched: self.n_matched.saturating_add(n_matched),
            n_missed: self.n_missed.saturating_add(n_missed),
            ..self
        }
    }

    /// Whether the misses of the day are used up.
    pub fn has_too_many_misses(&self, limits: &VerifyLimits) -> bool {
        self.is_stopped || self.n_missed >= limits.misses_per_day
    }

    /// How many tuples are left of the day, and how many misses.
    pub fn left(&self, limits: &VerifyLimits) -> (u32, u32) {
        let n_misses = limits.misses_per_day.saturating_sub(self.n_missed);
        match self.has_too_many_misses(limits) {
            true => (0, 0),
            false => (limits.per_day.saturating_sub(self.n_asked), n_misses),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at anything unexpected")]
    use super::*;

    const LIMITS: VerifyLimits =
        VerifyLimits { per_call: 4, per_minute: 10, per_day: 15, misses_per_day: 6 };

    #[test]
    fn tuples_of_a_minute_and_of_a_day_are_limited() {
        let mut used = Verified::default();
        for (n, minute, expected) in [
            (10, 1, Ok(10)),
            (1, 1, Err(VerifyStop::Minute(0))),
            (6, 2, Err(VerifyStop::Day(5))),
            (5, 2, Ok(15)),
            (1, 3, Err(VerifyStop::Day(0))),
        ] {
            let next = used.admitted(&LIMITS, n, minute);
            assert_eq!(next.map(|next| next.n_asked), expected, "{n} in {minute}");
            used = next.map_or(used, |next| next.answered(n, n));
        }
        assert_eq!(used.left(&LIMITS), (0, 6));
    }

    #[test]
    fn calls_at_once_miss_no_oftener_than_calls_one_after_the_other() {
        let first = Verified::default().admitted(&LIMITS, 4, 1).unwrap();
        let second = first.admitted(&LIMITS, 4, 1).unwrap();
        // Eight are under way, of which each may miss: no third call is let in.
        assert_eq!(second.admitted(&LIMITS, 1, 1), Err(VerifyStop::UnderWay));
        let settled = second.answered(4, 4).answered(4, 0);
        assert_eq!((settled.n_open, settled.n_missed), (0, 4));
        let third = settled.admitted(&LIMITS, 2, 1).unwrap().answered(2, 0);
        assert_eq!(third.admitted(&LIMITS, 1, 2), Err(VerifyStop::Misses));
        assert_eq!(third.left(&LIMITS), (0, 0));
    }

    #[test]
    fn what_was_never_answered_is_forgotten_after_the_next_minute() {
        let lost = Verified::default().admitted(&LIMITS, 6, 1).unwrap();
        for minute in [1, 2] {
            assert_eq!(lost.admitted(&LIMITS, 1, minute), Err(VerifyStop::UnderWay));
        }
        let next = lost.admitted(&LIMITS, 1, 3).unwrap();
        assert_eq!((next.n_open, next.n_asked, next.n_in_minute), (1, 7, 1));
    }

    // Part of DL-07: calls on both sides of a full minute miss no oftener than calls within one.
    #[test]
    fn misses_go_beyond_their_limit_by_one_call_at_most() {
        let mut used = Verified::default();
        let mut open = 0;
        for minute in [1, 1, 2, 2] {
            if let Ok(next) = used.admitted(&LIMITS, LIMITS.per_call, minute) {
                (used, open) = (next, open + 1);
            }
        }
        assert_eq!(open, 2, "what is under way is not forgotten with its minute");
        let settled = (0..open).fold(used, |used, _| used.answered(LIMITS.per_call, 0));
        assert!(settled.n_missed < LIMITS.misses_per_day + LIMITS.per_call);
    }

    // Part of DL-07: a call that breaks off is no free guess.
    #[test]
    fn what_breaks_off_counts_as_missed() {
        let broken = Verified::default().admitted(&LIMITS, 4, 1).unwrap().answered(4, 0);
        assert_eq!((broken.n_open, broken.n_missed), (0, 4));
        let whole = broken.admitted(&LIMITS, 4, 1).unwrap().answered(4, 3);
        assert_eq!((whole.n_matched, whole.n_missed), (3, 5));
    }
}
