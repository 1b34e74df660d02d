//! Prints the rows of the offer matrix: `cargo run -p shared --example rows`.

fn main() {
    print!("{}", shared::segment::table(None));
}
