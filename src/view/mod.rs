//! Stub until the view comes.

/// x
#[derive(Clone, Copy, Debug, Default)]
pub struct Drawn {
    /// x
    pub entries: u64,
}

/// x
pub fn draw(_frame: &mut ratatui::Frame<'_>, _app: &crate::app::state::App) -> Drawn {
    Drawn::default()
}
