//! The door.

fn main() -> std::process::ExitCode {
    ehlo::cli::start::main()
}
