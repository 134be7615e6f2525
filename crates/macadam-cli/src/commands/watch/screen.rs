//! The live view on a terminal.

use std::time::Duration;

use ratatui::crossterm::event::{self, Event, KeyCode, KeyModifiers};
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Style, Stylize};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Paragraph, Row, Table};
use ratatui::{DefaultTerminal, Frame};

use macadam_api::decisions::Status;

use super::{View, list_name};
use crate::error::CliError;
use crate::{show, words};

/// The statuses in the order a rollout passes them.
const STATUSES: [(Status, Color); 10] = [
    (Status::Pass, Color::Green),
    (Status::Pending, Color::Yellow),
    (Status::Downloading, Color::LightBlue),
    (Status::Cached, Color::Blue),
    (Status::Installing, Color::Magenta),
    (Status::Available, Color::Cyan),
    (Status::Waiting, Color::Gray),
    (Status::Incompatible, Color::DarkGray),
    (Status::Excluded, Color::DarkGray),
    (Status::Error, Color::Red),
];

/// The terminal; given back when it goes.
pub(super) struct Screen {
    terminal: DefaultTerminal,
    /// Where the server was asked.
    address: String,
}

impl Screen {
    pub(super) fn open(address: String) -> Result<Self, CliError> {
        Ok(Self { terminal: ratatui::try_init().map_err(CliError::Write)?, address })
    }

    pub(super) fn draw(&mut self, view: &View) -> Result<(), CliError> {
        let Self { terminal, address } = self;
        terminal.draw(|frame| draw(frame, view, address)).map(drop).map_err(CliError::Write)
    }

    /// Whether somebody pressed q, Escape or Ctrl-C.
    pub(super) fn is_left(&self) -> Result<bool, CliError> {
        while event::poll(Duration::ZERO).map_err(CliError::Write)? {
            if let Event::Key(key) = event::read().map_err(CliError::Write)? {
                let is_interrupt =
                    key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL);
                if is_interrupt || matches!(key.code, KeyCode::Char('q') | KeyCode::Esc) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        ratatui::restore();
    }
}

fn draw(frame: &mut Frame<'_>, view: &View, address: &str) {
    let [head, bar, middle, news, foot] = Layout::vertical([
        Constraint::Length(2),
        Constraint::Length(2),
        Constraint::Length(12),
        Constraint::Min(4),
        Constraint::Length(1),
    ])
    .areas(frame.area());
    let title = format!("Macadam  {}", show::inert(address));
    let clock = format!("fleet time {}", show::instant(view.now()));
    let top = Line::from(vec![title.bold(), "   ".into(), clock.fg(Color::Cyan)]);
    frame.render_widget(Paragraph::new(vec![top, Line::from(view.sentence())]), head);
    draw_statuses(frame, bar, view);
    let [left, right] =
        Layout::horizontal([Constraint::Percentage(50), Constraint::Percentage(50)]).areas(middle);
    draw_releases(frame, left, view);
    draw_deadlines(frame, right, view);
    draw_news(frame, news, view);
    frame.render_widget(Paragraph::new("q leaves; the fleet goes on").dim(), foot);
}

/// One bar for the whole fleet, a color for each status, and what the colors mean.
fn draw_statuses(frame: &mut Frame<'_>, area: Rect, view: &View) {
    let counts = &view.server.devices;
    let width = u64::from(area.width);
    let (mut bar, mut legend) = (Vec::new(), Vec::new());
    for (status, color) in STATUSES {
        let count = counts.by_status.get(&status).copied().unwrap_or_default();
        if count == 0 {
            continue;
        }
        let cells = (count * width).div_ceil(counts.total.max(1));
        let cells = usize::try_from(cells).unwrap_or_default();
        bar.push(Span::styled("█".repeat(cells), Style::new().fg(color)));
        legend.push(Span::styled("■ ", Style::new().fg(color)));
        legend.push(Span::raw(format!("{} {count}   ", words::shown(status))));
    }
    frame.render_widget(Paragraph::new(vec![Line::from(bar), Line::from(legend)]), area);
}

fn draw_releases(frame: &mut Frame<'_>, area: Rect, view: &View) {
    let rows = view.releases.iter().take(usize::from(area.height)).map(|release| {
        let name = format!("{} {}", list_name(release), release.version);
        let row = Row::new(vec![
            release.released_on.to_string(),
            name,
            format!("{} of {}", release.devices_done, release.devices_able),
        ]);
        if release.exploited { row.fg(Color::LightRed) } else { row }
    });
    let widths = [Constraint::Length(11), Constraint::Min(16), Constraint::Length(12)];
    let table = Table::new(rows, widths)
        .header(Row::new(["day", "release", "have it"]).dim())
        .block(Block::bordered().title(" Releases "));
    frame.render_widget(table, area);
}

fn draw_deadlines(frame: &mut Frame<'_>, area: Rect, view: &View) {
    let rows = view.deadlines.iter().map(|((day, target), count)| {
        Row::new(vec![day.to_string(), target.clone(), show::count(*count, "device")])
    });
    let widths = [Constraint::Length(11), Constraint::Min(12), Constraint::Length(14)];
    let table = Table::new(rows, widths)
        .header(Row::new(["deadline", "version", ""]).dim())
        .block(Block::bordered().title(" Deadlines, device-local "));
    frame.render_widget(table, area);
}

fn draw_news(frame: &mut Frame<'_>, area: Rect, view: &View) {
    let lines: Vec<Line<'_>> = view
        .news
        .iter()
        .rev()
        .take(usize::from(area.height))
        .map(|news| {
            let at = Span::styled(show::instant(news.at), Style::new().fg(Color::DarkGray));
            Line::from(vec![at, "  ".into(), show::inert(&news.text).into()])
        })
        .collect();
    let block = Block::bordered().title(" What happens ");
    frame.render_widget(Paragraph::new(lines).block(block), area);
}
