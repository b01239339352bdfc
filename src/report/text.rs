//! The summary for a terminal: grouped by rule, aligned, nothing in it that a terminal would obey.

use std::io;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr as _;

use crate::layout::spec::Standing;
use crate::model::{Severity, Verdict};
use crate::render::filters::{bytes, count, percent, plural, utc, utc_millis};
use crate::render::hostile::visible;
use crate::report::page::Page;
use crate::report::sections::{Example, Section};
use crate::report::{FormatError, Formatter, ReportView};
use crate::results::plan::Amount;

/// How many findings of each rule are shown.
const EXAMPLES: usize = 5;

/// What stands in place of a number that nothing was judged for.
const NOT_JUDGED: &str = "–";

/// Writes the summary.
pub(super) struct Text {
    pub(super) coloured: bool,
}

impl Formatter for Text {
    fn write(&self, report: &ReportView<'_>, out: &mut (dyn io::Write + Send)) -> Result<(), FormatError> {
        let page = Page::new(report, EXAMPLES);
        let mut pen = Pen { out, coloured: self.coloured };
        verdict(&page, &mut pen)?;
        inputs(&page, &mut pen)?;
        migration(&page, &mut pen)?;
        areas(&page, &mut pen)?;
        references(&page, &mut pen)?;
        for section in page.integrity.iter().chain(&page.sections) {
            findings(section, &mut pen)?;
        }
        excused(&page, &mut pen)?;
        not_checked(&page, &mut pen)?;
        Ok(())
    }
}

/// Writes plainly, or with colours.
struct Pen<'a> {
    out: &'a mut (dyn io::Write + Send),
    coloured: bool,
}

impl Pen<'_> {
    fn styled(&self, style: Style, text: &str) -> String {
        if self.coloured { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    fn heading(&mut self, title: &str) -> io::Result<()> {
        let title = self.styled(Style::new().bold(), title);
        writeln!(self.out, "\n{title}")
    }

    /// Rows below each other: the first `left` columns to the left, the others to the right.
    fn table(&mut self, left: usize, rows: &[Vec<String>]) -> io::Result<()> {
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let widest = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max();
        let widths: Vec<usize> = (0..columns).map(|column| widest(column).unwrap_or(0)).collect();
        for row in rows {
            let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
                let space = " ".repeat(width - cell.width());
                if column < left { format!("{cell}{space}") } else { format!("{space}{cell}") }
            });
            writeln!(self.out, "  {}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        Ok(())
    }
}

const fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Error => AnsiColor::Red.on_default().bold(),
        Severity::Warning => AnsiColor::Yellow.on_default().bold(),
        Severity::Inconclusive => AnsiColor::Magenta.on_default().bold(),
        Severity::Note | Severity::Told => AnsiColor::Cyan.on_default(),
        Severity::Ignore => Style::new().dimmed(),
    }
}

fn verdict(page: &Page<'_>, pen: &mut Pen<'_>) -> io::Result<()> {
    let judgement = &page.results.judgement;
    let style = match judgement.verdict {
        Verdict::Pass => AnsiColor::Green.on_default().bold(),
        Verdict::Fail => severity_style(Severity::Error),
        Verdict::Inconclusive => severity_style(Severity::Inconclusive),
    };
    let word = pen.styled(style, judgement.verdict.name());
    writeln!(pen.out, "{word}  {}", visible(&page.results.configuration.title))?;
    writeln!(pen.out, "  {}", visible(&judgement.sentence))?;
    writeln!(pen.out, "  next: {}", visible(&judgement.next_step))?;
    let totals = &judgement.totals;
    let said = [
        format!("{} ({})", plural(totals.objects, "object", None), bytes(totals.bytes)),
        plural(totals.references, "reference", None),
        plural(totals.findings, "finding", None),
    ];
    writeln!(pen.out, "  {}", said.join(" · "))?;
    if let Some(since) = &page.results.since {
        let total = &since.total;
        let said = [
            format!("{} new", count(total.new.findings)),
            format!("{} persisting", count(total.persisting.findings)),
            format!("{} fixed", count(total.fixed.findings)),
            format!("{} not judged again", count(total.deferred.findings)),
        ];
        writeln!(pen.out, "  since {}: {}", utc(&since.at), said.join(", "))?;
    }
    if let Some(now) = &page.results.inputs.now {
        writeln!(pen.out, "  judged as of {}", utc(now))?;
    }
    Ok(())
}

fn inputs(page: &Page<'_>, pen: &mut Pen<'_>) -> io::Result<()> {
    let inputs = &page.results.inputs;
    pen.heading("What was read")?;
    let when = |time: &Option<String>| time.as_deref().map_or_else(|| "time unknown".to_owned(), utc);
    let state = |complete: bool| if complete { "complete" } else { "incomplete" }.to_owned();
    let inventories = inputs.inventories.iter().map(|input| {
        let size = plural(input.rows, "row", None);
        vec![
            "inventory".to_owned(),
            visible(&input.bucket).into_owned(),
            when(&input.created_at),
            state(input.complete),
            size,
        ]
    });
    let exports = inputs.exports.iter().flat_map(|input| {
        let size = plural(input.items, "item", None);
        let own = vec![
            "export".to_owned(),
            visible(&input.table).into_owned(),
            when(&input.exported_at),
            state(input.complete),
            size,
        ];
        let links = input.chain.iter().map(|link| {
            let what = if link.from.is_some() { "change" } else { "item" };
            let digest = link.manifest_sha256.get(..12).unwrap_or_default();
            vec![
                String::new(),
                format!("{} {digest}", link.kind),
                utc(&link.to),
                link.from.as_deref().map(|from| format!("from {}", utc(from))).unwrap_or_default(),
                plural(link.items, what, None),
            ]
        });
        std::iter::once(own).chain(links).collect::<Vec<_>>()
    });
    pen.table(4, &inventories.chain(exports).collect::<Vec<_>>())
}

/// The equation of a migration, and whether there is a way back.
fn migration(page: &Page<'_>, pen: &mut Pen<'_>) -> io::Result<()> {
    let Some(migration) = page.migration else { return Ok(()) };
    pen.heading("Migration")?;
    let e = &migration.equation;
    let parts = [
        ("moved", e.moved),
        ("not yet moved", e.pending),
        ("kept", e.kept),
        ("given up", e.retired),
        ("expired", e.expired),
        ("altered", e.altered),
        ("lost", e.lost),
        ("not judged", e.unjudged),
        ("= before", e.before),
    ];
    let of = |amount: Amount| match migration.proved {
        true => [count(amount.objects), bytes(amount.bytes)],
        false => [NOT_JUDGED; 2].map(str::to_owned),
    };
    let parts = parts.into_iter().filter(|(name, amount)| *name != "not judged" || amount.objects > 0);
    let rows: Vec<Vec<String>> =
        parts.map(|(name, amount)| [vec![name.to_owned()], of(amount).to_vec()].concat()).collect();
    pen.table(1, &rows)?;
    writeln!(pen.out, "  rollback {}: {}", migration.readiness(), visible(&migration.rollback.sentence))?;
    for remark in &migration.remarks {
        writeln!(pen.out, "  {}", visible(remark))?;
    }
    let references = migration.references.iter().filter(|_| migration.proved);
    let stale: u64 = references.map(|attribute| attribute.stale).sum();
    if stale > 0 {
        writeln!(pen.out, "  {} by an old key", plural(stale, "reference", None))?;
    }
    for writer in migration.late_writers.iter().filter(|_| migration.proved).take(EXAMPLES) {
        let named = writer.placeholder.as_deref().zip(writer.job.as_deref());
        let by = named.map_or_else(|| "unnamed".to_owned(), |(placeholder, value)| format!("{placeholder} {value}"));
        let since = writer.since.as_deref().map_or_else(|| "an unknown time".to_owned(), utc);
        let objects = plural(writer.objects, "object", None);
        writeln!(pen.out, "  still written to: {objects} by {} since {since}", visible(&by))?;
    }
    Ok(())
}

fn areas(page: &Page<'_>, pen: &mut Pen<'_>) -> io::Result<()> {
    pen.heading("Areas")?;
    let title = ["bucket", "area", "objects", "bytes", "compliant", "orphans"].map(str::to_owned).to_vec();
    let rows = page.results.judgement.areas.iter().filter(|area| area.objects > 0 || area.not_covered).map(|area| {
        let compliant = if area.not_covered {
            "not covered?".to_owned()
        } else if area.standing == Standing::Wanted.name() {
            if area.compliance_judged { percent(area.compliant_objects, area.objects) } else { NOT_JUDGED.to_owned() }
        } else {
            area.standing.clone()
        };
        let (bucket, name) = (visible(&area.bucket).into_owned(), visible(&area.area).into_owned());
        let orphans = if area.orphans_judged { count(area.orphan_objects) } else { NOT_JUDGED.to_owned() };
        vec![bucket, name, count(area.objects), bytes(area.bytes), compliant, orphans]
    });
    pen.table(2, &std::iter::once(title).chain(rows).collect::<Vec<_>>())
}

fn references(page: &Page<'_>, pen: &mut Pen<'_>) -> io::Result<()> {
    if page.matrix.rows.is_empty() {
        return Ok(());
    }
    pen.heading("References")?;
    let mut title = vec!["table".to_owned(), "attribute".to_owned()];
    title.extend(page.matrix.outcomes.iter().map(|outcome| outcome.title.to_owned()));
    title.push("absent".to_owned());
    let rows = page.matrix.rows.iter().map(|row| {
        let mut cells = vec![visible(row.table).into_owned(), visible(row.attribute).into_owned()];
        cells.extend(row.cells.iter().chain([&row.absent]).map(|cell| count(*cell)));
        cells
    });
    pen.table(2, &std::iter::once(title).chain(rows).collect::<Vec<_>>())
}

fn findings(section: &Section<'_>, pen: &mut Pen<'_>) -> io::Result<()> {
    let rule = section.rule;
    let severity = pen.styled(severity_style(section.severity), section.severity.name());
    let name = pen.styled(Style::new().bold(), &format!("{} {}", rule.code, rule.name));
    let total = plural(rule.findings, "finding", None);
    let of_each = section.severities.iter().map(|count| plural(count.findings, count.severity.name(), None));
    let of_each = of_each.collect::<Vec<_>>().join(", ");
    let is_mixed = !of_each.is_empty();
    let colon = if is_mixed { ": " } else { "" };
    writeln!(pen.out, "\n{severity}  {name}  {total}{colon}{of_each}")?;
    for example in section.groups.iter().flat_map(|group| &group.findings) {
        finding(example, is_mixed, pen)?;
    }
    if let Some(help) = &section.help {
        writeln!(pen.out, "  help: {}", visible(help))?;
    }
    if section.more > 0 {
        writeln!(pen.out, "  … {} more in findings.parquet", count(section.more))?;
    }
    Ok(())
}

fn finding(example: &Example<'_>, has_own_severity: bool, pen: &mut Pen<'_>) -> io::Result<()> {
    if let Some(key) = example.key {
        let bucket = example.bucket.map(|bucket| format!("{}: ", visible(bucket))).unwrap_or_default();
        writeln!(pen.out, "  {bucket}{}", visible(key))?;
        if let Some((before, marked)) = example.segment.and_then(|segment| split_at_segment(key, segment)) {
            let indent = " ".repeat(2 + bucket.width() + visible(before).width());
            let carets = pen.styled(severity_style(example.severity), &"^".repeat(visible(marked).width().max(1)));
            writeln!(pen.out, "{indent}{carets}")?;
        }
    }
    let place = [example.table, example.item, example.path, example.file];
    let mut place: Vec<String> = place.into_iter().flatten().map(|part| visible(part).into_owned()).collect();
    place.extend(example.row.map(|row| format!("row {row}")));
    if !place.is_empty() {
        writeln!(pen.out, "  {}", place.join(" · "))?;
    }
    let weight = if has_own_severity { format!("{}: ", example.severity.name()) } else { String::new() };
    writeln!(pen.out, "    {weight}{}", visible(&example.sentence))?;
    for related in &example.related {
        writeln!(pen.out, "    see: {}", visible(related))?;
    }
    if let Some(suggestion) = example.suggestion {
        writeln!(pen.out, "    use: {}", visible(suggestion))?;
    }
    if let Some(help) = &example.help {
        writeln!(pen.out, "    help: {}", visible(help))?;
    }
    let facts = [example.size.map(bytes), example.modified.map(utc_millis)];
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    if facts.is_empty() { Ok(()) } else { writeln!(pen.out, "    {}", facts.join(", ")) }
}

/// What stands before a segment (from 0) of a key, and the segment; the end of the key for one beyond the last.
fn split_at_segment(key: &str, segment: u32) -> Option<(&str, &str)> {
    let start = match segment {
        0 => 0,
        after => key.match_indices('/').nth(after as usize - 1).map_or(key.len(), |(slash, _)| slash + 1),
    };
    let (before, rest) = key.split_at_checked(start)?;
    Some((before, rest.split('/').next().unwrap_or_default()))
}

fn excused(page: &Page<'_>, pen: &mut Pen<'_>) -> io::Result<()> {
    let judgement = &page.results.judgement;
    if judgement.exceptions.is_empty() && judgement.baseline.is_none() && judgement.thresholds.is_empty() {
        return Ok(());
    }
    pen.heading("Exceptions and limits")?;
    let exceptions = judgement.exceptions.iter().map(|exception| {
        let through = exception.expires.as_ref().map_or_else(String::new, |day| format!("through {day}"));
        let state = exception.state.title().to_owned();
        let (findings, size) = (plural(exception.findings, "finding", None), bytes(exception.bytes));
        vec![visible(&exception.what).into_owned(), state, through, findings, size]
    });
    pen.table(3, &exceptions.collect::<Vec<_>>())?;
    if let Some(baseline) = &judgement.baseline {
        let deferred = match baseline.deferred {
            0 => String::new(),
            deferred => format!(", {} not judged again", count(deferred)),
        };
        let (known, stale) = (count(baseline.findings), count(baseline.stale));
        let entries = plural(baseline.entries, "known finding", None);
        writeln!(
            pen.out,
            "  baseline of {entries}: {known} occur and do not count, {stale} no longer occur{deferred}"
        )?;
    }
    let limits = judgement.thresholds.iter().map(|limit| {
        let area = match &limit.area {
            Some(area) => format!(" in {}", visible(area)),
            None if limit.elsewhere => " elsewhere".to_owned(),
            None => String::new(),
        };
        let held = match (limit.holds, limit.settled) {
            (false, _) => "exceeded",
            (true, true) => "holds",
            (true, false) => "not judged",
        };
        let found = format!("{} of {} {}", count(limit.findings), count(limit.judged), limit.of);
        vec![format!("at most {} of {}{area}", limit.limit, limit.rule), held.to_owned(), found]
    });
    pen.table(2, &limits.collect::<Vec<_>>())
}

fn not_checked(page: &Page<'_>, pen: &mut Pen<'_>) -> io::Result<()> {
    if page.results.judgement.not_checked.is_empty() {
        return Ok(());
    }
    pen.heading("Not checked")?;
    for entry in &page.results.judgement.not_checked {
        writeln!(pen.out, "  {}: {}", visible(&entry.what), visible(&entry.why))?;
    }
    Ok(())
}
