//! The module of the first load.

fn main() {
    app::start();
}
