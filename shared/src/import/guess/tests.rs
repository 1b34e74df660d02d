use super::*;

fn defaults(currency: &str, zone: &str) -> Defaults {
    Defaults { currency: Currency::parse(currency).expect("code"), time_zone: zone.into() }
}

fn guessed(file: &str) -> Guess {
    guess(file.as_bytes(), None, &defaults("USD", "UTC"))
}

/// Columns as `field=index`, in the fields' order.
fn check(file: &str, kind: Kind, columns: &str) -> Guess {
    let guess = guessed(file);
    assert_eq!(guess.options.kind, kind, "{file}");
    let of = |field: &super::super::Field| guess.options.columns.get(field.name).map(|index| format!("{}={index}", field.name));
    let found: Vec<String> = fields(kind).iter().filter_map(of).collect();
    assert_eq!(found.join(" "), columns, "{file}");
    guess
}

fn doubted(guess: &Guess) -> Vec<&str> {
    guess.doubts.iter().map(|doubt| doubt.field.as_str()).collect()
}

#[test]
fn the_cdnow_log_is_read_by_its_header_and_the_master_id_is_no_order_number() {
    let guess = check(
        "customer_id,master_id,date,cds,amount\n1,4,1997-01-01,2,29.33\n1,4,1997-01-18,2,29.73\n",
        Kind::Orders,
        "customer_id=0 date=2 amount=4",
    );
    assert_eq!(guess.options.date_order, DateOrder::YearFirst);
    assert_eq!(doubted(&guess), ["currency"]);
    assert_eq!(guess.headers, ["customer_id", "master_id", "date", "cds", "amount"]);
    assert_eq!(guess.preview.len(), 2);
}

#[test]
fn a_shopify_order_export_is_known_by_its_names() {
    check(
        "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,\
         Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Name,\
         Cancelled at,Refunded Amount,Id,Tags\n\
         #1001,ada@example.com,paid,2026-01-18 10:24:05 -0500,fulfilled,,yes,USD,50.00,5.00,4.90,59.90,WELCOME5,5.00,Standard,\
         2026-01-18 10:24:00 -0500,1,Green tea,25.00,T-1,Ada Example,,0.00,450789469,\n",
        Kind::Orders,
        "order_id=0 email=1 name=20 date=15 amount=11 currency=7 refunded=22 discount=13 status=2 cancelled_at=21 item=17 code=12",
    );
}

#[test]
fn woocommerce_magento_and_stripe_exports_are_known() {
    check(
        "Order ID,Order Number,Order Status,Order Date,First Name (Billing),Last Name (Billing),Email (Billing),Order Total Amount,\
         Order Refund Amount,Discount Amount,Coupon Code,Item Name,Customer User ID\n\
         7,1007,wc-completed,2026-01-18 10:24,Ada,Example,ada@example.com,59.90,0,5.00,WELCOME5,Green tea,17\n",
        Kind::Orders,
        "order_id=0 customer_id=12 email=6 first_name=4 last_name=5 date=3 amount=7 refunded=8 discount=9 status=2 item=11 code=10",
    );
    check(
        "ID,Purchase Point,Purchase Date,Bill-to Name,Grand Total (Base),Grand Total (Purchased),Status,Customer Email,Total Refunded\n\
         000000012,Main,\"Jan 18, 2026 10:24:05 AM\",Ada Example,$59.90,$59.90,complete,ada@example.com,$0.00\n",
        Kind::Orders,
        "order_id=0 email=7 name=3 date=2 amount=5 refunded=8 status=6",
    );
    let stripe = check(
        "id,Description,Created date (UTC),Amount,Amount Refunded,Currency,Converted Amount,Status,Customer ID,Customer Email\n\
         ch_1,Tea,2026-01-18 10:24:05,59.90,0.00,usd,59.90,Paid,cus_17,ada@example.com\n",
        Kind::Orders,
        "order_id=0 customer_id=8 email=9 date=2 amount=3 currency=5 refunded=4 status=7 item=1",
    );
    assert!(stripe.doubts.is_empty(), "{:?}", stripe.doubts);
}

#[test]
fn a_german_file_with_semicolons_and_decimal_commas_is_understood() {
    let guess = check(
        "Bestellnummer;Kundennummer;E-Mail;Bestelldatum;Gesamtbetrag;Währung;Status\n\
         1001;17;ada@example.com;18.01.2026;1.234,50;EUR;bezahlt\n1002;18;ben@example.net;03.02.2026;59,90;EUR;storniert\n",
        Kind::Orders,
        "order_id=0 customer_id=1 email=2 date=3 amount=4 currency=5 status=6",
    );
    assert_eq!(
        (guess.options.delimiter, guess.options.decimal_comma, guess.options.date_order),
        (';', true, DateOrder::DayFirst)
    );
    assert!(guess.doubts.is_empty(), "{:?}", guess.doubts);
}

#[test]
fn french_spanish_italian_and_dutch_names_are_known() {
    check(
        "Numéro de commande;Courriel;Date de commande;Montant\n1;a@example.com;2026-01-18;5,00\n",
        Kind::Orders,
        "order_id=0 email=1 date=2 amount=3",
    );
    check(
        "Número de pedido,Correo electrónico,Fecha,Importe\n1,a@example.com,2026-01-18,5.00\n",
        Kind::Orders,
        "order_id=0 email=1 date=2 amount=3",
    );
    check(
        "Numero ordine,Email cliente,Data ordine,Totale\n1,a@example.com,2026-01-18,5.00\n",
        Kind::Orders,
        "order_id=0 email=1 date=2 amount=3",
    );
    check(
        "Bestelnummer,Klantnummer,Besteldatum,Bedrag\n1,7,2026-01-18,5.00\n",
        Kind::Orders,
        "order_id=0 customer_id=1 date=2 amount=3",
    );
}

#[test]
fn customers_events_and_rates_are_told_from_orders() {
    check(
        "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Country Code,Phone,Accepts SMS Marketing,\
         Total Spent,Total Orders,Note,Tags\n\
         17,Ada,Example,ada@example.com,yes,DE,'+4930123456,no,120.50,3,,vip\n",
        Kind::Customers,
        "customer_id=0 email=3 first_name=1 last_name=2 phone=6 country=5 tags=11 email_consent=4 sms_consent=7",
    );
    check("timestamp,event,user_id,plan\n1768728245,login,17,pro\n", Kind::Events, "customer_id=2 event=1 time=0");
    check("currency,date,rate\nGBP,2026-01-01,1.14\n", Kind::Rates, "currency=0 date=1 rate=2");
}

#[test]
fn a_file_without_a_header_is_read_by_its_values() {
    let guess =
        check("17,2026-01-18,29.33\n18,2026-01-19,11.77\n17,2026-02-01,8.50\n", Kind::Orders, "customer_id=0 date=1 amount=2");
    assert!(!guess.options.header);
    assert_eq!(guess.headers, ["Column 1", "Column 2", "Column 3"]);
    assert_eq!(guess.preview.len(), 3);
    assert_eq!(doubted(&guess), ["kind", "date", "amount", "customer_id", "currency"]);
}

#[test]
fn the_date_order_is_decided_by_numbers_above_twelve_and_doubted_where_there_are_none() {
    let file =
        |dates: [&str; 2]| format!("email,date,amount\na@example.com,{},1.00\na@example.com,{},2.00\n", dates[0], dates[1]);
    let order = |dates, currency| {
        let guess = guess(file(dates).as_bytes(), None, &defaults(currency, "UTC"));
        (guess.options.date_order, guess.doubts.iter().any(|doubt| doubt.field == "date_order"))
    };
    assert_eq!(order(["1/2/2026", "1/31/2026"], "EUR"), (DateOrder::MonthFirst, false));
    assert_eq!(order(["1/2/2026", "31/1/2026"], "USD"), (DateOrder::DayFirst, false));
    assert_eq!(order(["1/2/2026", "3/4/2026"], "USD"), (DateOrder::MonthFirst, true));
    assert_eq!(order(["1/2/2026", "3/4/2026"], "EUR"), (DateOrder::DayFirst, true));
    assert_eq!(order(["01.02.2026", "03.04.2026"], "USD"), (DateOrder::DayFirst, true));
    assert_eq!(order(["31/1/2026", "1/31/2026"], "USD"), (DateOrder::DayFirst, true));
    assert_eq!(order(["3 May 2026", "1768728245"], "USD"), (DateOrder::YearFirst, false));
}

#[test]
fn the_currency_comes_from_a_sign_a_code_or_the_column_s_name() {
    let currency = |header: &str, amount: &str| {
        let guess = guessed(&format!("email,date,{header}\na@example.com,2026-01-18,\"{amount}\"\n"));
        (guess.options.currency.to_string(), doubted(&guess).contains(&"currency"))
    };
    assert_eq!(currency("amount", "€ 5,00"), ("EUR".into(), false));
    assert_eq!(currency("amount", "GBP 5.00"), ("GBP".into(), false));
    assert_eq!(currency("Total (CHF)", "5.00"), ("CHF".into(), false));
    assert_eq!(currency("amount", "$5.00"), ("USD".into(), false));
    assert_eq!(currency("amount", "5.00"), ("USD".into(), true));
}

#[test]
fn delimiters_are_found_and_a_note_about_them_is_skipped() {
    for (delimiter, file) in [
        (',', "email,date,amount\na@example.com,2026-01-18,5.00\n"),
        (';', "email;date;amount\na@example.com;2026-01-18;5,00\nb@example.com;2026-01-18;6,00\n"),
        ('\t', "email\tdate\tamount\na@example.com\t2026-01-18\t5,00\n"),
        ('|', "email|date|amount|item\na@example.com|2026-01-18|5.00|Tea, green\n"),
        (';', "sep=;\r\nemail;date;amount\r\na@example.com;2026-01-18;5,00\r\n"),
        (',', "email,date,amount,tags\na@example.com,2026-01-18,5.00,a|b|c|d|e\nb@example.com,2026-01-18,5.00,a|b|c|d|e\n"),
    ] {
        let guess = guessed(file);
        assert_eq!(guess.options.delimiter, delimiter, "{file}");
        assert_eq!(guess.headers.first().map(String::as_str), Some("email"));
    }
}

#[test]
fn a_column_whose_name_misleads_is_left_out_with_a_doubt() {
    let guess = check(
        "order_id,email,date,amount,state\n1,a@example.com,2026-01-18,5.00,Ohio\n2,b@example.com,2026-01-19,6.00,Texas\n",
        Kind::Orders,
        "order_id=0 email=1 date=2 amount=3",
    );
    assert!(doubted(&guess).contains(&"status"));
}

#[test]
fn customer_columns_that_hold_addresses_or_names_are_taken_as_such() {
    check("customer,date,amount\na@example.com,2026-01-18,5.00\n", Kind::Orders, "email=0 date=1 amount=2");
    check(
        "customer,email,date,amount\nAda Example,a@example.com,2026-01-18,5.00\n",
        Kind::Orders,
        "email=1 name=0 date=2 amount=3",
    );
}

#[test]
fn every_encoding_is_guessed_and_previewed() {
    let text = "email,date,amount,name\na@example.com,2026-01-18,5.00,Zoë\n";
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let windows: Vec<u8> = text.chars().map(|c| c as u8).collect();
    for (bytes, encoding) in [
        (text.as_bytes().to_vec(), Encoding::Utf8),
        ([b"\xEF\xBB\xBF", text.as_bytes()].concat(), Encoding::Utf8),
        ([b"\xFF\xFE".as_slice(), &utf16].concat(), Encoding::Utf16Le),
        (windows, Encoding::Windows1252),
    ] {
        let guess = guess(&bytes, None, &defaults("USD", "UTC"));
        assert_eq!(guess.options.encoding, encoding);
        assert_eq!(guess.headers[0], "email");
        assert_eq!(guess.preview[0][3], "Zoë");
    }
}

#[test]
fn nothing_and_noise_give_doubts_instead_of_a_panic() {
    for file in ["", "\n\n", "\"", "hello", "\u{0}\u{0}", ",,,\n,,,", "a,b\n\"1,2\n3,4"] {
        let guess = guessed(file);
        assert!(!guess.doubts.is_empty(), "{file:?}");
    }
}

#[test]
fn templates_are_guessed_without_a_doubt() {
    // By their columns alone, accounts and contacts are customers, and an answer to one question may be anything.
    let told = [Kind::Accounts, Kind::Contacts];
    for kind in Kind::ALL {
        let template = super::super::template(kind).as_bytes();
        let guess = guess(template, Some(kind).filter(|kind| told.contains(kind)), &defaults("USD", "UTC"));
        assert_eq!(guess.options.kind, kind);
        assert_eq!(guess.doubts, [], "{kind:?}");
        for (name, &index) in &guess.options.columns {
            assert_eq!(&guess.headers[index as usize], name);
        }
    }
}

#[test]
fn exports_of_other_tools_are_known_by_their_names() {
    let check = |kind: Kind, file: &str, columns: &str| {
        let guess = guess(file.as_bytes(), Some(kind), &defaults("USD", "UTC"));
        let of =
            |field: &super::super::Field| guess.options.columns.get(field.name).map(|index| format!("{}={index}", field.name));
        let found: Vec<String> = fields(kind).iter().filter_map(of).collect();
        assert_eq!(found.join(" "), columns, "{file}");
        let free = guessed(file);
        let is_asked = doubted(&free).contains(&"kind");
        assert!(
            is_asked || [kind, Kind::Customers].contains(&free.options.kind),
            "{kind:?} is taken for {:?}",
            free.options.kind
        );
    };
    check(
        Kind::Subscriptions,
        "id,Customer ID,Customer Description,Customer Email,Plan,Quantity,Currency,Interval,Amount,Status,Created (UTC),Start (UTC),\
         Current Period Start (UTC),Current Period End (UTC),Canceled At (UTC),Ended At (UTC)\n\
         sub_1,cus_1,,ada@example.com,price_1,3,usd,month,19.00,active,2025-01-01 10:00,2025-01-01 10:00,2026-05-01 10:00,2026-06-01 10:00,,\n",
        "subscription_id=0 customer_id=1 email=3 plan=4 status=9 started_at=11 period_start=12 period_end=13 interval=7 amount=8 \
         currency=6 seats=5 cancelled_at=14 ended_at=15",
    );
    check(
        Kind::Subscriptions,
        "subscription_id,subscription_status,customer_id,billing_email,start_date,next_payment_date,end_date,billing_period,\
         billing_interval,order_total,order_currency\n\
         71,wc-active,5,ada@example.com,2025-01-01 10:00:00,2026-06-20 10:00:00,,month,1,19.00,EUR\n",
        "subscription_id=0 customer_id=2 email=3 status=1 started_at=4 period_end=5 interval=7 interval_count=8 amount=9 currency=10 \
         ended_at=6",
    );
    check(
        Kind::Tickets,
        "Id,Requester,Requester id,Requester external id,Requester email,Subject,Tags,Status,Priority,Created at,Updated at,Solved at\n\
         12,Ada,9001,C-17,ada@example.com,Late parcel,,Solved,High,2026-01-20 08:00,2026-01-22 09:00,2026-01-21 16:40\n",
        "ticket_id=0 customer_id=3 email=4 name=1 opened_at=9 solved_at=11 updated_at=10 status=7 subject=5",
    );
    check(
        Kind::Nps,
        "Response ID,Person ID,Name,Email,Score,Comment,Response Time,Survey Type\n\
         1,2,Ada,ada@example.com,9,Lovely,2026-01-25 10:00:00 UTC,nps\n",
        "response_id=0 customer_id=1 email=3 name=2 score=4 answered_at=6 comment=5",
    );
    check(
        Kind::Engagement,
        "Recipient,Sent,Delivered,Opened,Clicked\nada@example.com,2026-01-15 09:00,2026-01-15 09:00,2026-01-15 12:04,\n",
        "email=0 delivered_at=2 opened_at=3 clicked_at=4",
    );
    check(
        Kind::Consent,
        "Email Address,First Name,Last Name,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,UNSUB_TIME\n\
         ada@example.com,Ada,Example,2025-03-02 09:10:00,192.0.2.1,2025-03-02 09:15:00,192.0.2.1,\n",
        "email=0 first_name=1 last_name=2 at=5 withdrawn_at=7 source=4",
    );
    check(
        Kind::Suppressions,
        "Email Address,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_REASON\nada@example.com,2025-11-02 10:00,January,NORMAL_unsubscribed\n",
        "email=0 reason=3 at=1",
    );
    check(
        Kind::Suppressions,
        "email,reason,status,created\nada@example.com,550 no such mailbox,5.1.1,1766534400\n",
        "email=0 reason=1 at=3",
    );
    check(
        Kind::Contacts,
        "Record ID,First Name,Last Name,Email,Phone Number,Associated Company ID,Associated Company,Create Date\n\
         51,Grace,Example,grace@example.com,+44 20 79460000,77,Example Heating Ltd,2024-05-02 10:00\n",
        "customer_id=0 email=3 first_name=1 last_name=2 account_id=5 account_name=6 phone=4",
    );
    check(
        Kind::Accounts,
        "Record ID,Company name,Company owner,Create Date,Phone Number,Country/Region,Industry\n\
         77,Example Heating Ltd,Grace,2024-05-02 10:00,+44 20 79460000,United Kingdom,Construction\n",
        "customer_id=0 name=1 phone=4 country=5 created_at=3",
    );
    check(
        Kind::Products,
        "Handle,Title,Vendor,Type,Tags,Published,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price,Image Src,Status\n\
         tea,Green tea,Shop,Tea,,true,100 g,TEA-1,4,9.90,https://shop.example/tea.jpg,active\n",
        "product_id=0 title=1 variant=6 sku=7 category=3 price=9 stock=8 status=11 image=10",
    );
    check(
        Kind::Products,
        "ID,Type,SKU,Name,Published,In stock?,Stock,Regular price,Sale price,Categories,Images\n\
         12,simple,TEA-1,Green tea,1,1,4,9.90,,Drinks > Tea,https://shop.example/tea.jpg\n",
        "product_id=0 title=3 sku=2 category=9 price=7 stock=6 availability=5 status=4 image=10",
    );
}
