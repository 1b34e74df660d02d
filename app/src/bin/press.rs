//! The module that the first one loads when somebody goes to campaigns.

fn main() {
    app::start_press();
}
