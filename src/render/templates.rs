//! The templates: embedded, each replaceable by a file of the same name.

use std::collections::HashMap;
use std::fs;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, ErrorKind, UndefinedBehavior};
use serde::Serialize;

use crate::model::suggest::nearest;
use crate::render::error::TemplateError;
use crate::render::{filters, hostile};

macro_rules! embedded {
    ($($name:literal),+ $(,)?) => {
        const EMBEDDED: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../report-templates/", $name)))),+];
    };
}

embedded![
    "audit.html",
    "audit.md",
    "audit/areas.html",
    "audit/basis.html",
    "audit/excused.html",
    "audit/filter.js",
    "audit/finding.html",
    "audit/findings.html",
    "audit/inputs.html",
    "audit/migration.html",
    "audit/migration.md",
    "audit/references.html",
    "audit/shapes.html",
    "audit/since.html",
    "audit/style.css",
    "docs.html",
    "docs.md",
    "docs/body.html",
    "docs/body.md",
    "docs/style.css",
    "head.html",
    "plan.md",
    "plan/batch-operations.md",
    "signoff.html",
    "signoff.md",
    "signoff/body.md",
    "signoff/migration.html",
    "signoff/migration.md",
    "signoff/style.css",
];

/// Every embedded template: its name, as the path below a folder of overrides, and its text.
pub fn embedded() -> impl Iterator<Item = (&'static str, &'static str)> {
    EMBEDDED.iter().copied()
}

/// The names of all templates.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    EMBEDDED.iter().map(|(name, _)| *name)
}

/// All templates, ready to render.
#[derive(Debug)]
pub struct Templates {
    environment: Environment<'static>,
    /// Where a template that was replaced comes from.
    files: HashMap<String, String>,
}

impl Templates {
    /// The embedded templates, each replaced by the file of its name in `overrides` where there is one.
    pub fn new(overrides: Option<&Path>) -> Result<Self, TemplateError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        add_filters(&mut environment);
        let mut templates = Self { environment, files: HashMap::new() };
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build();
        templates.environment.set_syntax(syntax.map_err(|error| templates.broken("syntax", &error))?);
        for (name, source) in EMBEDDED {
            templates.add(name, (*source).to_owned())?;
        }
        if let Some(folder) = overrides {
            templates.override_from(folder, "")?;
        }
        Ok(templates)
    }

    /// Renders a template for a view.
    pub fn render(&self, name: &str, view: &impl Serialize, out: &mut dyn io::Write) -> Result<(), TemplateError> {
        let template = self.environment.get_template(name).map_err(|error| self.broken(name, &error))?;
        let mut buffered = BufWriter::with_capacity(64 << 10, out);
        match template.render_captured_to(Value::from(Serde(view)), &mut buffered) {
            Ok(_) => buffered.flush().map_err(TemplateError::Write),
            Err(error) => Err(match innermost(&error) {
                cause if cause.kind() == ErrorKind::WriteFailure => TemplateError::Write(write_failure(cause)),
                _ => self.broken(name, &error),
            }),
        }
    }

    fn add(&mut self, name: &str, source: String) -> Result<(), TemplateError> {
        self.environment.add_template_owned(name.to_owned(), source).map_err(|error| self.broken(name, &error))
    }

    /// Takes every file of a folder, and of those below it, for the template of its name.
    fn override_from(&mut self, folder: &Path, below: &str) -> Result<(), TemplateError> {
        let here = if below.is_empty() { folder.to_owned() } else { folder.join(below) };
        let unreadable = |path: &Path| {
            let path = path.display().to_string();
            move |source| TemplateError::Unreadable { path, source }
        };
        let entries: io::Result<Vec<fs::DirEntry>> = fs::read_dir(&here).and_then(Iterator::collect);
        for entry in entries.map_err(unreadable(&here))? {
            let file_name = entry.file_name().to_string_lossy().into_owned();
            let (path, name) = (entry.path(), format!("{below}{file_name}"));
            if path.is_dir() {
                self.override_from(folder, &format!("{name}/"))?;
            } else if names().any(|known| known == name) {
                let source = fs::read_to_string(&path).map_err(unreadable(&path))?;
                self.files.insert(name.clone(), path.display().to_string());
                self.add(&name, source)?;
            } else if !file_name.starts_with('.') {
                let folder = folder.display().to_string();
                return Err(TemplateError::Unknown { folder, nearest: nearest(&name, names()), name });
            }
        }
        Ok(())
    }

    fn broken(&self, template: &str, error: &minijinja::Error) -> TemplateError {
        let error = innermost(error);
        let name = error.name().unwrap_or(template);
        let template = self.files.get(name).cloned().unwrap_or_else(|| format!("template {name}"));
        let problem =
            error.detail().map_or_else(|| error.kind().to_string(), |detail| format!("{}: {detail}", error.kind()));
        TemplateError::Broken { template, line: error.line(), problem }
    }
}

/// What went wrong in the template that was included, where one was.
fn innermost(error: &minijinja::Error) -> &minijinja::Error {
    let source = std::error::Error::source(error).and_then(|source| source.downcast_ref());
    source.map_or(error, innermost)
}

/// The error of the file below, as a full disk, where there is one.
fn write_failure(error: &minijinja::Error) -> io::Error {
    let source = std::error::Error::source(error).and_then(|source| source.downcast_ref::<io::Error>());
    source.map_or_else(
        || io::Error::other(error.to_string()),
        |source| source.raw_os_error().map_or_else(|| source.kind().into(), io::Error::from_raw_os_error),
    )
}

fn add_filters(environment: &mut Environment<'static>) {
    environment.add_filter("bytes", filters::bytes);
    environment.add_filter("count", filters::count);
    environment.add_filter("percent", filters::percent);
    environment.add_filter("width", filters::width);
    environment.add_filter("plural", |number: u64, one: &str, many: Option<&str>| filters::plural(number, one, many));
    environment.add_filter("utc", |time: &Value| match (time.as_str(), i64::try_from(time.clone())) {
        (Some(text), _) => filters::utc(text),
        (None, Ok(millis)) => filters::utc_millis(millis),
        (None, Err(_)) => "unknown".to_owned(),
    });
    environment.add_filter("date", |time: &str| filters::date(time));
    environment.add_filter("duration", |millis: i64| crate::model::time::format_duration(millis));
    environment.add_filter("visible", |text: &str| hostile::visible(text).into_owned());
    environment.add_filter("shown_html", |text: &str| Value::from_safe_string(hostile::html(text)));
    environment.add_filter("prose_html", |text: &str| Value::from_safe_string(hostile::prose_html(text)));
    environment.add_filter("key_html", |key: &str, segment: Option<u32>| {
        Value::from_safe_string(hostile::key_html(key, segment))
    });
    environment.add_filter("md_cell", |text: &str| hostile::markdown(text));
    environment.add_filter("md_code", |text: &str| hostile::markdown_code(text));
    environment.add_filter("md_prose", |text: &str| hostile::prose_markdown(text));
    environment.add_filter("md_cell_code", |text: &str| hostile::markdown_cell_code(text));
    environment.add_filter("md_cell_prose", |text: &str| hostile::prose_markdown_cell(text));
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::{fs, io};

    use super::{EMBEDDED, TemplateError, Templates};
    use crate::model::UserError;

    fn error_of(files: &[(&str, &str)], render: &str) -> (String, Option<String>, Option<String>) {
        let folder = tempfile::tempdir().unwrap();
        for (name, source) in files {
            fs::create_dir_all(folder.path().join(name).parent().unwrap()).unwrap();
            fs::write(folder.path().join(name), source).unwrap();
        }
        let rendered =
            Templates::new(Some(folder.path())).and_then(|templates| templates.render(render, &(), &mut Vec::new()));
        let error = rendered.unwrap_err();
        let relative = |text: String| text.replace(folder.path().to_str().unwrap(), "FOLDER");
        (error.to_string(), error.place().map(relative), error.help())
    }

    #[test]
    fn a_bad_override_is_named_with_its_line() {
        let (message, place, _) = error_of(&[("audit.html", "fine\n{% if %}")], "audit.html");
        assert_eq!(
            (message.as_str(), place.as_deref()),
            ("syntax error: unexpected end of block", Some("FOLDER/audit.html:2"))
        );
        let (message, place, _) = error_of(
            &[("audit/areas.html", "\n\n{{ nobody }}"), ("audit.html", "{% include 'audit/areas.html' %}")],
            "audit.html",
        );
        assert!(message.starts_with("undefined value"), "{message}");
        assert_eq!(place.as_deref(), Some("FOLDER/audit/areas.html:3"));
    }

    /// A `|` in code ends a cell unless it is escaped; elsewhere the escape would show.
    #[test]
    fn rows_of_markdown_tables_hold_what_cells_take() {
        for (name, source) in EMBEDDED.iter().filter(|(name, _)| name.ends_with(".md")) {
            for row in source.lines().filter(|line| line.starts_with('|')) {
                assert!(!row.contains("|md_code") && !row.contains("|md_prose"), "{name}: {row}");
            }
        }
    }

    #[test]
    fn a_full_disk_keeps_its_name_also_within_an_include() {
        struct Full;
        impl io::Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("audit.md"), "{% include 'audit.html' %}").unwrap();
        fs::write(folder.path().join("audit.html"), "x".repeat(100_000)).unwrap();
        let error = Templates::new(Some(folder.path())).unwrap().render("audit.md", &(), &mut Full).unwrap_err();
        assert!(
            matches!(&error, TemplateError::Write(source) if source.kind() == io::ErrorKind::StorageFull),
            "{error:?}"
        );
    }

    #[test]
    fn an_override_of_nothing_is_refused_with_the_name_that_was_meant() {
        let (message, place, help) = error_of(&[("audti.html", "")], "audit.html");
        assert_eq!((message.as_str(), place.as_deref()), ("`audti.html` overrides no template", Some("FOLDER")));
        assert_eq!(help.as_deref(), Some("did you mean `audit.html`?"));
        let missing = Templates::new(Some(Path::new("/no/such/folder"))).map(|_| ()).unwrap_err();
        assert_eq!(missing.place().as_deref(), Some("/no/such/folder"));
    }

    #[test]
    fn every_file_of_the_templates_is_embedded() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("report-templates");
        let mut files = Vec::new();
        for entry in
            [folder.clone(), folder.join("audit"), folder.join("docs"), folder.join("plan"), folder.join("signoff")]
                .iter()
                .flat_map(|folder| fs::read_dir(folder).unwrap())
        {
            let path = entry.unwrap().path();
            if path.is_file() {
                files.push(path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned());
            }
        }
        files.sort();
        assert_eq!(files, EMBEDDED.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>());
    }
}
