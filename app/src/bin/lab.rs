//! The module that the first one loads when somebody goes to Models.

fn main() {
    app::start_lab();
}
