//! The server as a process of its own, for tests that stop it, kill it, or read what it prints.

fn main() -> std::process::ExitCode {
    guildhall_api::cli::main()
}
