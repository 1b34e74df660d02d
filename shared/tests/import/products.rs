//! Products, as tables and as feeds.

use shared::import::{Encoding, Kind, Options, Parsed, Parser, ProductRow, Rows, guess};

use super::{defaults, joined, now, parser, read, refused};

fn products(parsed: &Parsed) -> &[ProductRow] {
    let Rows::Products(rows) = &parsed.rows else { panic!("{parsed:?}") };
    rows
}

#[test]
fn an_export_that_writes_a_product_on_its_first_variant_alone_is_read_whole() {
    let parsed = read(
        "Handle,Title,Type,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price,Image Src,Status\n\
         tea,Green tea,Drinks > Tea,100 g,TEA-1,4,9.90,https://shop.example/1.jpg,active\n\
         tea,,,200 g,TEA-2,-2,17.00,,\ntea,,,,,,,https://shop.example/2.jpg,\npot,Pot,,Default Title,,,24,javascript:alert(1),archived\n",
        Kind::Products,
    );
    assert_eq!(parsed.rejected, []);
    let seen: Vec<_> = products(&parsed)
        .iter()
        .map(|row| (row.id.as_str(), row.title.as_str(), row.variant.as_deref(), row.category.as_deref(), row.price, row.stock))
        .collect();
    assert_eq!(
        seen,
        [
            ("TEA-1", "Green tea", Some("100 g"), Some("Tea"), Some(990), Some(4)),
            ("TEA-2", "Green tea", Some("200 g"), Some("Tea"), Some(1_700), Some(-2)),
            ("pot:Default Title", "Pot", None, None, Some(2_400), None),
        ]
    );
    let links: Vec<_> = products(&parsed).iter().map(|row| (row.image.as_deref(), row.is_gone)).collect();
    assert_eq!(links, [(Some("https://shop.example/1.jpg"), false), (Some("https://shop.example/1.jpg"), false), (None, true)]);
}

#[test]
fn words_say_whether_there_is_any_where_nobody_counts() {
    let parsed = read(
        "sku,title,price,availability,stock\n1,A,1,in stock,\n2,B,1,out of stock,\n3,C,1,out of stock,7\n4,D,1,,12\n5,E,1,,a lot\n6,,1,,\n7,F,x,,\n",
        Kind::Products,
    );
    let stock: Vec<_> = products(&parsed).iter().map(|row| row.stock).collect();
    assert_eq!(stock, [None, Some(0), Some(0), Some(12)]);
    assert_eq!(refused(&parsed), [(6, Some("stock")), (7, Some("title")), (8, Some("price"))]);
}

#[test]
fn a_feed_is_known_by_its_first_character_and_read_alike_in_any_pieces() {
    let feed = r#"[{"id": "P-1", "title": "Green tea", "price": "9.90 EUR", "link": "https://shop.example/tea", "availability": "in stock"},
        {"id": "P-2", "title": "Pot", "price": "24.00 EUR", "availability": "out of stock"}, {"id": "P-3", "price": "1 EUR"}, {"id": ]"#;
    let guess = guess(feed.as_bytes(), None, &defaults());
    assert_eq!((guess.options.kind, guess.options.encoding), (Kind::Products, Encoding::Json));
    let whole = read(feed, Kind::Products);
    let seen: Vec<_> =
        products(&whole).iter().map(|row| (row.id.as_str(), row.price, row.stock, row.currency.to_string())).collect();
    assert_eq!(seen, [("P-1", Some(990), None, "EUR".to_owned()), ("P-2", Some(2_400), Some(0), "EUR".to_owned())]);
    assert_eq!(refused(&whole), [(4, Some("title")), (5, None)]);
    let mut parser: Parser = parser(feed.as_bytes(), Kind::Products);
    let mut pieces = Parsed::empty(Kind::Products);
    for piece in feed.as_bytes().chunks(3) {
        pieces = joined(pieces, parser.push(piece));
        parser = serde_json::from_str(&serde_json::to_string(&parser).expect("json")).expect("stored");
    }
    assert_eq!(joined(pieces, parser.finish()), whole);
}

#[test]
fn an_object_of_more_than_a_megabyte_is_refused_alone() {
    let long = format!("{{\"id\": \"1\", \"title\": \"{}\"}}\n{{\"id\": \"2\", \"title\": \"Tea\"}}\n", "x".repeat(1_100_000));
    let options: Options = guess(long.as_bytes(), Some(Kind::Products), &defaults()).options;
    let columns = [("product_id", 1), ("title", 2)].map(|(name, at)| (name.to_owned(), at)).into();
    let mut parser = Parser::new(Options { columns, ..options }, now()).expect("options");
    let first = parser.push(long.as_bytes());
    let parsed = joined(first, parser.finish());
    assert_eq!(products(&parsed).iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["2"]);
    assert_eq!(refused(&parsed), [(2, None)]);
}
