// All customers of both sample shops: the small version is in the API tests.

process.env.REKINDLE_CUSTOMERS = "500";
await import("../api/messages.test.mjs");
