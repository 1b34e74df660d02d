// Every moment of an import and of a scoring run at which the worker is killed: the small version is in the command tests.

process.env.REKINDLE_KILLS = "all";
await import("../commands/kills.test.mjs");
