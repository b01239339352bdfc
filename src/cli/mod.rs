//! The command line: the only place that prints, exits, reads the clock, or knows clap. One file per command.

mod audit;
mod baseline;
mod check;
mod codegen;
mod compare;
mod completions;
mod console;
mod difference;
mod docs;
mod failure;
mod init;
mod inspect;
mod interrupt;
mod man;
mod migrate;
mod output;
mod output_args;
mod path;
mod previous;
mod progress;
mod reading;
mod report;
mod results_folder;
mod rules;
mod s3;
mod schema;
mod staged;
mod switches;

use clap::{Args, ColorChoice, Parser, Subcommand, ValueEnum};

pub use failure::Failure;

use crate::cli::console::Console;

/// Take stock of an S3 bucket without touching it.
///
/// stocktake reads S3 Inventories (the lists of objects that AWS delivers) and DynamoDB table exports (the records
/// that name those objects), holds both against one declared layout, and says: is every key where the convention
/// wants it, does every reference reach an object, is anything left over.
///
/// It reads files and writes reports. It never changes or deletes anything in a bucket or a table.
#[derive(Debug, Parser)]
#[command(name = "stocktake", version, max_term_width = 100, after_long_help = EXIT_CODES)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    global: Global,
}

const EXIT_CODES: &str = "\
Exit codes:
  0    pass
  1    fail: at least one finding at or above --fail-on
  2    usage or configuration error: nothing was judged
  3    inconclusive: the inputs do not allow a verdict
  70   a bug of stocktake: please report it
  74   the disk is full: nothing half-written is left
  130  interrupted: likewise

Start with:
  stocktake init --bucket NAME    write a stocktake.toml, to be edited
  stocktake check                 prove it, and see what it comes to
  stocktake inspect DIR           see what a delivery or an export holds
  stocktake audit --out reports   judge the bucket
  stocktake rules CODE            read what a finding means and how to mend it";

/// What every command takes.
#[derive(Debug, Args)]
struct Global {
    /// Say nothing but errors on stderr
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Messages")]
    quiet: bool,
    /// Say more on stderr: inputs found, files passed over, time spent
    #[arg(short, long, global = true, help_heading = "Messages")]
    verbose: bool,
    /// How messages on stderr are written
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text, value_name = "FORMAT", help_heading = "Messages")]
    log_format: LogFormat,
    /// Whether to colour what goes to a terminal
    #[arg(long, global = true, value_enum, default_value_t = ColorChoice::Auto, value_name = "WHEN", help_heading = "Messages")]
    color: ColorChoice,
}

/// How messages are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    Audit(Box<audit::AuditArgs>),
    Check(check::CheckArgs),
    Migrate(migrate::MigrateArgs),
    Rules(rules::RulesArgs),
    Inspect(inspect::InspectArgs),
    Init(init::InitArgs),
    Report(Box<report::ReportArgs>),
    Compare(compare::CompareArgs),
    Baseline(baseline::BaselineArgs),
    Path(path::PathArgs),
    Docs(docs::DocsArgs),
    Codegen(codegen::CodegenArgs),
    Schema(schema::SchemaArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

/// Runs the program and gives its exit code.
pub fn run() -> u8 {
    quiet_decoders();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refused(&error),
    };
    let console = Console::new(&cli.global);
    let done = match cli.command {
        Command::Audit(arguments) => arguments.run(&console),
        Command::Check(arguments) => arguments.run(&console),
        Command::Migrate(arguments) => arguments.run(&console),
        Command::Rules(arguments) => arguments.run(&console),
        Command::Inspect(arguments) => arguments.run(&console),
        Command::Init(arguments) => arguments.run(&console),
        Command::Report(arguments) => arguments.run(&console),
        Command::Compare(arguments) => arguments.run(&console),
        Command::Baseline(arguments) => arguments.run(&console),
        Command::Path(arguments) => arguments.run(&console),
        Command::Docs(arguments) => arguments.run(&console),
        Command::Codegen(arguments) => arguments.run(&console),
        Command::Schema(arguments) => arguments.run(&console),
        Command::Completions(arguments) => arguments.run(&console),
        Command::Man(arguments) => arguments.run(&console),
    };
    match done {
        Ok(code) => code,
        Err(failure) => {
            console.failure(&failure);
            failure.exit_code
        }
    }
}

/// Says what is wrong with the command line, and gives the exit code. How messages are written is told on it, too.
fn refused(error: &clap::Error) -> u8 {
    let given: Vec<_> = std::env::args_os().skip(1).take_while(|argument| argument != "--").collect();
    let apart = given.windows(2).any(|pair| pair[0] == "--log-format" && pair[1] == "json");
    if error.use_stderr() && (apart || given.iter().any(|argument| argument == "--log-format=json")) {
        let failure = Failure::of_arguments(error);
        Console::for_programs().failure(&failure);
        return failure.exit_code;
    }
    // Where nobody reads it there is nobody left to tell.
    let _ = error.print();
    u8::try_from(error.exit_code()).unwrap_or(1)
}

/// A panic in a third party's decoder becomes a finding with file and row: nothing else need be said of it.
fn quiet_decoders() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !crate::source::inventory::is_guarded() {
            usual(panic);
        }
    }));
}
