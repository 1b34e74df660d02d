//! The module that the first one loads when somebody goes to sources or dead letters.

fn main() {
    app::start_gate();
}
