// A million orders of a hundred thousand customers: the small version is in the browser tests.

process.env.REKINDLE_ORDERS ??= "1000000";
await import("../browser/volume.test.mjs");
