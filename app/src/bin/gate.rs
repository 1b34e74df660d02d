//! The module that the first one loads when somebody goes to sources, dead letters or privacy.

fn main() {
    app::start_gate();
}
