//! What the model has read already: which tokens stand in which sequence of its memory, and which sequence a new prompt goes on from.
//! Pure; `engine` does what is decided here.
//!
//! Every prompt begins with one of a few constant texts (the rules for a plan, the rules for a program), and a repair begins with all
//! that was said before. So a prompt goes on where the longest beginning that it shares with any sequence ends.

/// One for each constant text.
pub(super) const SLOTS: usize = 2;
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

    /// Forgets the other sequences; they are returned.
    pub(super) fn forget_others(&mut self, slot: usize) -> Vec<usize> {
        let others = (0..SLOTS).filter(|other| *other != slot);
        let forgotten: Vec<usize> = others.filter(|other| !self.held[*other].tokens.is_empty()).collect();
        for other in &forgotten {
            self.held[*other] = Held::default();
        }
        forgotten
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
        assert_eq!(ask(&mut slots, &prompt(1, &[7, 8])), Start { slot: 0, read: 0 });
        assert_eq!(ask(&mut slots, &prompt(2, &[7, 8])), Start { slot: 1, read: 0 });
        assert_eq!(ask(&mut slots, &prompt(1, &[9])), Start { slot: 0, read: 100 });
        assert_eq!(ask(&mut slots, &prompt(2, &[9, 9])), Start { slot: 1, read: 100 });
        assert_eq!(slots.total(), 101 + 102);
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
    fn a_third_kind_takes_the_place_of_the_one_that_was_not_used_for_longest() {
        let mut slots = Slots::default();
        ask(&mut slots, &prompt(1, &[7]));
        ask(&mut slots, &prompt(2, &[7]));
        ask(&mut slots, &prompt(1, &[8]));
        assert_eq!(ask(&mut slots, &prompt(3, &[7])), Start { slot: 1, read: 0 });
    }

    #[test]
    fn a_long_conversation_pushes_the_others_out() {
        let mut slots = Slots::default();
        ask(&mut slots, &prompt(1, &[7]));
        ask(&mut slots, &prompt(2, &[7]));
        assert_eq!(slots.forget_others(1), [0]);
        assert_eq!((slots.len(0), slots.len(1)), (0, 101));
        assert_eq!(slots.forget_others(1), Vec::<usize>::new());
    }
}
