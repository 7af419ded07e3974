//! The `guildhall` program.

fn main() -> std::process::ExitCode {
    guildhall_api::cli::main()
}
