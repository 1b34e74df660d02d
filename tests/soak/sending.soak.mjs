// A hundred deaths while ten thousand mails go out: the small version is in the command tests.

process.env.REKINDLE_KILLS = "sending";
await import("../commands/sending.test.mjs");
