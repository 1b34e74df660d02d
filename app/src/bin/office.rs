//! The module that the first one loads when the browser has a moment, or when somebody goes to Data or Settings.

fn main() {
    app::start_office();
}
