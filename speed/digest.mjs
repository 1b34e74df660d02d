// Prints the report of a module that was compiled to tell digests: each call of its `main` gives the next byte, the last a 0.
import { readFileSync } from "node:fs";

const module = new WebAssembly.Module(readFileSync(process.argv[2]));
const { exports } = new WebAssembly.Instance(module, {});
const bytes = [];
for (let byte = exports.main(0, 0); byte !== 0; byte = exports.main(0, 0)) {
  bytes.push(byte);
}
process.stdout.write(Buffer.from(bytes));
