// Files of other kinds than orders, from the chooser to what a customer's page makes of them.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { accessible, open, screenshot } from "./browser.mjs";

const NOW = "2026-03-02T09:00:00Z";

let at;
before(async () => {
  at = await open({ now: NOW });
});
after(() => at.stop());

const file = (name, ...lines) => ({ name, mimeType: "text/csv", buffer: Buffer.from(lines.join("\n")) });

test("tickets, products and suppressed addresses are known by their columns, and a customer's page shows what they bought", async () => {
  const me = await at.visitor();
  const { page } = me;
  await me.signIn();
  const imported = async (what, content) => {
    await me.visit("/data", "Data");
    await page.getByLabel("CSV file").setInputFiles(content);
    const start = page.getByRole("button", { name: what });
    await start.waitFor();
    await screenshot(page, `kinds-${content.name}`);
    await start.click();
    await page.getByText("The import is done").waitFor({ timeout: 60_000 });
  };
  await imported(/^Import 2 orders/, file("orders", "order_id,customer_id,email,name,date,amount,currency,item", "O-1,C-1,ada@example.com,Ada Example,2026-01-10,9.90,USD,Green tea", "O-2,C-1,ada@example.com,Ada Example,2026-02-01,9.90,USD,Green tea"));
  await imported(/^Import 2 products/, file("products", "product_id,title,category,price,currency,stock,link", "P-1,Green tea,Tea,9.90,USD,5,https://shop.example/tea", "P-2,Blue pot,Pots,30.00,USD,0,"));
  await imported(/^Import 1 ticket/, file("tickets", "ticket_id,email,subject,text,status,opened_at", "T-1,ada@example.com,Where is my parcel?,It was meant to be here last Tuesday.,open,2026-02-20 10:00"));
  await imported(/^Import 1 suppressed/, file("suppressions", "email,reason,at", "ada@example.com,unsubscribed,2026-02-25"));
  await at.server.scheduled("* * * * *");

  const [{ public_id }] = await at.server.d1("select public_id from customers where external_id = 'C-1'");
  await me.visit(`/customers/${public_id}`, "Ada Example");
  const shopping = page.getByRole("table", { name: "What they buy and want" });
  assert.equal(await shopping.getByRole("row", { name: /Favourite category/ }).getByRole("cell").innerText(), "Tea");
  const tea = shopping.getByRole("row", { name: /Bought last/ });
  assert.equal(await tea.getByRole("link", { name: "Green tea" }).getAttribute("href"), "https://shop.example/tea");
  assert.match(await tea.innerText(), /9\.90.*in stock/s);
  await page.getByText("Ticket Opened").first().waitFor();
  for (const theme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: theme });
    await accessible(page, `customer with shopping, ${theme}`);
    await screenshot(page, `customer-shopping-${theme}`);
  }
  await page.setViewportSize({ width: 390, height: 844 });
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390);
  await screenshot(page, "customer-shopping-390");
  await me.end();
});
