//! One thing worth saying, and what to do about it.

/// How much a [`Finding`] matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Checked and right.
    Good,
    /// Worth knowing.
    Note,
    /// Works today, and will hurt.
    Warning,
    /// Broken.
    Fault,
}

impl Severity {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Fault => "fault",
        }
    }

    /// The mark for it, so that it is told without colour.
    #[must_use]
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Note => "·",
            Self::Warning => "!",
            Self::Fault => "✗",
        }
    }
}

/// A verdict with its next step.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// What it is about: `certificate`, `SPF`, `mx1.example.org`.
    pub subject: String,
    /// What was found, in one sentence without a full stop.
    pub says: String,
    /// What to do next. Empty when there is nothing to do.
    pub next: String,
}

impl Finding {
    /// A finding.
    #[must_use]
    pub fn new(
        severity: Severity,
        subject: impl Into<String>,
        says: impl Into<String>,
        next: impl Into<String>,
    ) -> Self {
        Self { severity, subject: subject.into(), says: says.into(), next: next.into() }
    }
}
