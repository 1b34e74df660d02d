//! The module that the first one loads when somebody goes to Models or Settings.

fn main() {
    app::start_lab();
}
