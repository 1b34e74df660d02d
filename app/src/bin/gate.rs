//! The module that the first one loads when somebody goes to sources, dead letters, or what people may ask for.

fn main() {
    app::start_gate();
}
