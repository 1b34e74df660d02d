// A hundred and two deaths of jobs, seventeen at each fault point: the small version is in the API tests.

process.env.REKINDLE_ROUNDS = "17";
await import("../api/leases.test.mjs");
