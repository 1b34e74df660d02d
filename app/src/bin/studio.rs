//! The module that the first one loads when somebody goes to segments, offers, improvements or the inbox.

fn main() {
    app::start_studio();
}
