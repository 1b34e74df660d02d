//! Files to start from.

use super::Kind;

/// A header and two example rows. It parses without a correction.
pub fn template(kind: Kind) -> &'static str {
    match kind {
        Kind::Orders => {
            "order_id,customer_id,email,name,date,amount,currency,refunded,discount,status,cancelled_at,item,code\r\n\
             1001,C-17,ada@example.com,Ada Example,2026-01-18 10:24,59.90,EUR,,5.00,paid,,Green tea 100 g,WELCOME5\r\n\
             1002,C-18,ben@example.net,Ben Example,2026-01-19 17:03,24.00,EUR,24.00,,refunded,,Tea pot,\r\n"
        }
        Kind::Customers => {
            "customer_id,email,name,kind,contact_name,contact_role,phone,country,time_zone,created_at,tags,email_consent,email_consent_at,sms_consent,sms_consent_at\r\n\
             C-17,ada@example.com,Ada Example,shopper,,,+49 30 1234567,DE,Europe/Berlin,2025-03-02,\"vip, tea\",yes,2025-03-02 09:15,no,\r\n\
             C-18,ben@example.net,Tea Rooms Ltd,account,Ben Example,billing,,US,America/New_York,2025-06-11,,no,,,\r\n"
        }
        Kind::Events => {
            "event_id,customer_id,email,event,time,properties\r\n\
             E-1,C-17,ada@example.com,ticket_opened,2026-01-20T08:00:00Z,\"{\"\"subject\"\": \"\"Late parcel\"\"}\"\r\n\
             E-2,C-18,ben@example.net,email_opened,2026-01-21T12:30:00Z,\r\n"
        }
        Kind::Rates => "currency,date,rate\r\nUSD,2026-01-01,0.8511\r\nGBP,2026-01-01,1.1462\r\n",
        Kind::Contacts => {
            "email,first_name,last_name,account_id,account_name,contact_role,phone,country\r\n\
             grace@example.com,Grace,Example,A-7,Example Heating Ltd,champion,+44 20 79460000,GB\r\n\
             linus@example.com,Linus,Example,A-7,Example Heating Ltd,billing,,GB\r\n"
        }
        Kind::Accounts => {
            "customer_id,name,email,contact_name,contact_role,country,created_at,tags\r\n\
             A-7,Example Heating Ltd,grace@example.com,Grace Example,champion,GB,2024-05-02,\"annual, partner\"\r\n\
             A-8,Sample Bakery Inc,,,,US,2025-01-15,\r\n"
        }
        Kind::Subscriptions => {
            "subscription_id,customer_id,email,plan,status,started_at,period_start,period_end,interval,amount,currency,seats,cancelled_at,ended_at,reason\r\n\
             S-1,A-7,grace@example.com,Team,active,2024-05-02,2026-05-02,2027-05-02,year,1200.00,EUR,10,,,\r\n\
             S-2,C-17,ada@example.com,Tea club,cancelled,2025-03-02,2025-12-02,2026-01-02,month,19.00,EUR,,2025-12-20,2026-01-02,Too expensive\r\n"
        }
        Kind::Tickets => {
            "ticket_id,customer_id,email,opened_at,solved_at,status,subject,text\r\n\
             501,C-17,ada@example.com,2026-01-20 08:00,2026-01-21 16:40,solved,Late parcel,My parcel has not arrived\r\n\
             502,A-7,grace@example.com,2026-01-22 11:15,,open,Two invoices,We were charged twice\r\n"
        }
        Kind::Nps => {
            "response_id,customer_id,email,score,answered_at,comment\r\n\
             R-1,C-17,ada@example.com,9,2026-01-25 10:00,Lovely tea\r\n\
             R-2,A-7,grace@example.com,4,2026-01-26 15:30,Support is slow\r\n"
        }
        Kind::Engagement => {
            "message_id,email,campaign,delivered_at,opened_at,clicked_at,machine\r\n\
             M-1,ada@example.com,January news,2026-01-15 09:00,2026-01-15 12:04,2026-01-15 12:05,no\r\n\
             M-2,grace@example.com,January news,2026-01-15 09:00,2026-01-15 09:01,,yes\r\n"
        }
        Kind::Consent => {
            "email,channel,consent,at,source,wording\r\n\
             ada@example.com,email,yes,2025-03-02 09:15,Newsletter form,\"Yes, send me offers by e-mail\"\r\n\
             ben@example.net,email,no,2025-06-11 14:00,Preference page,\r\n"
        }
        Kind::Suppressions => {
            "email,reason,at\r\nold@example.com,unsubscribed,2025-11-02\r\ngone@example.net,bounced,2025-12-24\r\n"
        }
        Kind::Products => {
            "product_id,variant_id,title,variant,sku,category,price,currency,stock,link\r\n\
             P-1,V-1,Green tea,100 g,TEA-100,Tea,9.90,EUR,42,https://shop.example/green-tea\r\n\
             P-2,V-2,Tea pot,,POT-1,Pottery,24.00,EUR,0,https://shop.example/tea-pot\r\n"
        }
    }
}
