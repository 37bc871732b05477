//! Announces each step with its time and counts how they end. A failed check does not hide the ones after it; a failed step that the
//! rest stands on ends the run.

use std::time::Instant;

use crate::tools::Failure;

pub(crate) struct Report {
    started: Instant,
    passed: usize,
    failed: Vec<String>,
}

impl Report {
    pub(crate) fn new() -> Self {
        Self {
            started: Instant::now(),
            passed: 0,
            failed: Vec::new(),
        }
    }

    pub(crate) fn check(&mut self, name: &str, step: impl FnOnce() -> Result<(), Failure>) {
        eprintln!("\n==> {name}");
        let started = Instant::now();
        let result = step();
        let seconds = started.elapsed().as_secs_f32();
        match result {
            Ok(()) => {
                self.passed += 1;
                eprintln!("<== {name}: passed in {seconds:.1} s");
            }
            Err(failure) => {
                self.failed.push(name.to_owned());
                eprintln!("{failure}\n<== {name}: FAILED after {seconds:.1} s");
            }
        }
    }

    /// # Errors
    /// When the step fails: what comes after it cannot be tried.
    pub(crate) fn needed(&mut self, name: &str, step: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
        let before = self.failed.len();
        self.check(name, step);
        if self.failed.len() == before {
            Ok(())
        } else {
            Err(self.summary())
        }
    }

    /// # Errors
    /// When any step failed.
    pub(crate) fn end(self) -> Result<(), Failure> {
        let summary = self.summary();
        if self.failed.is_empty() {
            eprintln!("{summary}");
            Ok(())
        } else {
            Err(summary)
        }
    }

    fn summary(&self) -> Failure {
        let names = if self.failed.is_empty() {
            String::new()
        } else {
            format!(" ({})", self.failed.join(", "))
        };
        let seconds = self.started.elapsed().as_secs();
        Failure::new(format!(
            "\n{} passed, {} failed{names} in {seconds} s",
            self.passed,
            self.failed.len()
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_check_is_counted_and_named_and_the_next_one_still_runs() {
        let mut report = Report::new();
        let mut ran = false;
        report.check("first", || Err(Failure::new("no")));
        report.check("second", || {
            ran = true;
            Ok(())
        });
        assert!(ran);
        let end = report.end().expect_err("one step failed").to_string();
        assert!(end.contains("1 passed, 1 failed (first)"), "{end}");
    }

    #[test]
    fn a_failed_step_that_others_need_ends_the_run() {
        let mut report = Report::new();
        assert!(report.needed("build", || Err(Failure::new("no"))).is_err());
        assert!(report.needed("versions", || Ok(())).is_ok());
    }
}
