//! What the model has read already: which tokens stand in which sequence of its memory, and which sequence a new prompt goes on from.
//! Pure; `engine` does what is decided here.
//!
//! Every prompt begins with one of three constant texts (the rules for a plan, for a program, for an explanation), and a repair begins with
//! all that was said before. So a prompt goes on where the longest beginning that it shares with any sequence ends.

/// One for each constant text: with fewer, one question with a plan and one explanation would push each other's rules out.
pub(super) const SLOTS: usize = 3;
/// Less in common is no text of ours but the marks that every prompt begins with.
const LEAST_SHARED: usize = 32;

#[derive(Debug, Default)]
pub(super) struct Slots {
    held: [Held; SLOTS],
    uses: u64,
}

#[derive(Debug, Default)]
struct Held {
    tokens: Vec<i32>,
    /// The higher, the more recent.
    used: u64,
}

/// Where a prompt goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Start {
    pub(super) slot: usize,
    /// How much of the prompt has been read.
    pub(super) read: usize,
}

impl Slots {
    /// Chooses the sequence for a prompt and forgets what of it does not belong to the prompt. The last token is always read anew:
    /// what comes after it is not kept.
    pub(super) fn begin(&mut self, prompt: &[i32]) -> Start {
        let most = prompt.len().saturating_sub(1);
        let shared = |held: &Held| {
            let both = held.tokens.iter().zip(&prompt[..most]);
            both.take_while(|(one, other)| one == other).count()
        };
        let best = (0..SLOTS).max_by_key(|slot| shared(&self.held[*slot])).unwrap_or(0);
        let slot = if shared(&self.held[best]) >= LEAST_SHARED {
            best
        } else {
            (0..SLOTS).min_by_key(|slot| self.held[*slot].used).unwrap_or(0)
        };
        let read = shared(&self.held[slot]);
        self.uses += 1;
        let held = &mut self.held[slot];
        held.used = self.uses;
        held.tokens.truncate(read);
        Start { slot, read }
    }

    /// These were read as well, or written.
    pub(super) fn add(&mut self, slot: usize, tokens: &[i32]) {
        self.held[slot].tokens.extend_from_slice(tokens);
    }

    pub(super) fn clear(&mut self, slot: usize) {
        self.held[slot].tokens.clear();
    }

    pub(super) fn len(&self, slot: usize) -> usize {
        self.held[slot].tokens.len()
    }

    /// Tokens in all sequences, which share one memory.
    pub(super) fn total(&self) -> usize {
        self.held.iter().map(|held| held.tokens.len()).sum()
    }

    /// Forgets the sequence that was not used for longest, this one excepted. None where all others are empty.
    pub(super) fn forget_another(&mut self, slot: usize) -> Option<usize> {
        let others = (0..SLOTS).filter(|other| *other != slot && self.len(*other) > 0);
        let oldest = others.min_by_key(|other| self.held[*other].used)?;
        self.held[oldest] = Held::default();
        Some(oldest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prompt(kind: i32, question: &[i32]) -> Vec<i32> {
        let rules = (0..100).map(|number| kind * 1000 + number);
        rules.chain(question.iter().copied()).collect()
    }

    fn ask(slots: &mut Slots, prompt: &[i32]) -> Start {
        let start = slots.begin(prompt);
        slots.add(start.slot, &prompt[start.read..]);
        start
    }

    #[test]
    fn the_constant_text_of_each_kind_is_read_once() {
        let mut slots = Slots::default();
        for (slot, kind) in [1, 2, 3].into_iter().enumerate() {
            assert_eq!(ask(&mut slots, &prompt(kind, &[7, 8])), Start { slot, read: 0 });
        }
        for (slot, kind) in [1, 2, 3].into_iter().enumerate() {
            assert_eq!(ask(&mut slots, &prompt(kind, &[9])), Start { slot, read: 100 });
        }
        assert_eq!(slots.total(), 3 * 101);
    }

    #[test]
    fn what_goes_on_a_conversation_reads_only_what_is_new() {
        let mut slots = Slots::default();
        let asked = prompt(1, &[7, 8]);
        let start = ask(&mut slots, &asked);
        slots.add(start.slot, &[50, 51]);
        let repair = [asked.as_slice(), &[50, 51, 60]].concat();
        assert_eq!(ask(&mut slots, &repair), Start { slot: 0, read: 104 });
    }

    #[test]
    fn the_same_question_again_still_has_a_token_to_read() {
        let mut slots = Slots::default();
        let asked = prompt(1, &[7, 8]);
        ask(&mut slots, &asked);
        assert_eq!(ask(&mut slots, &asked), Start { slot: 0, read: 101 });
    }

    #[test]
    fn a_fourth_kind_takes_the_place_of_the_one_that_was_not_used_for_longest() {
        let mut slots = Slots::default();
        for kind in [1, 2, 3, 1] {
            ask(&mut slots, &prompt(kind, &[7]));
        }
        assert_eq!(ask(&mut slots, &prompt(4, &[7])), Start { slot: 1, read: 0 });
        assert_eq!(ask(&mut slots, &prompt(3, &[8])), Start { slot: 2, read: 100 });
    }

    #[test]
    fn a_long_conversation_pushes_the_others_out_one_by_one() {
        let mut slots = Slots::default();
        for kind in [1, 2, 3, 1] {
            ask(&mut slots, &prompt(kind, &[7]));
        }
        assert_eq!(slots.forget_another(2), Some(1), "the oldest first");
        assert_eq!([0, 1, 2].map(|slot| slots.len(slot)), [101, 0, 101]);
        assert_eq!(slots.forget_another(2), Some(0));
        assert_eq!(slots.forget_another(2), None);
        assert_eq!(slots.len(2), 101);
    }
}
