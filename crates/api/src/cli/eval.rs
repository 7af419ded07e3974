//! `guildhall nlu eval`: the engine on files, without a server.

#![expect(clippy::print_stdout, reason = "a command line speaks by printing")]

use std::path::PathBuf;

use guildhall_nlu::eval;

use super::Outcome;

/// What is measured, and how.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The file to fit on.
    #[arg(long)]
    train: PathBuf,
    /// The file to measure on.
    #[arg(long)]
    test: PathBuf,
    /// The split of the file to fit on.
    #[arg(long)]
    split_train: Option<String>,
    /// The split of the file to measure on.
    #[arg(long)]
    split_test: Option<String>,
    /// A file to choose the limit on by which `validated_…` are measured; the training file where only its split is named.
    #[arg(long)]
    validation: Option<PathBuf>,
    /// The split of that file.
    #[arg(long)]
    split_validation: Option<String>,
    /// At most this many phrases an intent.
    #[arg(long)]
    shots: Option<usize>,
    /// The language of the texts.
    #[arg(long)]
    language: Option<String>,
    /// Take the intents' names as phrases too.
    #[arg(long)]
    titles: bool,
    /// `default` or `encoder`.
    #[arg(long, default_value = "default")]
    tier: eval::Tier,
    /// `none` or `edits`.
    #[arg(long, default_value = "none")]
    noise: eval::Noise,
    /// One JSON object instead of a table.
    #[arg(long)]
    json: bool,
}

/// Fits, measures, and prints the report.
pub(super) fn run(arguments: &Arguments) -> Outcome {
    let train = eval::read(&arguments.train, arguments.split_train.as_deref())?;
    let test = eval::read(&arguments.test, arguments.split_test.as_deref())?;
    let validation = match (&arguments.validation, &arguments.split_validation) {
        (None, None) => Vec::new(),
        (file, split) => eval::read(file.as_ref().unwrap_or(&arguments.train), split.as_deref())?,
    };
    let options = eval::Options {
        shots: arguments.shots,
        language: arguments.language.clone(),
        titles: arguments.titles,
        tier: arguments.tier,
        noise: arguments.noise,
    };
    let report = eval::evaluate(eval::Sets { train: &train, test: &test, validation: &validation }, &options)?;
    if arguments.json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        let table = serde_json::to_value(&report)?;
        for (key, value) in table.as_object().into_iter().flatten() {
            println!("{key:<20} {value}");
        }
    }
    Ok(())
}
