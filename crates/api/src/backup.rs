//! `guildhall backup` and `guildhall restore`: the files, the passphrase, the keys that belong to them, and what is said.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line speaks by printing")]

use std::{
    error::Error,
    fmt::Write as _,
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use guildhall_app::{
    Clock as _, SystemClock,
    archive::{self, Archive, Facts, Head, Manifest},
    audit::Verdict,
};
use guildhall_auth::{KeyRing, OsEntropy, Passphrase};
use guildhall_persistence::Store;

use crate::{
    config::{Config, make_data_dir},
    directory::DirectoryLock,
};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// What `guildhall backup` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct BackupArguments {
    /// The file to make; it must not exist. `-` writes to standard output.
    file: PathBuf,
    /// Seals the archive with the passphrase in this file: at least fifteen characters.
    #[arg(long)]
    passphrase_file: Option<PathBuf>,
}

/// What `guildhall restore` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct RestoreArguments {
    /// The archive.
    file: PathBuf,
    /// The file with the passphrase, for an archive that is sealed.
    #[arg(long)]
    passphrase_file: Option<PathBuf>,
    /// Read the archive to its end, hold it to its checksums and counts, and touch no database.
    #[arg(long)]
    check: bool,
    /// Restore although the keys file is another one, or is not there: nobody will be able to sign in.
    #[arg(long)]
    ignore_keys: bool,
}

/// Makes an archive of the database while servers go on using it.
pub(crate) async fn backup(arguments: &BackupArguments, config: &Config) -> Outcome {
    let url = config.owners_database()?;
    let database = config.data_dir.join("guildhall.sqlite");
    if url.starts_with("sqlite:") && !database.is_file() {
        return Err(format!("there is no database: {}", database.display()).into());
    }
    let passphrase = arguments.passphrase_file.as_deref().map(read_passphrase).transpose()?;
    let keys = KeyRing::load(&config.keys()).map(|keys| keys.fingerprint()).ok();
    let facts = Facts { made_at: SystemClock.now(), version: env!("CARGO_PKG_VERSION").to_owned(), keys };
    let store = Store::open(&url, 2).await?;
    if arguments.file == Path::new("-") {
        let manifest = write(&store, io::stdout().lock(), &facts, passphrase.as_ref()).await?;
        eprint!("{}", told(&manifest, facts.keys.as_deref()));
    } else {
        let manifest = write_file(&store, &arguments.file, &facts, passphrase.as_ref()).await?;
        print!("{}\n{}", arguments.file.display(), told(&manifest, facts.keys.as_deref()));
    }
    if passphrase.is_none() {
        eprintln!("the archive is not sealed: whoever has the file reads every conversation in it");
    }
    Ok(store.close().await?)
}

async fn write(
    store: &Store,
    to: impl Write,
    facts: &Facts,
    passphrase: Option<&Passphrase>,
) -> Result<Manifest, archive::ArchiveError> {
    archive::write(store, BufWriter::new(to), facts.clone(), passphrase, &OsEntropy::new()).await
}

/// Writes beside the file, for its owner alone, and gives it its name when it is whole and on the disk.
async fn write_file(store: &Store, path: &Path, facts: &Facts, passphrase: Option<&Passphrase>) -> Outcome<Manifest> {
    if path.try_exists()? {
        return Err(format!("{} exists already", path.display()).into());
    }
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&part)?;
    let written = write(store, &file, facts, passphrase).await.map_err(Box::<dyn Error>::from);
    let placed = written.and_then(|manifest| {
        file.sync_all()?;
        fs::rename(&part, path)?;
        Ok(manifest)
    });
    if placed.is_err() {
        fs::remove_file(&part)?;
    }
    placed
}

/// Restores an archive into an empty database.
pub(crate) async fn restore(arguments: &RestoreArguments, config: &Config) -> Outcome {
    let passphrase = arguments.passphrase_file.as_deref().map(read_passphrase).transpose()?;
    let open = || -> Outcome<Archive<File>> {
        let file = File::open(&arguments.file).map_err(|error| format!("{}: {error}", arguments.file.display()))?;
        Ok(Archive::open(file, passphrase.as_ref())?)
    };
    let mut archive = open()?;
    let head = archive.head.clone();
    println!("made {} by Guildhall {} from {}", head.made_at, head.version, head.database);
    // All of it is read before anything is touched.
    let manifest = archive::check(&mut archive)?;
    if arguments.check {
        print!("the archive is whole\n{}", told(&manifest, head.keys.as_deref()));
        return Ok(());
    }
    if !arguments.ignore_keys {
        check_keys(&head, &config.keys())?;
    }
    let url = config.owners_database()?;
    let _lock = if url.starts_with("sqlite:") {
        make_data_dir(&config.data_dir)?;
        DirectoryLock::take(config)?
    } else {
        None
    };
    let store = Store::open(&url, 3).await?;
    let restored = archive::restore(&store, &mut open()?).await?;
    store.close().await?;
    print!("{}", told(&restored.manifest, None));
    let mut broken = false;
    for (tenant, verdict) in restored.audits {
        match verdict {
            Verdict::Whole(rows) => println!("{}\taudit log whole\t{rows} rows", tenant.slug),
            Verdict::Broken { seq, what } => {
                broken = true;
                println!("{}\taudit log BROKEN\trow {seq} {what}", tenant.slug);
            }
        }
    }
    if broken {
        return Err("everything was restored, but an audit log was broken before the backup was made".into());
    }
    println!("restored");
    Ok(())
}

/// Nobody can sign in by other keys than those that the rows were made with.
fn check_keys(head: &Head, path: &Path) -> Outcome {
    let Some(expected) = &head.keys else { return Ok(()) };
    let go_on = "(--ignore-keys restores all the same)";
    if !path.try_exists()? {
        let path = path.display();
        return Err(format!("{path} is not there: bring back the keys file {expected} first {go_on}").into());
    }
    let found = KeyRing::load(path)?.fingerprint();
    if found != *expected {
        let path = path.display();
        return Err(format!("the archive belongs to the keys file {expected}, and {path} is {found} {go_on}").into());
    }
    Ok(())
}

fn read_passphrase(path: &Path) -> Outcome<Passphrase> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Passphrase::parse(&text).ok_or_else(|| "a passphrase has at least fifteen characters".into())
}

/// What an archive holds, a line each.
fn told(manifest: &Manifest, keys: Option<&str>) -> String {
    let mut text = format!("companies\t{}\n", manifest.companies);
    for (table, rows) in manifest.rows.iter().filter(|(_, rows)| **rows > 0) {
        let _ = writeln!(text, "{table}\t{rows}");
    }
    let _ = writeln!(text, "sha256\t{}", manifest.sha256);
    if let Some(keys) = keys {
        let _ = writeln!(text, "keys file\t{keys}, which is not in the archive: keep a copy of its own");
    }
    text
}
