//! How far an import or an export is: a bar on a terminal, else a line now and then.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use entrepost::domain::IngestionKind;
use entrepost::limits;
use entrepost::service::ingest::IngestOptions;
use entrepost::sheet::SheetFile;
use indicatif::{ProgressBar, ProgressStyle};

/// A line so often where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Shown on standard error.
pub struct ProgressLine {
    bar: Option<ProgressBar>,
    last: Mutex<Instant>,
}

impl ProgressLine {
    fn of(template: &str, make: impl FnOnce() -> ProgressBar) -> Self {
        let style = || ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner());
        let bar = std::io::stderr().is_terminal().then(|| make().with_style(style()));
        bar.iter().for_each(ProgressBar::tick);
        Self { bar, last: Mutex::new(Instant::now()) }
    }

    /// Of the rows of a file.
    pub fn of_rows(bytes: &[u8], options: &IngestOptions, kind: IngestionKind) -> Self {
        let count = || {
            let file = SheetFile::open(bytes, options.sheet.as_deref(), kind);
            file.and_then(|mut file| file.count(limits::SHEET_ROWS)).unwrap_or_default()
        };
        let template = "{bar:30} {pos}/{len} rows, {per_sec}, {msg}, {eta} left";
        Self::of(template, || ProgressBar::new(count() as u64))
    }

    /// Of items, of which it is not known how many there are.
    pub fn of_items() -> Self {
        Self::of("{spinner} {pos} items, {per_sec}", ProgressBar::new_spinner)
    }

    /// So far it is.
    pub fn at(&self, rows: i32, items: i32, refused: i32) {
        let text = format!("{items} items, {refused} refused");
        if let Some(bar) = &self.bar {
            bar.set_position(u64::try_from(rows).unwrap_or_default());
            bar.set_message(text);
            return;
        }
        let Ok(mut last) = self.last.lock() else { return };
        if last.elapsed() >= LINE_EVERY {
            *last = Instant::now();
            eprintln!("{text}");
        }
    }

    /// So many items were written.
    pub fn written(&self, items: usize) {
        self.bar.iter().for_each(|bar| bar.set_position(items as u64));
    }

    pub fn finish(&self) {
        self.bar.iter().for_each(ProgressBar::finish_and_clear);
    }
}
